import threading

import pytest

from models import Text, TextState
from tests.hotline.conftest import NUMBER, SignedClient

SENDER = "+8613800138000"


def send(carrier_posts, body, sid="SM1", sender=SENDER):
    return carrier_posts.post("/twilio/sms", MessageSid=sid, From=sender, To=NUMBER, Body=body, NumSegments="1")


def stored(database):
    with database.read() as session:
        return session.query(Text).one()


@pytest.mark.parametrize(
    "body", ["路灯坏了", "😀👵🏻", "", " 前后有空格 ", "长" * 1600, "a\0b", "进度", "\u202e倒写"]
)
def test_every_message_is_kept_before_it_is_answered(carrier_posts, database, body):
    answer = send(carrier_posts, body)
    assert answer.status_code == 200
    assert answer.data == b"<Response/>"
    text = stored(database)
    assert text.body == body.replace("\0", "")
    assert text.state is TextState.RECEIVED


@pytest.mark.parametrize("sender", ["10086", "CHINATEL", "", "106575551234567890"])
def test_a_sender_who_cannot_be_answered_is_kept_all_the_same(carrier_posts, database, sender):
    send(carrier_posts, "停水通知", sender=sender)
    text = stored(database)
    assert (text.from_number, text.body) == (sender, "停水通知")


def test_a_message_delivered_many_times_in_parallel_is_one_row(app, database):
    statuses = []

    def post():
        statuses.append(send(SignedClient(app.test_client()), "路灯坏了").status_code)

    threads = [threading.Thread(target=post) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert statuses == [200] * 8
    assert stored(database).body == "路灯坏了"


def test_the_old_parameter_name_is_understood(carrier_posts, database):
    assert carrier_posts.post("/twilio/sms", SmsSid="SM9", From=SENDER, Body="好").status_code == 200
    assert stored(database).sid == "SM9"


def test_a_message_without_an_id_is_refused(carrier_posts):
    assert carrier_posts.post("/twilio/sms", From=SENDER, Body="好").status_code == 400
