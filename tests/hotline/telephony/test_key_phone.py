"""一键呼叫 on the telephone: a short word, the tone, and everybody alerted."""

from handling.residents import find_or_add_resident
from handling.residents.files import add_number
from models import Alarm, Call, CallState, Notice
from tests.hotline.conftest import DUTY_PHONE, only
from tests.hotline.telephony.calls import CALLER, ring, verbs


def key_phone(database, clock):
    with database.write() as session:
        resident = find_or_add_resident(session, "+862886000001", clock.now())
        add_number(session, resident, CALLER, is_key=True)


def test_the_caller_hears_that_help_is_coming_and_may_speak(carrier_posts, database, clock):
    key_phone(database, clock)
    answer = ring(carrier_posts)
    play, record, redirect = verbs(answer)
    assert [play.tag, record.tag, redirect.tag] == ["Play", "Record", "Redirect"]
    assert "help_coming" in play.text
    ring(carrier_posts)  # the carrier asks again
    assert only(database, Alarm).phone == CALLER
    assert only(database, Notice).to_number == DUTY_PHONE


def test_a_call_in_which_nothing_was_said_is_no_missed_call_beside_the_alarm(carrier_posts, database, clock):
    key_phone(database, clock)
    ring(carrier_posts)
    ring(carrier_posts, path="/twilio/voice/silent/1")
    ring(carrier_posts, path="/twilio/voice/silent/2")
    ring(carrier_posts, path="/twilio/voice/status", CallStatus="completed")
    assert only(database, Call).state is CallState.ANSWERED
