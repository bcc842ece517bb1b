"""坝坝会 and 评审会: who came, what was decided, and the record of it that a case needs."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.casework import StepNotAllowed, take_action
from handling.deliberation.meetings import Hands, MeetingRecord, TopicRecord, hold_meeting
from handling.deliberation.stages import NotDeliberable, TopicDraft, begin, draft_deliberation
from handling.forms import FormInvalid
from handling.scheme import Scheme, load_scheme
from models import Courtyard, Deliberation, DeliberationState, Event, Notice, Outcome, Project, Suggestion
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.handling.deliberating import MEETING, case, courtyard, running

__all__ = ["case", "courtyard"]

MET = {"held_on": "2026-03-09", "households": "6", "agreed": "6", "share": "40", "resolution": "每户40元疏通"}


def test_a_meeting_counts_who_came_and_decides(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    deliberation = running(session, people, clock, case, MEETING)
    topic = deliberation.topics[0]
    record = TopicRecord(Hands(yes=3, no=1), resolution="每户40元")
    hold_meeting(
        session,
        scheme,
        deliberation,
        MeetingRecord(
            date(2026, 3, 9), 5, {topic.id: record}, attendees="101 102 103 201 202", minutes="议了一小时"
        ),
        people.worker,
        clock.now(),
    )
    (decision,) = topic.decisions
    assert (decision.took_part, decision.yes, decision.no, decision.abstained) == (5, 3, 1, 1)
    assert decision.outcome is Outcome.PASSED, "three of five that came, five of six households"
    assert deliberation.state is DeliberationState.CLOSED
    (event,) = session.query(Event).filter_by(kind="deliberation_passed")
    assert event.note == ("坝坝会“全院疏通，每户40元”：通过，6户里5户参与，3户同意、1户不同意、1户弃权。每户40元")
    with pytest.raises(NotDeliberable):
        hold_meeting(
            session, scheme, deliberation, MeetingRecord(date(2026, 3, 9), 5, {}), people.worker, clock.now()
        )


def test_the_review_board_gives_points_and_chooses_the_best(
    session: Session, people: People, clock: FakeClock, case: Suggestion
) -> None:
    jinbi = load_scheme("jinbi")
    board = jinbi.deliberation("review_board").model_copy(update={"choose": 2})
    deliberation = draft_deliberation(
        session,
        board,
        title="三月评审会",
        courtyard=None,
        topics=[TopicDraft("滑梯地面", case=case), TopicDraft("座椅"), TopicDraft("绿植"), TopicDraft("游泳池")],
        user=people.coordinator,
        now=clock.now(),
        entitled=3,
    )
    begin(session, deliberation, people.coordinator, clock.now())
    points = [(85, 90, 80), (70, 71, 70), (70, 70, 70), (20, 59, 90)]
    records = {
        topic.id: TopicRecord(scores=dict(zip("甲乙丙", scores, strict=True)))
        for topic, scores in zip(deliberation.topics, points, strict=True)
    }
    hold_meeting(
        session, jinbi, deliberation, MeetingRecord(date(2026, 3, 9), 3, records), people.coordinator, clock.now()
    )
    decisions = [topic.decisions[0] for topic in deliberation.topics]
    assert [d.score for d in decisions] == [8500, 7033, 7000, 5633]
    assert [d.outcome.value for d in decisions] == ["passed", "passed", "rejected", "rejected"]


def test_an_action_with_a_deliberation_is_the_record_of_a_meeting(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    courtyard.households = 48
    form = {
        "held_on": "2026-03-09",
        "households": "48",
        "agreed": "48",
        "share": "40",
        "resolution": "每户40元疏通",
    }
    take_action(session, scheme, case, people.worker, "courtyard_meeting", form, now=clock.now())
    (deliberation,) = session.scalars(select(Deliberation))
    assert (deliberation.state, deliberation.entitled, deliberation.attended) == (DeliberationState.CLOSED, 48, 48)
    assert deliberation.topics[0].decisions[0].outcome is Outcome.PASSED


def test_a_meeting_of_too_few_decides_nothing_and_collects_nothing(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    few = MET | {"households": "3", "agreed": "3"}
    take_action(session, scheme, case, people.worker, "courtyard_meeting", few, now=clock.now())
    told = session.scalars(select(Notice.body).where(Notice.template == "meeting")).one()
    assert "3户同意，参与的不够，不算数：" in told
    assert session.scalars(select(Project)).all() == []


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"households": "7"}, "households", "天福苑登记的是6户"),
        ({"held_on": "2026-03-10"}, "held_on", "会还没有开"),
    ],
)
def test_a_meeting_that_cannot_have_been_is_refused_at_its_field(
    session: Session,
    scheme: Scheme,
    people: People,
    clock: FakeClock,
    case: Suggestion,
    wrong: dict[str, str],
    field: str,
    message: str,
) -> None:
    with pytest.raises(FormInvalid, match=message) as caught:
        take_action(session, scheme, case, people.worker, "courtyard_meeting", MET | wrong, now=clock.now())
    assert list(caught.value.errors) == [field]
    assert session.scalars(select(Deliberation)).all() == []


def test_the_board_must_have_chosen_before_the_case_is_selected(
    session: Session, people: People, clock: FakeClock, case: Suggestion
) -> None:
    jinbi = load_scheme("jinbi")
    case.scheme, case.step, case.level = "jinbi", "selection", "B"
    form = {"asked": "5000", "granted": "4500", "until": "2026-03-20"}
    with pytest.raises(StepNotAllowed, match="要先有议事通过的决定"):
        take_action(session, jinbi, case, people.coordinator, "select", form, now=clock.now())
    session.add(Event(suggestion=case, at=clock.now(), kind="deliberation_passed", step=case.step))
    session.flush()
    session.refresh(case, ["events"])
    take_action(session, jinbi, case, people.coordinator, "select", form, now=clock.now())
    assert case.step == "handle"
