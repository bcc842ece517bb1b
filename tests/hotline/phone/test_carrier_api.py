"""Twilio's own client talks to the pretend exchange."""

import io
import time

import pytest
import requests
import soundfile
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from handling.clock import SystemClock
from hotline.phone.handset import Handset, converse
from hotline.phone.scripted import ScriptedCaller
from tests.fakes.carrier_openapi import answer_fault
from tests.hotline.phone.conftest import ACCOUNT, DUTY_PHONE, NUMBER, TOKEN, Served
from tests.hotline.phone.scripted_hotline import wav

MOBILE = "+8613800000001"
LANDLINE = "+862885550109"
API = f"/2010-04-01/Accounts/{ACCOUNT}/"


def test_a_message_is_queued_then_sent_then_delivered(served: Served) -> None:
    message = served.client.messages.create(
        to=MOBILE, from_=NUMBER, body="【城北社区】收到", status_callback=f"{served.url}/twilio/notice/1/status",
        validity_period=14400,
    )  # fmt: skip
    assert message.status == "queued"
    assert served.simulator.exchange.messages_of(MOBILE) == []

    served.pass_time(2)

    assert served.statuses("MessageStatus") == ["sent", "delivered"]
    assert served.told[0][1]["MessageSid"] == message.sid
    assert served.client.messages(message.sid).fetch().status == "delivered"
    assert [m.body for m in served.simulator.exchange.messages_of(MOBILE)] == ["【城北社区】收到"]


def test_messages_are_listed_newest_first_by_receiver(served: Served) -> None:
    for to, body in ((MOBILE, "一"), (MOBILE, "二"), (DUTY_PHONE, "三")):
        served.client.messages.create(to=to, from_=NUMBER, body=body)

    found = served.client.messages.list(to=MOBILE, from_=NUMBER, limit=50)

    assert [m.body for m in found] == ["二", "一"]
    assert found[0].date_created == served.clock.now().replace(microsecond=0)


@pytest.mark.parametrize(
    ("to", "from_", "body", "code"),
    [
        ("12345", NUMBER, "x", 21211),
        (LANDLINE, NUMBER, "x", 21614),
        (MOBILE, "+862885559999", "x", 21606),
        (MOBILE, NUMBER, "", 21602),
        (MOBILE, NUMBER, "x" * 1601, 21617),
    ],
)
def test_a_wrong_message_is_refused_with_the_carriers_code(
    served: Served, to: str, from_: str, body: str, code: int
) -> None:
    with pytest.raises(TwilioRestException) as caught:
        served.client.messages.create(to=to, from_=from_, body=body)

    assert caught.value.code == code
    assert served.simulator.exchange.messages() == []


def test_what_the_exchange_does_not_know_it_refuses(served: Served) -> None:
    with pytest.raises(TwilioRestException, match="SendAt"):
        served.client.messages.create(to=MOBILE, from_=NUMBER, body="x", send_at=served.clock.now())


@pytest.mark.parametrize("login", [(ACCOUNT, "wrong"), ("AC" + "6" * 32, TOKEN)])
def test_a_wrong_login_is_refused(served: Served, login: tuple[str, str]) -> None:
    client = Client(*login)
    client.api.base_url = f"{served.url}/phone/carrier"

    with pytest.raises(TwilioRestException) as caught:
        client.messages("SM" + "a" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (401, 20003)


def test_a_call_rings_and_is_given_up(served: Served) -> None:
    call = served.client.calls.create(
        to=LANDLINE, from_=NUMBER, url=f"{served.url}/twilio/notice/1/voice", timeout=40,
        status_callback=f"{served.url}/twilio/notice/1/status",
    )  # fmt: skip
    served.pass_time(1)
    assert served.client.calls(call.sid).fetch().status == "ringing"

    served.pass_time(40)

    assert served.client.calls(call.sid).fetch().status == "no-answer"
    assert served.statuses("CallStatus") == ["no-answer"]


def test_a_call_that_is_picked_up_is_completed_and_not_given_up_later(served: Served) -> None:
    served.twiml["/twilio/notice/1/voice"] = "<Say>您好</Say><Hangup/>"
    events = ["initiated", "ringing", "answered", "completed"]
    created = served.client.calls.create(
        to=LANDLINE, from_=NUMBER, url=f"{served.url}/twilio/notice/1/voice",
        status_callback=f"{served.url}/twilio/notice/1/status", status_callback_event=events,
    )  # fmt: skip
    served.pass_time(1)
    exchange = served.simulator.exchange
    call = exchange.calls(to=LANDLINE, status="ringing")[0]

    conversation = Handset(served.simulator.wire, exchange, LANDLINE).pick_up(call)
    assert conversation is not None
    list(conversation)
    served.pass_time(120)

    assert served.client.calls(created.sid).fetch().status == "completed"
    status_posts = [p["CallStatus"] for path, p in served.told if path.endswith("status")]
    assert status_posts == ["ringing", "in-progress", "completed"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, 21205),
        ({"twiml": "<Response><Pause/></Response>"}, 12100),
        ({"url": "http://x", "method": "GET"}, 20001),
    ],
)
def test_a_call_without_proper_instructions_is_refused(served: Served, more: dict[str, str], code: int) -> None:
    with pytest.raises(TwilioRestException) as caught:
        served.client.calls.create(to=LANDLINE, from_=NUMBER, **more)
    assert caught.value.code == code


