from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.intake import extend_suggestion, open_case_of
from handling.people import add_user
from handling.residents import find_or_add_resident
from handling.scheme import Scheme
from handling.sms import sms_segments
from models import Notice, Priority, Role, SuggestionState, Urgency
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE
from tests.handling.desk import opened

Understand = Callable[[str], Understanding]
FIRE = "天福苑3栋起火了，快点来人"
DRAIN = "天福苑的下水道返水，臭得很"


def bodies(session: Session) -> dict[str, str]:
    return {notice.to_number: notice.body for notice in session.query(Notice)}


def test_a_voicemail_becomes_a_row_of_the_ledger(
    session: Session, scheme: Scheme, clock: FakeClock, understand: Understand
) -> None:
    case = opened(session, scheme, clock, understand(DRAIN))
    assert case.number == 1001
    assert (case.state, case.step, case.scheme) == (SuggestionState.REVIEW, "collect", "chengbei")
    assert case.text == DRAIN
    assert case.courtyard is not None
    assert case.courtyard.name == "天福苑"
    assert case.station is not None
    assert case.station.tier == "mobile"
    assert case.understanding["text"] == DRAIN
    assert case.level == scheme.proposed_level(case.urgency).code
    assert [event.kind for event in case.events] == ["received"]


def test_the_number_counts_on_without_gaps(session: Session, scheme: Scheme, clock: FakeClock) -> None:
    assert [opened(session, scheme, clock, None).number for _ in range(3)] == [1001, 1002, 1003]


def test_what_no_machine_could_read_is_a_case_that_asks_to_be_heard(
    session: Session, scheme: Scheme, clock: FakeClock
) -> None:
    case = opened(session, scheme, clock, None)
    assert case.needs_listening
    assert case.text == ""
    assert case.due is not None
    assert bodies(session)[MOBILE].startswith("【城北社区】您的建议已收到，编号1001")


def test_an_emergency_tells_the_caller_to_ring_119_and_wakes_everybody_on_duty(
    session: Session, scheme: Scheme, clock: FakeClock, understand: Understand
) -> None:
    clock.set(datetime(2026, 3, 9, 3, 0, tzinfo=SHANGHAI))
    for username, phone, on_duty in (("a", "+8613900000001", True), ("b", "+8613900000002", False)):
        add_user(
            session,
            username=username,
            name=username,
            password="correct horse",
            role=Role.HANDLER,
            phone=phone,
            on_duty=on_duty,
            now=clock.now(),
        )
    case = opened(session, scheme, clock, understand(FIRE), duty_phones=("+8613900000009", "+8613900000001"))
    assert (case.urgency, case.ring, case.level) == (Urgency.EMERGENCY, "119", "A")
    told = bodies(session)
    assert set(told) == {MOBILE, "+8613900000009", "+8613900000001"}
    assert told[MOBILE].startswith("【城北社区】有危险请马上打119！")
    for phone in ("+8613900000009", "+8613900000001"):
        assert "1001号" in told[phone]
        assert "天福苑" in told[phone]
        assert "起火" in told[phone]
        assert MOBILE in told[phone], "the duty person must be able to ring back"
    assert {n.priority for n in session.query(Notice)} == {Priority.EMERGENCY}
    assert {n.next_try_at for n in session.query(Notice)} == {clock.now()}


def test_an_alert_quotes_the_danger_and_not_how_the_story_began(
    session: Session, scheme: Scheme, clock: FakeClock, understand: Understand
) -> None:
    story = "你好，我姓王，住在天福苑，平时不爱给你们打电话，今天早上起来就打扫，" * 2
    opened(session, scheme, clock, understand(f"{story}厨房起火了"), duty_phones=("+8613900000009",))
    alert = bodies(session)["+8613900000009"]
    assert "厨房起火了" in alert
    assert sms_segments(alert) == 1


def test_an_emergency_of_a_withheld_number_still_reaches_the_duty_phone(
    session: Session, scheme: Scheme, clock: FakeClock, understand: Understand
) -> None:
    opened(session, scheme, clock, understand(FIRE), phone="", duty_phones=("+8613900000009",))
    assert "号码未知" in bodies(session)["+8613900000009"]


def test_more_words_may_raise_the_urgency_and_then_the_alarm(
    session: Session, scheme: Scheme, clock: FakeClock, understand: Understand
) -> None:
    case = opened(session, scheme, clock, understand(DRAIN))
    before = case.urgency
    extend_suggestion(session, scheme, case, understand(f"{DRAIN}\n{FIRE}"), clock.now(), ("+8613900000009",))
    assert (case.urgency, case.ring, case.level) == (Urgency.EMERGENCY, "119", "A")
    assert case.due is not None
    assert case.due == datetime(2026, 3, 10, 18, 0, tzinfo=SHANGHAI)
    assert [event.kind for event in case.events] == ["received", "extended"]
    assert case.events[1].changes["urgency"] == [before.value, "emergency"]
    keys = [notice.key for notice in session.query(Notice).order_by(Notice.id)]
    assert keys == [f"received:{case.id}", f"ring:{case.id}", f"duty:{case.id}:+8613900000009"]


def test_more_words_never_lower_the_urgency_nor_answer_twice(
    session: Session, scheme: Scheme, clock: FakeClock, understand: Understand
) -> None:
    case = opened(session, scheme, clock, understand(FIRE))
    extend_suggestion(session, scheme, case, understand(DRAIN), clock.now())
    assert (case.urgency, case.ring, case.level) == (Urgency.EMERGENCY, "119", "A")
    assert session.query(Notice).count() == 1


def test_a_caller_hears_of_the_newest_case_that_is_open(
    session: Session, scheme: Scheme, clock: FakeClock
) -> None:
    resident = find_or_add_resident(session, MOBILE, clock.now())
    assert resident is not None
    assert open_case_of(session, resident.id) is None
    first = opened(session, scheme, clock, None)
    clock.advance(hours=1)
    second = opened(session, scheme, clock, None)
    assert open_case_of(session, resident.id) is second
    second.state = SuggestionState.DONE
    assert open_case_of(session, resident.id) is first
    stranger = opened(session, scheme, clock, None, phone="+8613900000003")
    first.state, first.merged_into_id = SuggestionState.MERGED, stranger.id
    assert open_case_of(session, resident.id) is first, "carried on in a case that is open"
    stranger.state = SuggestionState.DONE
    assert open_case_of(session, resident.id) is None


@pytest.mark.parametrize("place", ["很长" * 300])
def test_a_place_of_any_length_fits(
    session: Session, scheme: Scheme, clock: FakeClock, understand: Understand, place: str
) -> None:
    reading = understand(DRAIN)
    long = Understanding(**(vars(reading) | {"places": tuple(p._replace(text=place) for p in reading.places)}))
    assert len(opened(session, scheme, clock, long).place) == 200
