"""The page's requests, as the browser makes them."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from hotline.phone.exchange import TRAFFIC_KEPT
from hotline.phone.numbers import SAMPLE_RESIDENTS
from hotline.phone.samples import samples
from hotline.phone.wire import Answer, Exchanged
from tests.hotline.phone.conftest import DUTY_PHONE, NUMBER, Served
from tests.hotline.phone.scripted_hotline import wav

MOBILE, LANDLINE = SAMPLE_RESIDENTS[0].number, SAMPLE_RESIDENTS[2].number
RECORD = '<Say>您好</Say><Record action="/twilio/done" finishOnKey="#"/>'
THANKS = "<Say>谢谢</Say><Hangup/>"


@pytest.fixture
def browser(served: Served) -> FlaskClient:
    return served.app.test_client()


class Line:
    """A call on the page."""

    def __init__(self, browser: FlaskClient, url: str = "/phone/calls", **form: str) -> None:
        self._browser = browser
        self._turn = 0
        answer = browser.post(url, data=form)
        assert answer.status_code == 200, answer.text
        self.sid = answer.json["sid"]

    def next(self, **reply: Any) -> dict[str, Any]:
        answer = self._browser.post(f"/phone/calls/{self.sid}/next", data={"turn": self._turn, **reply})
        assert answer.status_code == 200, answer.text
        step: dict[str, Any] = answer.json
        self._turn = step["turn"]
        return step

    def until(self, kind: str) -> dict[str, Any]:
        for _ in range(20):
            if (step := self.next())["kind"] == kind:
                return step
        raise AssertionError(kind)


def test_the_page_offers_the_handsets_and_samples(browser: FlaskClient) -> None:
    page = browser.get("/phone/").text

    assert all(text in page for text in (MOBILE, LANDLINE, DUTY_PHONE, "028 8555 0000"))
    assert all(sample.title in page for sample in samples().values())
    assert "<style" not in page
    assert "onclick" not in page


def test_a_sample_is_said_and_recorded(served: Served, browser: FlaskClient) -> None:
    served.twiml |= {"/twilio/voice": RECORD, "/twilio/done": THANKS}
    name = next(iter(samples()))
    line = Line(browser, number=MOBILE)

    assert line.until("Prompt")["text"] == "您好"
    line.until("Listen")
    recorded = line.next(kind="speech", sample=name)
    ended = line.next()

    assert recorded["kind"] == "Recorded"
    assert recorded["seconds"] > 1
    assert (ended["kind"], ended["by"]) == ("Ended", "caller")
    assert ("/twilio/voice/status", "completed") in [(p, v.get("CallStatus")) for p, v in served.told]


def test_a_sample_that_is_interrupted_by_the_hash_key_is_cut(served: Served, browser: FlaskClient) -> None:
    served.twiml |= {"/twilio/voice": RECORD, "/twilio/done": THANKS}
    line = Line(browser, number=MOBILE)
    line.until("Listen")

    recorded = line.next(kind="speech", sample=next(iter(samples())), after="1.5", then="#")

    assert recorded["seconds"] == pytest.approx(1.5, abs=0.1)
    assert line.until("Prompt")["text"] == "谢谢"


def test_the_microphones_sound_is_recorded(served: Served, browser: FlaskClient) -> None:
    served.twiml |= {"/twilio/voice": RECORD, "/twilio/done": THANKS}
    line = Line(browser, number=MOBILE)
    line.until("Listen")

    recorded = line.next(kind="speech", sound=(io.BytesIO(wav(2)), "sound.wav"))

    assert recorded["seconds"] == 2.0


def test_a_broken_sound_is_refused_and_the_call_goes_on(served: Served, browser: FlaskClient) -> None:
    served.twiml |= {"/twilio/voice": RECORD, "/twilio/done": THANKS}
    line = Line(browser, number=MOBILE)
    turn = line.until("Listen")["turn"]

    broken = {"turn": turn, "kind": "speech", "sound": (io.BytesIO(b"noise"), "sound.wav")}
    assert browser.post(f"/phone/calls/{line.sid}/next", data=broken).status_code == 400
    assert line.next(kind="hang-up")["kind"] == "Ended"


def test_a_key_and_hanging_up_reach_the_hotline(served: Served, browser: FlaskClient) -> None:
    gather = '<Gather numDigits="1" action="/twilio/keys"><Say>请按键</Say></Gather>'
    served.twiml |= {"/twilio/voice": gather, "/twilio/keys": RECORD}
    line = Line(browser, number=MOBILE)
    assert line.until("Prompt")["takes_keys"]

    line.next(kind="key", key="1", after="0.4")
    line.until("Prompt")
    ended = line.next(kind="hang-up", after="0.1")

    assert [p["Digits"] for path, p in served.told if path == "/twilio/keys"] == ["1"]
    assert (ended["kind"], ended["at"]) == ("Ended", 0.5)


@pytest.mark.parametrize("key", ["", "12", "x"])
def test_what_is_no_key_is_refused(served: Served, browser: FlaskClient, key: str) -> None:
    line = Line(browser, number=MOBILE)

    answer = browser.post(f"/phone/calls/{line.sid}/next", data={"turn": 0, "kind": "key", "key": key})

    assert answer.status_code == 400


def test_a_double_click_does_not_answer_twice(served: Served, browser: FlaskClient) -> None:
    served.twiml["/twilio/voice"] = RECORD
    line = Line(browser, number=MOBILE)
    line.next()

    again = browser.post(f"/phone/calls/{line.sid}/next", data={"turn": 0})

    assert again.status_code == 204
    assert line.next()["kind"] == "Prompt"


def test_a_call_that_is_over_says_so(served: Served, browser: FlaskClient) -> None:
    line = Line(browser, number=MOBILE)
    turn = line.until("Ended")["turn"]

    answer = browser.post(f"/phone/calls/{line.sid}/next", data={"turn": turn})

    assert answer.status_code == 410
    assert "结束" in answer.json["message"]


def test_what_a_carrier_could_not_do_is_told_to_the_person(served: Served, browser: FlaskClient) -> None:
    served.twiml["/twilio/voice"] = "<Pause/>"
    line = Line(browser, number=MOBILE)
    line.next()

    answer = browser.post(f"/phone/calls/{line.sid}/next", data={"turn": 1})

    assert answer.status_code == 502
    assert "Pause" in answer.json["message"]


def test_a_page_that_was_closed_hangs_up_at_the_next_call(served: Served, browser: FlaskClient) -> None:
    served.twiml["/twilio/voice"] = RECORD
    Line(browser, number=MOBILE).next()
    served.clock.advance(minutes=6)

    Line(browser, number=LANDLINE)

    assert "completed" in served.statuses("CallStatus")


def test_an_incoming_call_rings_is_answered_and_heard(served: Served, browser: FlaskClient) -> None:
    served.twiml["/twilio/notice/1/voice"] = "<Say>给您回个话</Say><Hangup/>"
    served.client.calls.create(to=LANDLINE, from_=NUMBER, url=f"{served.url}/twilio/notice/1/voice")
    served.pass_time(1)
    (ringing,) = browser.get("/phone/state").json["ringing"]
    assert ringing["name"] == SAMPLE_RESIDENTS[2].name

    line = Line(browser, f"/phone/calls/{ringing['sid']}/answer")

    assert line.until("Prompt")["text"] == "给您回个话"
    assert browser.get("/phone/state").json["ringing"] == []
    assert browser.post(f"/phone/calls/{ringing['sid']}/answer").status_code == 409


def test_an_incoming_call_is_rejected(served: Served, browser: FlaskClient) -> None:
    call = served.client.calls.create(
        to=LANDLINE, from_=NUMBER, url=f"{served.url}/twilio/x", status_callback=f"{served.url}/twilio/status"
    )
    served.pass_time(1)

    browser.post(f"/phone/calls/{call.sid}/reject")
    served.pass_time(0)

    assert served.statuses("CallStatus") == ["busy"]


def test_texts_of_both_sides_are_shown(served: Served, browser: FlaskClient) -> None:
    assert browser.post("/phone/texts", data={"number": MOBILE, "body": "路灯坏了"}).status_code == 204
    served.client.messages.create(to=MOBILE, from_=NUMBER, body="收到")
    served.pass_time(2)

    messages = browser.get("/phone/state", query_string={"number": MOBILE}).json["messages"]

    assert [(m["mine"], m["body"]) for m in messages] == [(True, "路灯坏了"), (False, "收到")]
    assert messages[0]["at"] == "3月9日 09:00"


@pytest.mark.parametrize(("number", "body"), [("+12025550123", "hello"), (MOBILE, "  "), (MOBILE, "长" * 1601)])
def test_a_text_that_no_handset_here_would_send_is_refused(
    served: Served, browser: FlaskClient, number: str, body: str
) -> None:
    assert browser.post("/phone/texts", data={"number": number, "body": body}).status_code == 400
    assert served.told == []


def test_the_page_serves_this_machine_alone(browser: FlaskClient) -> None:
    far = {"REMOTE_ADDR": "192.0.2.7"}

    assert browser.get("/phone/", environ_base=far).status_code == 403
    assert browser.get("/phone/", headers={"Host": "evil.example"}).status_code == 403
    assert browser.get("/phone/", headers={"Host": "localhost:8000"}).status_code == 200
    assert browser.get("/phone/", headers={"Host": "[::1]:8000"}).status_code == 200


def test_a_call_and_a_text_may_go_to_another_number_of_the_hotline(served: Served, browser: FlaskClient) -> None:
    served.twiml["/twilio/voice"] = "<Hangup/>"
    browser.post("/phone/texts", data={"number": MOBILE, "to": "028 8555 0111", "body": "出行"})
    Line(browser, number=MOBILE, to="028 8555 0111").until("Ended")

    assert {params["To"] for _, params in served.told} == {"+862885550111"}
    assert browser.post("/phone/texts", data={"number": MOBILE, "to": "12", "body": "好"}).status_code == 400


def test_each_webhook_and_its_answer_can_be_watched_newest_first(served: Served, browser: FlaskClient) -> None:
    served.twiml["/twilio/voice"] = "<Hangup/>"
    Line(browser, number=MOBILE).until("Ended")

    status, voice = browser.get("/phone/traffic").json

    assert (voice["method"], voice["path"], voice["status"], voice["signed"]) == (
        "POST",
        "/twilio/voice",
        200,
        True,
    )
    assert (voice["params"]["From"], voice["answer"]) == (MOBILE, "<Response><Hangup/></Response>")
    assert status["path"] == "/twilio/voice/status"
    assert status["milliseconds"] >= 0
    assert browser.get(f"/phone/traffic?after={voice['id']}").json == [status]


def test_a_refused_signature_is_seen(
    served: Served, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.simulator.wire, "_sign", lambda *_: "forged")
    assert browser.post("/phone/texts", data={"number": MOBILE, "body": "路灯坏了"}).status_code == 502

    (refused,) = browser.get("/phone/traffic").json

    assert (refused["signature"], refused["signed"], refused["status"]) == ("forged", False, 403)


def test_the_last_webhooks_alone_are_kept(served: Served, browser: FlaskClient) -> None:
    exchange = served.simulator.exchange
    told = Exchanged("POST", "http://x/twilio/sms", {}, "", Answer(200, "text/xml", b"", {}), 0.0)
    for _ in range(TRAFFIC_KEPT + 3):
        exchange.add_webhook(told)

    kept = exchange.webhooks()

    assert (len(kept), kept[0].id) == (TRAFFIC_KEPT, TRAFFIC_KEPT + 3)
