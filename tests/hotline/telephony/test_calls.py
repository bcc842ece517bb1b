"""Inbound calls, webhook by webhook."""

import threading
from pathlib import PurePosixPath

import pytest

from handling.calendar import load_calendar
from handling.intake import open_suggestion
from handling.residents import find_or_add_resident
from handling.scheme import load_scheme
from models import Call, CallState, Channel, Recording, RecordingState, Role, User
from tests.hotline.conftest import DUTY_PHONE, PUBLIC_URL, TOKEN, only
from tests.hotline.telephony.calls import CALLER, ring, verbs

# Verbs that Somleng executes; Gather nests only Say and Play, Dial only Number and Sip.
SOMLENG = {"Play", "Gather", "Say", "Redirect", "Hangup", "Reject", "Dial", "Record"}


def played(element):
    return [PurePosixPath(play.text).stem for play in element.iter("Play")]


def test_a_new_caller_hears_greeting_consent_and_the_tone_without_pressing_a_key(carrier_posts, database):
    gather, record, redirect = verbs(ring(carrier_posts))
    assert (gather.tag, record.tag, redirect.tag) == ("Gather", "Record", "Redirect")
    assert played(gather) == ["greeting", "consent", "speak"]
    assert gather.get("timeout") == "1"
    assert only(database, Call).state is CallState.IN_PROGRESS


def test_the_recording_allows_long_pauses_and_goes_nowhere_but_to_us(carrier_posts):
    record = verbs(ring(carrier_posts))[1]
    assert int(record.get("timeout")) >= 8
    assert record.get("finishOnKey") == "#"
    assert record.get("maxLength") == "180"
    assert record.get("playBeep") == "true"
    assert record.get("transcribe") in (None, "false")
    assert record.get("action") == f"{PUBLIC_URL}/twilio/voice/recorded"
    assert record.get("recordingStatusCallback") == f"{PUBLIC_URL}/twilio/recording"


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/twilio/voice", {}),
        ("/twilio/voice/fallback", {}),
        ("/twilio/voice/keys", {"Digits": "1"}),
        ("/twilio/voice/keys", {"Digits": "0"}),
        ("/twilio/voice/keys", {"Digits": "7"}),
        ("/twilio/voice/silent/1", {}),
        ("/twilio/voice/silent/2", {}),
        ("/twilio/voice/dialled", {"DialCallStatus": "no-answer"}),
        ("/twilio/voice/recorded", {"RecordingSid": "RE1", "RecordingUrl": "https://x/RE1"}),
    ],
)
def test_every_answer_uses_only_verbs_that_somleng_executes(carrier_posts, path, params):
    for verb in verbs(ring(carrier_posts, path=path, **params)):
        assert verb.tag in SOMLENG
        assert {child.tag for child in verb} <= {"Play", "Number"}


def test_every_prompt_of_an_answer_can_be_fetched_without_login(carrier_posts):
    for play in verbs(ring(carrier_posts))[0].iter("Play"):
        answer = carrier_posts.client.get(play.text.removeprefix(PUBLIC_URL))
        assert answer.status_code == 200
        assert answer.data[:4] == b"RIFF"


@pytest.fixture
def open_case(database, clock, app):
    with database.write() as session:
        case = open_suggestion(
            session,
            load_scheme("chengbei"),
            channel=Channel.CALL,
            resident=find_or_add_resident(session, CALLER, clock.now()),
            understanding=None,
            received_at=clock.now(),
            now=clock.now(),
        )
        return case.number


def test_a_caller_with_an_open_case_hears_number_state_and_date_first(carrier_posts, open_case):
    words = played(verbs(ring(carrier_posts))[0])
    assert words[:2] == ["greeting_short", "your_case"]
    assert words[2:6] == [f"digit_{d}" for d in str(open_case)]
    assert words[6] == "state_review"
    assert words[7] == "expected"
    assert words[-2:] == ["consent_short", "speak"]


def test_another_caller_hears_nothing_of_that_case(carrier_posts, open_case):
    words = played(verbs(ring(carrier_posts, From="+8613900139000"))[0])
    assert words == ["greeting", "consent", "speak"]


def test_key_1_says_how_the_case_stands_and_still_leads_to_the_tone(carrier_posts, open_case, database):
    answer = verbs(ring(carrier_posts, path="/twilio/voice/keys", Digits="1"))
    assert [v.tag for v in answer][-2:] == ["Record", "Redirect"]
    assert "state_review" in [PurePosixPath(v.text).stem for v in answer if v.tag == "Play"]
    assert only(database, Call).state is CallState.ANSWERED


