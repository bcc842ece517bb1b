"""The clock moves deliberations on and tells households, once each, however often a round is repeated."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from handling.community import set_up_community
from handling.deliberation.stages import TopicDraft, begin, draft_deliberation
from handling.residents import find_or_add_resident
from handling.scheme import load_scheme
from hotline.worker.context import WorkerContext
from hotline.worker.deliberations import move_deliberations_on, tell_households
from models import Courtyard, Database, Deliberation, DeliberationState, Notice, Role, User
from tests.fakes.clock import FakeClock

HOUSEHOLDS = 53


@pytest.fixture
def council(database: Database, clock: FakeClock) -> int:
    """A 楼栋议事会 in its first stage, in a courtyard of more households than one portion; its id."""
    gongzhi = load_scheme("gongzhi")
    with database.write() as session:
        set_up_community(session, gongzhi)
        courtyard = session.scalars(select(Courtyard).where(Courtyard.name == "天福苑")).one()
        for n in range(HOUSEHOLDS):
            resident = find_or_add_resident(session, f"+86138001380{n:02d}", clock.now())
            assert resident
            resident.courtyard = courtyard
        user = User(username="liu", name="刘统筹", role=Role.COORDINATOR, password_hash="", created_at=clock.now())
        session.add(user)
        made = draft_deliberation(
            session,
            gongzhi.deliberation("building_council"),
            title="疏通下水道",
            courtyard=courtyard,
            topics=[TopicDraft("疏通下水道")],
            user=user,
            now=clock.now(),
        )
        made.observer = "李观察"
        begin(session, made, user, clock.now())
        return made.id


def found(database: Database, council: int) -> Deliberation:
    with database.read() as session:
        return session.get_one(Deliberation, council)


def told(database: Database, template: str = "vote_open") -> int:
    with database.read() as session:
        return session.scalars(select(func.count(Notice.id)).where(Notice.template == template)).one()


def test_stages_follow_by_the_clock_and_every_household_is_told_once(
    context: WorkerContext, database: Database, clock: FakeClock, council: int
) -> None:
    stages = []
    while found(database, council).state is DeliberationState.RUNNING:
        stages.append(found(database, council).stage)
        for _ in range(4):
            move_deliberations_on(context)
            tell_households(context)
        assert told(database, "topic_open") == HOUSEHOLDS
        assert told(database) == (HOUSEHOLDS if "vote" in stages else 0)
        assert found(database, council).stage == stages[-1]
        until = found(database, council).stage_until
        assert until
        clock.set(until + timedelta(minutes=1))
        move_deliberations_on(context)
    assert stages == ["notice", "opinions", "vote", "result"]


def test_a_portion_is_small_so_that_no_caller_waits(
    context: WorkerContext, database: Database, clock: FakeClock, council: int
) -> None:
    for _ in range(2):
        clock.set((found(database, council).stage_until or clock.now()) + timedelta(minutes=1))
        move_deliberations_on(context)
    assert told(database) == told(database, "topic_open") == 0
    tell_households(context)
    assert told(database) == 50
    tell_households(context)
    assert told(database) == HOUSEHOLDS
