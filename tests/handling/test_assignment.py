"""Who is proposed for a case: by the rank of its level and by its place, the least loaded first."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.assignment import propose_handler
from handling.casework import StepNotAllowed, actions_for, take_action
from handling.scheme import Scheme
from models import Courtyard, Role, Station, Suggestion, User
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.handling.desk import confirm, opened
from tests.statements import statements

Hire = Callable[[str, str, str], User]


@pytest.fixture
def hire(session: Session, clock: FakeClock) -> Hire:
    def add(name: str, tier: str, station: str) -> User:
        place = session.scalars(select(Station).where(Station.code == station)).one() if station else None
        user = User(
            username=name,
            name=name,
            role=Role.HANDLER,
            tier=tier,
            station=place,
            password_hash="",
            created_at=clock.now(),
        )
        session.add(user)
        session.flush()
        return user

    return add


@pytest.fixture
def case(session: Session, scheme: Scheme, clock: FakeClock) -> Suggestion:
    """In 天福苑, which belongs to the first mobile point of the first grid."""
    case = opened(session, scheme, clock)
    case.courtyard = session.scalars(select(Courtyard).where(Courtyard.name == "天福苑")).one()
    case.station = case.courtyard.station
    case.level = "A"
    session.flush()
    return case


def proposed(session: Session, scheme: Scheme, case: Suggestion, **extra: set[int | None]) -> str:
    found = propose_handler(session, scheme, case, **extra)
    return found.user.name if found else ""


def test_from_the_courtyard_upwards(session: Session, scheme: Scheme, case: Suggestion, hire: Hire) -> None:
    assert proposed(session, scheme, case) == ""
    hire("书记", "secretary", "")
    assert proposed(session, scheme, case) == "书记"
    hire("两委", "committee", "")
    assert proposed(session, scheme, case) == "两委"
    hire("网格长", "grid", "grid1")
    assert proposed(session, scheme, case) == "网格长"
    hire("别处的微网格员", "micro_grid", "mobile12")
    hire("别处的网格长", "grid", "grid2")
    assert proposed(session, scheme, case) == "网格长", "who serves another place is not asked"
    hire("微网格员", "micro_grid", "mobile11")
    found = propose_handler(session, scheme, case)
    assert found is not None
    assert found.reason == "A类由微网格员负责；微网格员是第一网格1号移动点的微网格员，手上有0件"
    case.level = "B"
    assert proposed(session, scheme, case) == "两委", "a B case is the committee's"


def test_the_reason_says_when_it_goes_a_rank_up(
    session: Session, scheme: Scheme, case: Suggestion, hire: Hire
) -> None:
    hire("李网", "grid", "grid1")
    found = propose_handler(session, scheme, case)
    assert found is not None
    assert (
        found.reason == "A类由微网格员负责；没有管这里的微网格员，往上一级，李网是第一网格分站的网格长，手上有0件"
    )


def test_of_two_the_one_with_less_work(
    session: Session, scheme: Scheme, clock: FakeClock, people: People, case: Suggestion, hire: Hire
) -> None:
    busy, free = hire("忙", "micro_grid", "mobile11"), hire("闲", "micro_grid", "mobile11")
    people.worker.active = False
    other = opened(session, scheme, clock)
    confirm(session, scheme, other, people.volunteer, clock)
    form = {"level": "A", "handler": str(busy.id)}
    take_action(session, scheme, other, people.coordinator, "assign", form, now=clock.now())
    assert proposed(session, scheme, case) == "闲"
    assert proposed(session, scheme, case, without={free.id}) == "忙"


def test_a_place_that_nobody_knows_goes_to_who_serves_the_whole_community(
    session: Session, scheme: Scheme, case: Suggestion, hire: Hire
) -> None:
    case.station = None
    hire("微网格员", "micro_grid", "mobile11")
    hire("书记", "secretary", "")
    assert proposed(session, scheme, case) == "书记"


def test_it_costs_two_statements_for_any_number_of_people(
    session: Session, scheme: Scheme, case: Suggestion, hire: Hire
) -> None:
    for number in range(20):
        hire(f"员{number}", "micro_grid", "mobile11")
    propose_handler(session, scheme, case)
    with statements(session.get_bind()) as seen:
        propose_handler(session, scheme, case)
    assert len(seen) == 2


def test_a_grid_station_answers_simple_cases_of_its_own_place_at_once(
    session: Session, scheme: Scheme, clock: FakeClock, people: People, case: Suggestion, hire: Hire
) -> None:
    own, other, mobile = (
        hire("一格", "grid", "grid1"),
        hire("二格", "grid", "grid2"),
        hire("点", "micro_grid", "mobile11"),
    )
    tianfuyuan = case.courtyard_id
    confirm(session, scheme, case, people.volunteer, clock, level="A", courtyard_id=tianfuyuan)
    may = {user.name: [a.code for a in actions_for(scheme, case, user)] for user in (own, other, mobile)}
    assert may == {"一格": ["answer_now"], "二格": [], "点": []}
    with pytest.raises(StepNotAllowed):
        take_action(session, scheme, case, other, "answer_now", {"result": "通了"}, now=clock.now())
    take_action(session, scheme, case, own, "answer_now", {"result": "通了"}, now=clock.now())
    assert (case.step, case.handler) == ("feedback", own)


def test_complex_cases_go_to_the_main_station(
    session: Session, scheme: Scheme, clock: FakeClock, people: People, case: Suggestion, hire: Hire
) -> None:
    own = hire("一格", "grid", "grid1")
    confirm(session, scheme, case, people.volunteer, clock, level="B", courtyard_id=case.courtyard_id)
    assert actions_for(scheme, case, own) == []
