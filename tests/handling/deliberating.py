"""Deliberations as tests need them: in four steps or a meeting, of six households, moved on by the clock."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.deliberation.notices import tell_portion, waiting_to_be_told
from handling.deliberation.stages import TopicDraft, advance, begin, draft_deliberation, stages_over
from handling.inbound import handle_text
from handling.residents import find_or_add_resident
from handling.scheme import Scheme
from handling.scheme.deliberation import DeliberationKind, DeliberationStage
from models import Courtyard, Deliberation, Notice, Resident, Role, Suggestion
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People, received_text
from tests.handling.desk import case_row

STAGES = (
    DeliberationStage(code="notice", name="议题公示", does="tell", working_days=3),
    DeliberationStage(code="opinions", name="意见征集", does="hear", working_days=3),
    DeliberationStage(code="vote", name="表决公示", does="vote", working_days=3),
    DeliberationStage(code="result", name="结果反馈", does="result", working_days=2),
)
FOUR_STEPS = DeliberationKind(
    code="building_council",
    name="楼栋议事会",
    roles=(Role.COORDINATOR,),
    stages=STAGES,
    quorum="2/3",
    threshold=">1/2",
    observer=True,
)
MEETING = DeliberationKind(code="courtyard_meeting", name="坝坝会", roles=(Role.COORDINATOR,))


@pytest.fixture
def courtyard(session: Session) -> Courtyard:
    found = session.scalars(select(Courtyard).where(Courtyard.name == "天福苑")).one()
    found.households = 6
    return found


@pytest.fixture
def case(session: Session, courtyard: Courtyard, people: People, clock: FakeClock) -> Suggestion:
    return case_row(
        session,
        1023,
        clock.now(),
        resident=neighbour(session, clock, 1, courtyard, "1-1-101"),
        text="下水道返水",
        courtyard=courtyard,
        level="A",
        handler=people.worker,
    )


def neighbour(session: Session, clock: FakeClock, n: int, courtyard: Courtyard | None, door: str = "") -> Resident:
    resident = find_or_add_resident(session, f"+86138001380{n:02d}", clock.now())
    assert resident is not None
    resident.courtyard, resident.address = courtyard, door
    session.flush()
    return resident


def running(
    session: Session,
    people: People,
    clock: FakeClock,
    case: Suggestion,
    kind: DeliberationKind = FOUR_STEPS,
) -> Deliberation:
    deliberation = draft_deliberation(
        session,
        kind,
        title="天福苑疏通下水道",
        courtyard=case.courtyard,
        topics=[TopicDraft("全院疏通，每户40元", case=case)],
        user=people.coordinator,
        now=clock.now(),
    )
    deliberation.observer = "李观察"
    begin(session, deliberation, people.coordinator, clock.now())
    return deliberation


def advance_due(session: Session, scheme: Scheme, now: datetime) -> int:
    """What the clock does: how many moved on."""
    over = stages_over(session, now)
    for deliberation_id in over:
        advance(session, scheme, deliberation_id, now)
    while waiting := waiting_to_be_told(session):
        tell_portion(session, scheme, waiting[0], now)
    return len(over)


def until_voting(session: Session, scheme: Scheme, deliberation: Deliberation, clock: FakeClock) -> None:
    advance_due(session, scheme, clock.now())
    while deliberation.stage != "vote":
        assert deliberation.stage_until
        clock.set(deliberation.stage_until)
        assert advance_due(session, scheme, clock.now()) >= 1


def says(session: Session, scheme: Scheme, clock: FakeClock, resident: Resident, body: str) -> str:
    """The answer to this text, "" when it became a suggestion or got none."""
    text = received_text(session, body, clock.advance(minutes=11), resident.phone)
    handle_text(session, scheme, text, never_understood, now=clock.now())
    answer = session.scalars(select(Notice).where(Notice.key == f"text:{text.id}")).one_or_none()
    return answer.body.removeprefix("【城北社区】") if answer else ""


def never_understood(text: str) -> object:
    raise AssertionError(f"“{text}” was taken for a suggestion")


def told(session: Session, template: str) -> list[str]:
    rows = session.scalars(select(Notice).where(Notice.template == template).order_by(Notice.id))
    return [row.body.removeprefix("【城北社区】") for row in rows]
