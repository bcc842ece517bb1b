"""The carrier fake is a fair judge of our requests, and misbehaves as told."""

from collections.abc import Iterator

import pytest
import requests
from flask import Flask, request
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL, CarrierFake
from tests.fakes.carrier_behaviour import (
    NOT_THERE_YET,
    TOO_MANY_REQUESTS,
    AnswerLost,
    Content,
    Huge,
    NeverArrived,
    Refuse,
    Truncated,
)

RECORDING = "RE" + "a" * 32
AUTH = (ACCOUNT_SID, AUTH_TOKEN)


@pytest.fixture
def fake() -> Iterator[CarrierFake]:
    made = CarrierFake()
    yield made
    made.close()


@pytest.fixture
def client(fake: CarrierFake) -> Client:
    made = Client(*AUTH)
    made.api.base_url = fake.base_url
    return made


def test_a_message_is_taken_and_found_again(fake: CarrierFake, client: Client) -> None:
    sent = client.messages.create(to="+8613800000001", from_="+862885550000", body="您好")

    assert client.messages(sent.sid).fetch().status == "queued"
    assert [m.body for m in client.messages.list(to="+8613800000001")] == ["您好"]
    assert client.messages.list(to="+8613800000002") == []
    assert not fake.faults


def test_calls_are_taken_and_found_again(fake: CarrierFake, client: Client) -> None:
    call = client.calls.create(to="+862885550109", from_="+862885550000", url="https://hotline.example.org/x")

    assert client.calls(call.sid).fetch().status == "queued"
    assert len(client.calls.list(to="+862885550109")) == 1
    assert not fake.faults


@pytest.mark.parametrize(
    "form",
    [
        {"Body": "nobody to send it to"},
        {"To": "+8613800000001", "Bdy": "a slip"},
        {"To": "+8613800000001", "ValidityPeriod": "soon"},
    ],
)
def test_a_request_against_the_document_is_a_fault(fake: CarrierFake, form: dict[str, str]) -> None:
    url = f"{fake.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"

    assert requests.post(url, data=form, auth=AUTH, timeout=5).status_code == 400
    assert fake.faults
    assert fake.messages == []


def test_a_request_for_something_else_is_a_fault(fake: CarrierFake) -> None:
    requests.get(f"{fake.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Usage.json", auth=AUTH, timeout=5)

    assert fake.faults


def test_a_wrong_token_is_refused(fake: CarrierFake) -> None:
    url = fake.recordings.add(RECORDING, b"RIFF")

    assert requests.get(url, auth=(ACCOUNT_SID, "other"), timeout=5).status_code == 401
    assert requests.get(url, timeout=5).status_code == 401


def test_misbehaviour_is_used_up_in_order(fake: CarrierFake, client: Client) -> None:
    fake.script("messages", TOO_MANY_REQUESTS, Refuse(400, 21610))

    codes = []
    for _ in range(2):
        with pytest.raises(TwilioRestException) as caught:
            client.messages.create(to="+8613800000001", from_="+862885550000", body="您好")
        codes.append(caught.value.code)
    client.messages.create(to="+8613800000001", from_="+862885550000", body="您好")

    assert codes == [20429, 21610]
    assert len(fake.messages) == 1


@pytest.mark.parametrize(("behaviour", "taken"), [(AnswerLost(), 1), (NeverArrived(), 0)])
def test_a_lost_answer_is_not_a_lost_message(
    fake: CarrierFake, client: Client, behaviour: AnswerLost | NeverArrived, taken: int
) -> None:
    fake.script("messages", behaviour)

    with pytest.raises(requests.ConnectionError):
        client.messages.create(to="+8613800000001", from_="+862885550000", body="您好")

    assert len(fake.messages) == taken


def test_a_recording_appears_late(fake: CarrierFake, client: Client) -> None:
    url = fake.recordings.add(RECORDING, b"RIFF")
    fake.script("recordings", NOT_THERE_YET)

    assert requests.get(url, auth=AUTH, timeout=5).status_code == 404
    assert requests.get(url + ".wav", auth=AUTH, timeout=5).content == b"RIFF"
    assert client.recordings(RECORDING).delete()
    assert fake.recordings.deleted == [RECORDING]
    assert requests.get(url, auth=AUTH, timeout=5).status_code == 404


def test_a_recording_breaks_off(fake: CarrierFake) -> None:
    url = fake.recordings.add(RECORDING, b"RIFF" * 1000)
    fake.script("recordings", Truncated())

    with pytest.raises(requests.RequestException):
        requests.get(url, auth=AUTH, timeout=5)


def test_a_recording_is_something_else_or_has_no_end(fake: CarrierFake) -> None:
    url = fake.recordings.add(RECORDING, b"RIFF")
    fake.script("recordings", Content(b"<html>", "text/html"), Huge(3))

    assert requests.get(url, auth=AUTH, timeout=5).content == b"<html>"
    assert len(requests.get(url, auth=AUTH, timeout=5).content) == 3 * 1024 * 1024


def test_webhooks_are_signed_and_receipts_come_in_any_order(fake: CarrierFake, client: Client) -> None:
    app = Flask("hotline")
    heard = []

    @app.post("/twilio/notice/1/status")
    def status() -> str:
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator(AUTH_TOKEN).validate(PUBLIC_URL + request.path, request.form, signature)
        heard.append((request.form["MessageStatus"], request.form.get("ErrorCode")))
        return ""

    callback = f"{PUBLIC_URL}/twilio/notice/1/status"
    client.messages.create(to="+8613800000001", from_="+862885550000", body="您好", status_callback=callback)

    fake.receipts(app.test_client(), fake.messages[0], "failed", "sent", "sent", error_code=30003)

    assert heard == [("failed", "30003"), ("sent", None), ("sent", None)]
