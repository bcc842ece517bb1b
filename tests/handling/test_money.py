"""The money of a case: 48 households, 40 yuan each, and every fen of it."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from handling.money.accounts import Account, account_of, matching_due
from handling.money.booking import (
    NotBooked,
    agree_shares,
    book,
    correct,
    open_project,
    plan_cost,
    receive_shares,
    strike_cost,
)
from handling.scheme import Scheme, load_scheme
from models import EntryKind, Event, MoneyEntry, Project
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.handling.desk import case_row

YUAN = 100


@pytest.fixture
def gongzhi() -> Scheme:
    return load_scheme("gongzhi")


@pytest.fixture
def project(session: Session, people: People, clock: FakeClock) -> Project:
    case = case_row(session, 1001, clock.now())
    return agree_shares(session, case, households=48, share=40 * YUAN, user=people.worker, now=clock.now())


def test_48_households_pay_40_yuan_each_and_the_account_says_who_is_missing(
    session: Session, project: Project, people: People, clock: FakeClock
) -> None:
    doors = [f"1-{floor}-{door}" for floor in range(1, 7) for door in range(1, 5)]
    receive_shares(session, project, key="a", doors=doors, user=people.worker, now=clock.now())
    receive_shares(session, project, key="b", households=20, user=people.worker, now=clock.now())
    account = account_of(session, project)
    assert (account.agreed, account.raised, account.paid, account.households) == (1920 * YUAN, 1760 * YUAN, 44, 48)
    notes = [event.note for event in session.query(Event).filter_by(kind="money").order_by(Event.id)]
    assert notes == ["48户，每户40元，合计1,920元", "24户各交40元，合计960元", "20户各交40元，合计800元"]


def test_nobody_pays_twice_and_no_more_households_pay_than_agreed(
    session: Session, project: Project, people: People, clock: FakeClock
) -> None:
    def pay(key: str, **what: object) -> None:
        receive_shares(session, project, key=key, user=people.worker, now=clock.now(), **what)  # type: ignore[arg-type]

    pay("a", doors=["3-2-502"])
    pay("a", doors=["3-2-502"])
    assert account_of(session, project).raised == 40 * YUAN, "the same form sent twice is booked once"
    with pytest.raises(NotBooked, match="3栋2单元502号已经交过了"):
        pay("b", doors=["3栋2单元502号"])
    with pytest.raises(NotBooked, match="分摊的一共48户，已经交了1户"):
        pay("c", households=48)
    pay("d", doors=["9-1-1"], amount=15 * YUAN)
    assert account_of(session, project).paid == 1, "who paid a part has not paid yet"
    pay("e", doors=["9-1-1"], amount=25 * YUAN)
    assert account_of(session, project).paid == 2


def test_a_mistake_is_corrected_by_its_opposite_and_stays_readable(
    session: Session, project: Project, people: People, clock: FakeClock
) -> None:
    (wrong,) = receive_shares(session, project, key="a", households=5, user=people.worker, now=clock.now())
    with pytest.raises(NotBooked, match="要写明为什么"):
        correct(session, wrong, reason=" ", user=people.coordinator, now=clock.now())
    counter = correct(session, wrong, reason="数错了，是4户", user=people.coordinator, now=clock.now())
    assert counter is not None
    assert correct(session, wrong, reason="再来", user=people.coordinator, now=clock.now()) is None
    with pytest.raises(NotBooked, match="不能再冲正"):
        correct(session, counter, reason="x", user=people.coordinator, now=clock.now())
    account = account_of(session, project)
    assert (account.raised, account.paid) == (0, 0)
    assert session.query(MoneyEntry).count() == 2


def test_nothing_is_spent_that_is_not_there(
    session: Session, scheme: Scheme, project: Project, people: People, clock: FakeClock
) -> None:
    (paid,) = receive_shares(session, project, key="a", households=48, user=people.worker, now=clock.now())

    def spend(key: str, yuan: int) -> object:
        what = {"kind": EntryKind.SPENDING, "amount": yuan * YUAN, "user": people.worker, "now": clock.now()}
        return book(session, scheme, project, key=key, note="疏通下水道", **what)  # type: ignore[arg-type]

    with pytest.raises(NotBooked, match="账上只有1,920元"):
        spend("b", 1921)
    assert spend("c", 1900)
    assert spend("c", 1900) is None, "the same form sent twice"
    assert account_of(session, project).balance == 20 * YUAN
    with pytest.raises(NotBooked, match="已经用掉了"):
        correct(session, paid, reason="数错了", user=people.coordinator, now=clock.now())


@pytest.mark.parametrize(
    ("raised", "granted", "matched", "due"),
    [
        (300, 0, 0, 0),  # exactly 30 % is not above it
        (301, 0, 0, 301),
        (500, 0, 0, 500),
        (700, 0, 0, 300),  # as far as the plan needs it
        (500, 200, 0, 300),
        (500, 0, 400, 100),
        (1000, 0, 0, 0),
    ],
)
def test_above_thirty_percent_the_fund_gives_as_much_again(
    gongzhi: Scheme, raised: int, granted: int, matched: int, due: int
) -> None:
    account = Account(
        planned=1000, raised=raised, matched=matched, granted=granted, spent=0, paid=0, households=0, share=0
    )
    assert matching_due(gongzhi, account) == due


def test_a_community_without_a_fund_matches_nothing(scheme: Scheme) -> None:
    account = Account(planned=100, raised=90, matched=0, granted=0, spent=0, paid=0, households=0, share=0)
    assert matching_due(scheme, account) == 0


def test_the_fund_and_grants_keep_their_rules(
    session: Session, gongzhi: Scheme, project: Project, people: People, clock: FakeClock
) -> None:
    line = plan_cost(session, project, "雨棚", 80_000 * YUAN, clock.now())
    plan_cost(session, project, "加装扶手", 4_000 * YUAN, clock.now())
    receive_shares(session, project, key="a", households=48, user=people.worker, now=clock.now())

    def give(key: str, kind: EntryKind, yuan: int, source: str = "") -> object:
        return book(
            session,
            gongzhi,
            project,
            key=key,
            kind=kind,
            amount=yuan * YUAN,
            source=source,
            user=people.coordinator,
            now=clock.now(),
        )

    with pytest.raises(NotBooked, match="最多配套0元"):
        give("b", EntryKind.MATCH, 1)
    strike_cost(line, clock.now() + timedelta(hours=1))
    with pytest.raises(NotBooked, match="最多配套1,920元"):
        give("c", EntryKind.MATCH, 1921)
    assert give("d", EntryKind.MATCH, 1920)
    with pytest.raises(NotBooked, match="请选一种资助"):
        give("e", EntryKind.GRANT, 1, "unknown")
    assert give("f", EntryKind.GRANT, 49_999, "venture")
    with pytest.raises(NotBooked, match="“公益创投”一个项目最多50,000元"):
        give("g", EntryKind.GRANT, 2, "venture")


keys = itertools.count()
MOVES = st.lists(
    st.tuples(st.sampled_from([*EntryKind, "correct"]), st.integers(1, 3000), st.integers(0, 20)), max_size=25
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_the_balance_is_the_sum_of_the_entries_and_never_below_zero(
    session: Session, gongzhi: Scheme, people: People, clock: FakeClock, moves: list[tuple[object, int, int]]
) -> None:
    with session.begin_nested() as attempt:
        case = case_row(session, 2000 + next(keys), clock.now(), scheme="gongzhi")
        project = open_project(session, case, people.worker, clock.now())
        plan_cost(session, project, "全部", 5000, clock.now())
        entries: list[MoneyEntry] = []
        for kind, amount, which in moves:
            try:
                if kind == "correct":
                    wrong = entries[which % len(entries)] if entries else None
                    added = wrong and correct(session, wrong, reason="错", user=people.worker, now=clock.now())
                else:
                    added = book(
                        session,
                        gongzhi,
                        project,
                        key=f"k{next(keys)}",
                        kind=kind,  # type: ignore[arg-type]
                        amount=amount,
                        source="venture",
                        user=people.worker,
                        now=clock.now(),
                    )
            except NotBooked:
                added = None
            entries += [added] if added else []
            assert account_of(session, project).balance == sum(entry.amount for entry in entries) >= 0
        attempt.rollback()