def test_who_only_asked_how_the_case_stands_may_stay_silent(carrier_posts, open_case, database):
    ring(carrier_posts, path="/twilio/voice/keys", Digits="1")
    answer = verbs(ring(carrier_posts, path="/twilio/voice/silent/1"))
    assert [v.tag for v in answer] == ["Play", "Hangup"]
    ring(carrier_posts, path="/twilio/voice/status", CallStatus="completed")
    assert only(database, Call).state is CallState.ANSWERED


def test_key_0_rings_the_duty_phone_in_staffed_hours(carrier_posts, clock, database):
    with database.read() as session:
        assert load_calendar(session).is_working_day(clock.now().date())
    dial = verbs(ring(carrier_posts, path="/twilio/voice/keys", Digits="0"))[-1]
    assert dial.tag == "Dial"
    assert dial.find("Number").text == DUTY_PHONE


def test_key_0_rings_the_person_on_duty_first(carrier_posts, clock, database):
    with database.write() as session:
        session.add(
            User(
                username="wang",
                name="王",
                password_hash="x",
                role=Role.COORDINATOR,
                phone="+8613700137000",
                on_duty=True,
                created_at=clock.now(),
            )
        )
    dial = verbs(ring(carrier_posts, path="/twilio/voice/keys", Digits="0"))[-1]
    assert dial.find("Number").text == "+8613700137000"


def test_key_0_at_night_leads_to_the_tone(carrier_posts, clock):
    clock.advance(hours=13)
    answer = verbs(ring(carrier_posts, path="/twilio/voice/keys", Digits="0"))
    assert "Dial" not in [v.tag for v in answer]
    assert "Record" in [v.tag for v in answer]


def test_a_duty_phone_that_nobody_takes_leads_to_the_tone(carrier_posts):
    answer = verbs(ring(carrier_posts, path="/twilio/voice/dialled", DialCallStatus="no-answer"))
    assert "Record" in [v.tag for v in answer]


def test_a_talk_with_the_duty_phone_is_no_missed_call(carrier_posts, database):
    ring(carrier_posts)
    ring(carrier_posts, path="/twilio/voice/dialled", DialCallStatus="completed")
    ring(carrier_posts, path="/twilio/voice/status", CallStatus="completed")
    assert only(database, Call).state is CallState.ANSWERED


def test_silence_is_answered_kindly_once_and_then_logged_as_a_missed_call(carrier_posts, database):
    ring(carrier_posts)
    first = verbs(ring(carrier_posts, path="/twilio/voice/silent/1", CallStatus="in-progress"))
    assert [v.tag for v in first] == ["Play", "Record", "Redirect"]
    assert first[-1].text == f"{PUBLIC_URL}/twilio/voice/silent/2"
    second = verbs(ring(carrier_posts, path="/twilio/voice/silent/2", CallStatus="in-progress"))
    assert [v.tag for v in second] == ["Play", "Hangup"]
    assert only(database, Call).state is CallState.MISSED


def test_an_empty_recording_as_somleng_reports_it_is_silence_too(carrier_posts, database):
    ring(carrier_posts)
    empty = {"RecordingSid": "RE1", "RecordingUrl": "https://x", "RecordingDuration": "0"}
    first = verbs(ring(carrier_posts, path="/twilio/voice/recorded", **empty))
    assert [v.tag for v in first] == ["Play", "Record", "Redirect"]
    second = verbs(ring(carrier_posts, path="/twilio/voice/recorded", **empty))
    assert [v.tag for v in second] == ["Play", "Hangup"]
    assert only(database, Call).state is CallState.MISSED


def test_hanging_up_before_the_tone_is_a_missed_call(carrier_posts, database):
    ring(carrier_posts)
    ring(carrier_posts, path="/twilio/voice/status", CallStatus="completed")
    call = only(database, Call)
    assert call.state is CallState.MISSED
    assert call.ended_at is not None


def announce(carrier_posts, sid="RE1", call="CA1", **more):
    return carrier_posts.post(
        "/twilio/recording",
        **{
            "CallSid": call,
            "RecordingSid": sid,
            "RecordingUrl": f"https://api.twilio.com/{sid}",
            "RecordingStatus": "completed",
            "RecordingDuration": "12",
            **more,
        },
    )