def test_a_call_that_a_stopped_server_left_behind_fails_at_the_next_start(served: Served) -> None:
    exchange = served.simulator.exchange
    call = exchange.add_call(
        "outbound-api", NUMBER, LANDLINE, status="in-progress", callback=f"{served.url}/twilio/notice/1/status"
    )

    exchange.fail_orphans()
    served.pass_time(0)

    assert served.statuses("CallStatus") == ["failed"]
    assert served.client.calls(call.sid).fetch().status == "failed"


def test_a_recording_is_fetched_in_each_form_and_deleted_once(served: Served) -> None:
    recording = served.simulator.exchange.add_recording("CA" + "1" * 32, wav(2), 2)
    url = f"{served.url}/phone/carrier{API}Recordings/{recording.sid}"

    for ending, kind in (("", "audio/x-wav"), (".wav", "audio/x-wav"), (".mp3", "audio/mpeg")):
        answer = requests.get(url + ending, auth=(ACCOUNT, TOKEN), timeout=5)
        assert answer.headers["Content-Type"] == kind
        assert soundfile.info(io.BytesIO(answer.content)).duration == pytest.approx(2, abs=0.2)
    assert requests.get(url, timeout=5).status_code == 401
    assert served.client.recordings(recording.sid).fetch().duration == "2"

    assert served.client.recordings(recording.sid).delete()

    assert requests.get(url, auth=(ACCOUNT, TOKEN), timeout=5).status_code == 404
    with pytest.raises(TwilioRestException):
        served.client.recordings(recording.sid).delete()


def test_every_answer_is_as_the_carrier_documents_it(served: Served) -> None:
    recording = served.simulator.exchange.add_recording("CA" + "1" * 32, wav(1), 1)
    message = {"To": MOBILE, "From": NUMBER, "Body": "您好"}
    call = {"To": LANDLINE, "From": NUMBER, "Twiml": "<Response><Hangup/></Response>"}
    wanted = [
        ("POST", "Messages.json", message),
        ("GET", "Messages.json", None),
        ("POST", "Calls.json", call),
        ("GET", "Calls.json", None),
        ("GET", f"Recordings/{recording.sid}.json", None),
        ("DELETE", f"Recordings/{recording.sid}.json", None),
    ]
    for method, path, form in wanted:
        builder = EnvironBuilder(f"/phone/carrier{API}{path}", method=method, data=form, auth=(ACCOUNT, TOKEN))
        answer = served.app.test_client().open(builder)
        assert answer.status_code < 300, answer.text
        assert not answer_fault(Request(builder.get_environ()), API + path, answer)


def test_the_exchange_serves_this_machine_alone(served: Served) -> None:
    client = served.app.test_client()
    path = f"/phone/carrier{API}Messages.json"

    far = client.get(path, auth=(ACCOUNT, TOKEN), environ_base={"REMOTE_ADDR": "192.0.2.7"})
    rebound = client.get(path, auth=(ACCOUNT, TOKEN), headers={"Host": "evil.example:8000"})

    assert (far.status_code, rebound.status_code) == (403, 403)


def test_a_whole_call_leaves_a_recording_that_the_client_can_fetch(served: Served) -> None:
    served.twiml["/twilio/voice"] = f'<Record action="{served.url}/twilio/voice/recorded"/>'
    handset = Handset(served.simulator.wire, served.simulator.exchange, MOBILE)
    _, conversation = handset.call()
    list(converse(conversation, ScriptedCaller([wav(3)]).reply))

    _, params = next(t for t in served.told if t[0] == "/twilio/voice/recorded")
    assert params["RecordingUrl"].startswith(served.settings.twilio_api_base)
    assert requests.get(params["RecordingUrl"], auth=(ACCOUNT, TOKEN), timeout=5).status_code == 200


def test_receipts_come_without_anybody_asking(served: Served) -> None:
    """With the real clock, the thread does it."""
    served.simulator.exchange.clock = SystemClock()
    served.client.messages.create(
        to=MOBILE, from_=NUMBER, body="收到", status_callback=f"{served.url}/twilio/notice/1/status"
    )

    end = time.monotonic() + 10
    while served.statuses("MessageStatus") != ["sent", "delivered"]:
        assert time.monotonic() < end
        time.sleep(0.05)
