from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from handling.casework import FormInvalid, StaleCase, StepNotAllowed
from handling.clock import SHANGHAI
from handling.review import claim_for_review, give_back
from handling.scheme import Scheme
from models import Courtyard, Notice, Suggestion, SuggestionState, Urgency
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.handling.desk import NEIGHBOUR, confirm, opened


@pytest.fixture
def case(
    session: Session, scheme: Scheme, clock: FakeClock, understand: Callable[[str], Understanding]
) -> Suggestion:
    return opened(session, scheme, clock, understand("天福苑的下水道返水"))


def notices(session: Session, case: Suggestion) -> list[Notice]:
    return session.query(Notice).filter_by(suggestion_id=case.id).order_by(Notice.id).all()


def test_two_volunteers_never_hold_the_same_suggestion(
    session: Session, case: Suggestion, people: People, clock: FakeClock
) -> None:
    assert claim_for_review(session, case, people.volunteer, clock.now())
    assert not claim_for_review(session, case, people.other_volunteer, clock.now())
    clock.advance(minutes=9)
    assert claim_for_review(session, case, people.volunteer, clock.now()), "an open page renews"
    clock.advance(minutes=9)
    assert not claim_for_review(session, case, people.other_volunteer, clock.now())
    clock.advance(minutes=1)
    assert claim_for_review(session, case, people.other_volunteer, clock.now()), "the lease ran out"
    give_back(session, case, people.volunteer)
    assert case.claimed_by == people.other_volunteer, "only the holder lets go"
    give_back(session, case, people.other_volunteer)
    assert case.claimed_by is None
    assert claim_for_review(session, case, people.volunteer, clock.now())


def test_a_confirmed_suggestion_moves_on_with_what_the_volunteer_decided(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    courtyard = session.query(Courtyard).filter_by(name="东方嘉苑").one()
    assert claim_for_review(session, case, people.volunteer, clock.now())
    event = confirm(session, scheme, case, people.volunteer, clock, courtyard_id=courtyard.id, place="东方嘉苑")
    assert (case.state, case.step, case.level) == (SuggestionState.HANDLING, "triage", "A")
    assert case.due == datetime(2026, 3, 10, 18, 0, tzinfo=SHANGHAI)
    assert (case.text, case.standard_text) == ("天福苑的下水道返水，臭得很",) * 2
    assert case.courtyard == courtyard
    assert case.station == courtyard.station
    assert case.claimed_by is None
    assert not case.needs_listening
    assert (event.kind, event.actor, event.step) == ("reviewed", people.volunteer, "collect")
    assert event.changes["state"] == ["review", "handling"]
    assert event.changes["step"] == ["collect", "triage"]
    assert event.changes["text"] == ["天福苑的下水道返水", "天福苑的下水道返水，臭得很"]
    [review] = case.reviews
    assert review.proposed["text"] == "天福苑的下水道返水"
    assert review.decisions["urgency"] == "urgent"
    assert notices(session, case)[-1].body == "【城北社区】1001号建议已核对，定为A类，3月10日前答复您。"


def test_what_is_no_suggestion_ends_with_a_reason_that_the_resident_hears(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    with pytest.raises(FormInvalid) as caught:
        confirm(session, scheme, case, people.volunteer, clock, valid=False, note="  ")
    assert set(caught.value.errors) == {"note"}
    confirm(session, scheme, case, people.volunteer, clock, valid=False, note="听不到声音")
    assert case.state is SuggestionState.INVALID
    assert case.done_at == clock.now()
    assert "没有立案：听不到声音。" in notices(session, case)[-1].body


def test_the_same_matter_is_carried_on_in_one_case(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    second = opened(session, scheme, clock, phone=NEIGHBOUR)
    confirm(session, scheme, second, people.volunteer, clock, merge_into=case.number)
    assert (second.state, second.merged_into_id) == (SuggestionState.MERGED, case.id)
    assert "和邻居反映的是同一件事" in notices(session, second)[-1].body
    session.expire(case, ["events"])
    assert (case.events[-1].kind, case.events[-1].form) == ("joined", {"number": second.number})
    # A third one that names the second ends in the first.
    third = opened(session, scheme, clock, phone=NEIGHBOUR)
    confirm(session, scheme, third, people.volunteer, clock, merge_into=second.number)
    assert third.merged_into_id == case.id


@pytest.mark.parametrize("number", ["own", "unknown", "ended", "merged into it"])
def test_a_merge_that_leads_nowhere_is_refused(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock, number: str
) -> None:
    other = opened(session, scheme, clock, phone=NEIGHBOUR)
    if number == "ended":
        other.state = SuggestionState.DONE
    if number == "merged into it":
        confirm(session, scheme, other, people.volunteer, clock, merge_into=case.number)
    merge_into = {"own": case.number, "unknown": 9999}.get(number, other.number)
    with pytest.raises(FormInvalid) as caught:
        confirm(session, scheme, case, people.volunteer, clock, merge_into=merge_into)
    assert set(caught.value.errors) == {"merge_into"}
    assert case.state is SuggestionState.REVIEW


def test_every_wrong_field_is_named(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    with pytest.raises(FormInvalid) as caught:
        confirm(session, scheme, case, people.volunteer, clock, text=" ", level="Z", courtyard_id=9999)
    assert set(caught.value.errors) == {"text", "level", "courtyard_id"}


def test_only_the_one_who_holds_it_and_may_review_it_confirms(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    assert claim_for_review(session, case, people.volunteer, clock.now())
    with pytest.raises(StepNotAllowed, match="另一位志愿者"):
        confirm(session, scheme, case, people.other_volunteer, clock)
    give_back(session, case, people.volunteer)
    with pytest.raises(StepNotAllowed, match="角色"):
        confirm(session, scheme, case, people.worker, clock)
    confirm(session, scheme, case, people.administrator, clock)
    with pytest.raises(StepNotAllowed, match="已经核对过"):
        confirm(session, scheme, case, people.volunteer, clock)


def test_a_page_that_is_out_of_date_is_refused(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    shown = case.version
    case.place = "天福苑二栋"
    session.flush()
    with pytest.raises(StaleCase):
        confirm(session, scheme, case, people.volunteer, clock, version=shown)
    confirm(session, scheme, case, people.volunteer, clock, version=case.version)


def test_a_volunteer_who_hears_an_emergency_wakes_the_duty_phone(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    confirm(
        session,
        scheme,
        case,
        people.volunteer,
        clock,
        urgency=Urgency.EMERGENCY,
        duty_phones=("+8613900000009",),
    )
    assert notices(session, case)[-1].template == "duty_alert"
