"""议事 in figures: held, taking part, decided, passed, told; by month, kind and place."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.figures.deliberations import DELIBERATION_FIGURES, HeldTogether, held_by, held_deliberations
from handling.figures.parts import NONE, Scope
from handling.scheme import Scheme
from models import (
    Courtyard,
    Decision,
    Deliberation,
    DeliberationState,
    Medium,
    Notice,
    NoticeState,
    Outcome,
    Priority,
    Topic,
)
from tests.handling.conftest import People
from tests.handling.deliberating import FOUR_STEPS, MEETING
from tests.handling.known_town import NOW, Town

BOARD = MEETING.model_copy(update={"code": "review_board", "name": "评审会", "voters": "members"})
FIGURE = {figure.code: figure for figure in DELIBERATION_FIGURES}
PASSED, REJECTED, NO_QUORUM = Outcome.PASSED, Outcome.REJECTED, Outcome.NO_QUORUM


class Hall:
    def __init__(self, session: Session, people: People) -> None:
        self.session = session
        self.town = Town(session, people)
        self.people = people

    def over(self, kind: object = MEETING, *outcomes: Outcome, day: int = 9, **given: object) -> Deliberation:
        """Closed on that day of March, with a topic for each outcome; 30 of 40 took part unless it says else."""
        closed = datetime(2026, 3, 1, 18, tzinfo=SHANGHAI) + timedelta(days=day - 1)
        took_part = given.pop("took_part", 30)
        deliberation = Deliberation(
            kind=kind.code,  # type: ignore[attr-defined]
            rules=kind.model_dump(mode="json"),  # type: ignore[attr-defined]
            title="疏通下水道",
            convened_by=self.people.coordinator,
            created_at=closed,
            **{"state": DeliberationState.CLOSED, "closed_at": closed, "entitled": 40, **given},  # type: ignore[arg-type]
        )
        self.session.add(deliberation)
        for place, outcome in enumerate(outcomes, start=1):
            topic = Topic(deliberation=deliberation, place=place, title="修不修", suggestion=self.town.case())
            self.session.add(
                Decision(topic=topic, outcome=outcome, entitled=40, took_part=took_part, at=closed)  # type: ignore[arg-type]
            )
        self.session.flush()
        return deliberation

    def text(self, deliberation: Deliberation, state: NoticeState) -> None:
        """The text that tells somebody the result of its first topic."""
        notice = Notice(
            key=f"vote_result:{deliberation.topics[0].decisions[0].id}:7",
            state=state,
            to_number="",
            medium=Medium.SMS,
            priority=Priority.ROUTINE,
            template="vote_result",
            body="",
            created_at=NOW,
            tries=0,
        )
        self.session.add(notice)
        self.session.flush()


@pytest.fixture
def hall(session: Session, people: People) -> Hall:
    return Hall(session, people)


def value(session: Session, code: str, **narrowed: str) -> float | None:
    return FIGURE[code].value(HeldTogether(held=held_deliberations(session, Scope(narrowed=narrowed))))


def test_only_what_was_deliberated_to_its_end_in_the_period_counts(hall: Hall, session: Session) -> None:
    inside = hall.over()
    hall.over(state=DeliberationState.CANCELLED)
    hall.over(state=DeliberationState.RUNNING, closed_at=None)
    early = hall.over(held_on=datetime(2026, 2, 28, 18, tzinfo=SHANGHAI))
    march = Scope(received_from=datetime(2026, 3, 1, tzinfo=SHANGHAI))
    assert [one.id for one in held_deliberations(session, march)] == [inside.id]
    assert [one.id for one in held_deliberations(session, Scope())] == [inside.id, early.id]


def test_households_are_added_and_members_of_a_board_are_none(hall: Hall, session: Session) -> None:
    assert value(session, "turnout") is None
    hall.over(MEETING, PASSED, attended=20)
    # Two topics of one evening: the households are those of the fuller vote.
    hall.over(FOUR_STEPS, PASSED, REJECTED, took_part=36)
    hall.over(BOARD, PASSED, attended=7, entitled=9, took_part=7)
    assert value(session, "households") == 66
    assert value(session, "turnout") == (30 + 36) / 80
    assert value(session, "held") == 3


def test_a_vote_of_too_few_decides_nothing(hall: Hall, session: Session) -> None:
    hall.over(MEETING, PASSED, PASSED, REJECTED, NO_QUORUM)
    assert value(session, "decided") == 0.75
    assert value(session, "passed") == 2 / 3


def test_of_several_counts_of_a_topic_the_last_one_counts(hall: Hall, session: Session) -> None:
    again = hall.over(FOUR_STEPS, PASSED)
    later = Decision(
        topic=again.topics[0], stage="vote", outcome=REJECTED, entitled=40, took_part=38, at=again.closed_at
    )
    session.add(later)
    session.flush()
    assert (value(session, "decided"), value(session, "passed"), value(session, "households")) == (1, 0, 38)


def test_a_result_is_told_by_its_stage_by_text_or_with_the_answer(hall: Hall, session: Session) -> None:
    silent, texted, queued, answered = (hall.over(MEETING, PASSED) for _ in range(4))
    hall.text(texted, NoticeState.DELIVERED)
    hall.text(queued, NoticeState.QUEUED)
    case = answered.topics[0].suggestion
    assert case
    case.answered_at = answered.closed_at
    staged = hall.over(FOUR_STEPS, NO_QUORUM)
    session.flush()
    told = {one.id for one in held_deliberations(session, Scope()) if not FIGURE["told"].counts(one)}
    assert told == {texted.id, answered.id, staged.id}
    assert silent.id not in told
    assert value(session, "told") == 3 / 5


def test_they_split_by_month_kind_and_place(hall: Hall, session: Session, scheme: Scheme) -> None:
    courtyard: Courtyard = hall.town.courtyard("天福苑")
    hall.over(MEETING, PASSED, courtyard=courtyard)
    hall.over(MEETING, day=35)
    hall.over(FOUR_STEPS, PASSED, courtyard=courtyard)
    held = held_deliberations(session, Scope())

    def split(by: str) -> list[tuple[str, int]]:
        return [(row.name, len(row.held)) for row in held_by(session, scheme, by, held)]

    assert split("month") == [("2026-03", 2), ("2026-04", 1)]
    assert split("deliberation_kind") == [("坝坝会", 2), ("楼栋议事会", 1)]
    assert split("courtyard") == [("天福苑", 2), ("不分院落", 1)]
    for by in ("month", "deliberation_kind", "courtyard"):
        for row in held_by(session, scheme, by, held):
            assert held_deliberations(session, Scope(narrowed={by: row.address})) == row.held
    assert value(session, "held", courtyard=NONE) == 1
