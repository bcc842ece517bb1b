"""Points in double entry: given once, never negative, never at odds with their entries."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handling.residents import find_or_add_resident
from handling.residents.points import (
    Line,
    NotEnoughPoints,
    account_totals,
    award,
    balance_of,
    move,
    reverse,
    statement,
)
from handling.residents.rewards import (
    RedemptionRefused,
    ask_for,
    book,
    cancel,
    confirm_asked,
    find_reward,
    hand_over,
)
from handling.scheme import PointsRule
from models import (
    Account,
    Database,
    PointsEntry,
    PointsTransaction,
    Redemption,
    RedemptionState,
    Resident,
    Reward,
    User,
)
from tests.handling.conftest import LANDLINE, MOBILE, People, add_people
from tests.handling.crowd import CROWD, at_once

NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)
TEN = PointsRule(code="valid", name="有效建议", points=10)


def resident_of(session: Session, phone: str = MOBILE) -> Resident:
    resident = find_or_add_resident(session, phone, NOW)
    assert resident is not None
    return resident


def reward(session: Session, cost: int = 10, stock: int | None = 1, name: str = "大米") -> Reward:
    made = Reward(code=f"r{session.query(Reward).count()}", name=name, cost=cost, stock=stock)
    session.add(made)
    session.flush()
    return made


def agree(session: Session) -> None:
    """What must hold at every moment."""
    uneven = select(PointsEntry.transaction_id).group_by(PointsEntry.transaction_id)
    assert session.scalars(uneven.having(func.sum(PointsEntry.points) != 0)).all() == []
    assert sum(account_totals(session).values()) == 0
    for resident in session.scalars(select(Resident)):
        own = select(func.coalesce(func.sum(PointsEntry.points), 0)).where(PointsEntry.resident_id == resident.id)
        assert balance_of(session, resident.id) == session.scalar(own) >= 0
    redeemed = account_totals(session).get(Account.REDEEMED, 0)
    spent = select(func.coalesce(func.sum(Redemption.cost), 0)).where(
        Redemption.state.in_((RedemptionState.BOOKED, RedemptionState.HANDED_OVER))
    )
    assert redeemed == session.scalar(spent)


def test_an_award_is_given_once_for_each_key(session: Session) -> None:
    resident = resident_of(session)
    assert award(session, TEN, resident, key="valid:1", now=NOW) == 10
    assert award(session, TEN, resident, key="valid:1", now=NOW) == 0
    assert award(session, TEN, resident, key="valid:2", now=NOW) == 10
    assert balance_of(session, resident.id) == 20
    assert account_totals(session) == {Account.RESIDENT: 20, Account.COMMUNITY: -20}
    assert [entry.transaction.reason for entry in statement(session, resident.id)] == ["有效建议"] * 2


def test_uneven_lines_are_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="sum to zero"):
        move(session, "x", [Line(Account.RESIDENT, 5, resident_of(session).id)], reason="", now=NOW)


def test_a_wrong_award_is_taken_back_once_and_only_while_it_is_not_spent(session: Session, people: People) -> None:
    resident = resident_of(session)
    award(session, TEN, resident, key="a", now=NOW)
    given_points = session.scalars(select(PointsTransaction)).one()
    bought = book(session, resident, reward(session), key="desk:1", actor=people.coordinator, now=NOW)
    assert bought is not None
    with pytest.raises(NotEnoughPoints):
        reverse(session, given_points, reason="发错了", now=NOW)
    agree(session)
    cancel(session, bought, people.coordinator, NOW)
    assert reverse(session, given_points, reason="发错了", now=NOW) is not None
    assert reverse(session, given_points, reason="发错了", now=NOW) is None
    assert balance_of(session, resident.id) == 0
    agree(session)


def test_asking_books_nothing_until_it_is_confirmed(session: Session, people: People) -> None:
    resident = resident_of(session)
    award(session, TEN, resident, key="a", now=NOW)
    rice, soap = reward(session), reward(session, cost=4, stock=None, name="香皂")
    first = ask_for(session, resident, rice, key="text:1", now=NOW)
    second = ask_for(session, resident, soap, key="text:2", now=NOW)
    assert first.state is RedemptionState.CANCELLED
    assert balance_of(session, resident.id) == 10
    confirm_asked(session, second, now=NOW)
    assert (balance_of(session, resident.id), second.state) == (6, RedemptionState.BOOKED)
    hand_over(session, second, people.coordinator, NOW)
    with pytest.raises(RedemptionRefused, match="已经领走"):
        cancel(session, second, people.coordinator, NOW)
    agree(session)


def test_who_cannot_pay_leaves_no_trace(session: Session, people: People) -> None:
    rice = reward(session, cost=50)
    with pytest.raises(RedemptionRefused, match="要50分，只有0分"):
        book(session, resident_of(session), rice, key="desk:1", actor=people.coordinator, now=NOW)
    session.expire_all()
    assert rice.stock == 1
    assert session.query(Redemption).count() == 0
    assert session.query(PointsTransaction).count() == 0


@pytest.mark.parametrize(
    ("said", "found"),
    [("大米", "大米"), ("一袋大米", "大米"), ("米", None), ("小米", "小米"), ("飞机", None), ("", None)],
)
def test_a_reward_is_found_by_what_people_call_it(session: Session, said: str, found: str | None) -> None:
    offered = [reward(session), reward(session, name="小米")]
    named = find_reward(offered, said)
    assert (named.name if named else None) == found


def test_the_same_points_and_the_last_piece_are_spent_once_whoever_is_quicker(database: Database) -> None:
    with database.write() as session:
        actor = add_people(session, NOW).coordinator.id
        poor, rich = resident_of(session).id, resident_of(session, LANDLINE).id
        award(session, TEN, session.get_one(Resident, poor), key="a", now=NOW)
        for turn in range(CROWD):
            award(session, TEN, session.get_one(Resident, rich), key=f"b{turn}", now=NOW)
        plenty, last = reward(session, stock=100).id, reward(session, stock=1, name="毛巾").id

    def redeem(resident_id: int, reward_id: int, place: int) -> object:
        with database.write() as session:
            resident, wanted = session.get_one(Resident, resident_id), session.get_one(Reward, reward_id)
            user = session.get_one(User, actor)
            return book(session, resident, wanted, key=f"{reward_id}:{place}", actor=user, now=NOW) is not None

    assert at_once(lambda place: redeem(poor, plenty, place)).count(True) == 1
    assert at_once(lambda place: redeem(rich, last, place)).count(True) == 1
    with database.read() as session:
        assert balance_of(session, poor) == 0
        assert session.get_one(Reward, last).stock == 0
        assert session.get_one(Reward, plenty).stock == 99
        agree(session)


def test_one_award_given_by_many_at_once_counts_once(database: Database) -> None:
    with database.write() as session:
        resident_id = resident_of(session).id

    def give(_place: int) -> int:
        with database.write() as session:
            return award(session, TEN, session.get_one(Resident, resident_id), key="same", now=NOW)

    assert sorted(at_once(give)) == [0] * (CROWD - 1) + [10]
    with database.read() as session:
        agree(session)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("award", "book", "cancel", "hand_over", "reverse")), st.integers(0, 3), st.integers(0, 1)
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_sequence_of_movements_brings_points_and_entries_apart(
    database: Database, steps: list[tuple[str, int, int]]
) -> None:
    with database.write() as session:
        user = add_people(session, NOW).coordinator
        residents = [resident_of(session), resident_of(session, LANDLINE)]
        goods = [reward(session, cost=15, stock=2), reward(session, cost=10, stock=None)]
        for turn, (step, which, who) in enumerate(steps):
            with suppress(RedemptionRefused, NotEnoughPoints):
                _do(session, step, which, residents[who], goods[which % 2], user, turn)
            agree(session)
        stock = session.get_one(Reward, goods[0].id)
        session.refresh(stock)
        out = session.query(Redemption).filter(
            Redemption.reward_id == stock.id, Redemption.state != RedemptionState.CANCELLED
        )
        assert stock.stock == 2 - out.count() >= 0
        session.rollback()


def _do(
    session: Session, step: str, which: int, resident: Resident, wanted: Reward, user: User, turn: int
) -> None:
    if step == "award":
        award(session, TEN, resident, key=f"award:{which}:{resident.id}", now=NOW)
    elif step == "book":
        book(session, resident, wanted, key=f"desk:{turn}", actor=user, now=NOW)
    elif step == "reverse":
        given_points = select(PointsTransaction).where(PointsTransaction.rule != "").offset(which).limit(1)
        for transaction in session.scalars(given_points):
            reverse(session, transaction, reason="发错了", now=NOW)
    else:
        for redemption in session.scalars(select(Redemption).offset(which).limit(1)).all():
            (cancel if step == "cancel" else hand_over)(session, redemption, user, NOW)