def test_a_recording_is_one_row_however_often_and_in_whatever_order_it_is_announced(carrier_posts, database):
    announce(carrier_posts)
    ring(carrier_posts, path="/twilio/voice/status", CallStatus="completed")
    ring(carrier_posts, path="/twilio/voice/recorded", RecordingSid="RE1", RecordingUrl="https://x/RE1")
    ring(carrier_posts)
    announce(carrier_posts)
    row, call = only(database, Recording), only(database, Call)
    assert row.state is RecordingState.ANNOUNCED
    assert row.url == "https://api.twilio.com/RE1"
    assert call.state is CallState.RECORDED
    assert call.from_number == CALLER
    assert call.resident_id is not None


def test_a_recording_announced_after_the_end_of_the_call_turns_the_missed_call_into_a_recorded_one(
    carrier_posts, database
):
    ring(carrier_posts)
    ring(carrier_posts, path="/twilio/voice/status", CallStatus="completed")
    assert only(database, Call).state is CallState.MISSED
    announce(carrier_posts)
    assert only(database, Call).state is CallState.RECORDED


def test_an_absent_recording_leaves_a_missed_call(carrier_posts, database):
    ring(carrier_posts)
    ring(carrier_posts, path="/twilio/voice/status", CallStatus="completed")
    announce(carrier_posts, RecordingStatus="absent", RecordingUrl="", ErrorCode="16101", RecordingDuration="")
    assert only(database, Call).state is CallState.MISSED
    assert only(database, Recording).state is RecordingState.EMPTY


def test_parallel_duplicates_of_a_webhook_give_one_call_and_the_same_answer(app, carrier_posts, database):
    from tests.hotline.conftest import SignedClient

    answers = []

    def post():
        answers.append(ring(SignedClient(app.test_client())).data)

    threads = [threading.Thread(target=post) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    only(database, Call)


@pytest.mark.parametrize("number", ["", "anonymous", "Restricted", "+266696687"])
def test_a_withheld_number_is_a_call_like_any_other(carrier_posts, database, number):
    assert played(verbs(ring(carrier_posts, From=number))[0])[0] == "greeting"
    ring(carrier_posts, From=number, path="/twilio/voice/status", CallStatus="completed")
    call = only(database, Call)
    assert (call.resident_id, call.state) == (None, CallState.MISSED)


def test_without_a_call_sid_the_request_is_refused(carrier_posts):
    assert carrier_posts.post("/twilio/voice", From=CALLER).status_code == 400


def test_the_fallback_apologises_and_records_although_the_database_is_gone(carrier_posts, app):
    app.extensions["hotline"].database.engine.dispose()
    hotline = app.extensions["hotline"]
    object.__setattr__(hotline, "database", None)
    try:
        answer = verbs(ring(carrier_posts, path="/twilio/voice/fallback", ErrorCode="11200"))
    finally:
        object.__setattr__(hotline, "database", hotline.database or _Closed())
    assert [v.tag for v in answer] == ["Play", "Record", "Redirect"]


class _Closed:
    def close(self):
        pass


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/voice/status", "/twilio/sms", "/twilio/recording"])
def test_an_unsigned_or_wrongly_signed_request_is_refused_and_writes_nothing(carrier_posts, database, path):
    params = {"CallSid": "CA1", "MessageSid": "SM1", "RecordingSid": "RE1", "From": CALLER}
    assert carrier_posts.client.post(path, data=params).status_code == 403
    assert carrier_posts.post(path, token="wrong", **params).status_code == 403
    with database.read() as session:
        assert session.query(Call).count() == 0


def test_during_a_rotation_both_tokens_are_good(carrier_posts, app):
    hotline = app.extensions["hotline"]
    both = hotline.settings.model_copy(update={"twilio_auth_token": f"the-new-token, {TOKEN}"})
    object.__setattr__(hotline, "settings", both)
    assert ring(carrier_posts).status_code == 200
    carrier_posts.token = "the-new-token"
    assert ring(carrier_posts).status_code == 200
    carrier_posts.token = "another"
    assert ring(carrier_posts).status_code == 403


@pytest.mark.parametrize("query", ["?v=%E4%BD%A0%20x", "?u=a%2Fb%26c", "?a=1&b="])
def test_the_signature_covers_the_raw_path_and_query(carrier_posts, query):
    assert ring(carrier_posts, path="/twilio/voice" + query).status_code == 200
