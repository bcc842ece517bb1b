"""积分 (幸福种子): giving, reversing and spending points, in double entry.

Every transaction's entries sum to zero; a transaction's key makes it happen once; a resident's balance row is
locked before points are spent, so that nothing goes negative whoever redeems at the same time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from handling.scheme import PointsRule
from models import Account, PointsBalance, PointsEntry, PointsTransaction, Resident, Suggestion, User, find_or_add

__all__ = ["Line", "NotEnoughPoints", "award", "balance_of", "move", "reverse", "statement"]


class NotEnoughPoints(Exception):
    """The resident has fewer points than that."""

    def __init__(self, needed: int, balance: int) -> None:
        super().__init__(f"要{needed}分，只有{balance}分")
        self.needed = needed
        self.balance = balance


@dataclass(frozen=True)
class Line:
    """points > 0 adds to the account."""

    account: Account
    points: int
    resident_id: int | None = None


def award(
    session: Session,
    rule: PointsRule,
    resident: Resident,
    *,
    now: datetime,
    suggestion: Suggestion | None = None,
    key: str = "",
    actor: User | None = None,
) -> int:
    """Points by a rule of the scheme, once for each suggestion (or `key`); how many were given now: 0 the second
    time."""
    lines = (
        Line(Account.RESIDENT, rule.points, resident.id),
        Line(Account.COMMUNITY, -rule.points),
    )
    unique = key or f"{rule.code}:{suggestion.id if suggestion else resident.id}"
    given = move(
        session, unique, lines, reason=rule.name, rule=rule.code, suggestion=suggestion, actor=actor, now=now
    )
    return rule.points if given else 0


def reverse(
    session: Session, transaction: PointsTransaction, *, reason: str, now: datetime, actor: User | None = None
) -> PointsTransaction | None:
    """Take a transaction back by its opposite, once. NotEnoughPoints when they are spent already."""
    lines = [Line(entry.account, -entry.points, entry.resident_id) for entry in transaction.entries]
    back = move(session, f"reverse:{transaction.id}", lines, reason=reason, actor=actor, now=now)
    if back is not None:
        back.reverses_id = transaction.id
        back.suggestion_id = transaction.suggestion_id
    return back


def move(
    session: Session,
    key: str,
    lines: Sequence[Line],
    *,
    reason: str,
    now: datetime,
    rule: str = "",
    suggestion: Suggestion | None = None,
    actor: User | None = None,
) -> PointsTransaction | None:
    """Write one transaction. None when the key has happened; ValueError for lines that do not sum to zero;
    NotEnoughPoints leaves the session as it was."""
    if sum(line.points for line in lines) != 0:
        raise ValueError(f"{key}: the entries do not sum to zero")
    # A savepoint: who cannot pay leaves no trace, and the caller may go on after the refusal.
    with session.begin_nested():
        transaction, is_new = find_or_add(
            session,
            PointsTransaction,
            key="key",
            value=key,
            rule=rule,
            reason=reason,
            at=now,
            suggestion_id=suggestion.id if suggestion else None,
            actor_id=actor.id if actor else None,
        )
        if not is_new:
            return None
        for line in lines:
            if line.account is Account.RESIDENT:
                _change_balance(session, line)
            session.add(
                PointsEntry(
                    transaction=transaction, account=line.account, resident_id=line.resident_id, points=line.points
                )
            )
        session.flush()
    return transaction


def _change_balance(session: Session, line: Line) -> None:
    """Compare and set in the database: the row's lock makes parallel changes wait for each other."""
    assert line.resident_id is not None
    find_or_add(session, PointsBalance, key="resident_id", value=line.resident_id, points=0)
    enough = PointsBalance.points + line.points >= 0
    result = session.execute(
        update(PointsBalance)
        .where(PointsBalance.resident_id == line.resident_id, enough)
        .values(points=PointsBalance.points + line.points)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise NotEnoughPoints(-line.points, balance_of(session, line.resident_id))


def balance_of(session: Session, resident_id: int) -> int:
    has = select(PointsBalance.points).where(PointsBalance.resident_id == resident_id)
    return session.scalar(has) or 0


def statement(session: Session, resident_id: int, limit: int = 100) -> list[PointsEntry]:
    """The resident's own entries with their transactions, the newest first."""
    own = (
        select(PointsEntry)
        .where(PointsEntry.resident_id == resident_id)
        .options(joinedload(PointsEntry.transaction).joinedload(PointsTransaction.actor))
        .order_by(PointsEntry.id.desc())
    )
    return list(session.scalars(own.limit(limit)))


def account_totals(session: Session) -> dict[Account, int]:
    """What lies on each account; together they are zero."""
    totals = select(PointsEntry.account, func.sum(PointsEntry.points)).group_by(PointsEntry.account)
    return {account: int(points) for account, points in session.execute(totals)}


def transaction_of(session: Session, transaction_id: int) -> PointsTransaction | None:
    whole = select(PointsTransaction).options(selectinload(PointsTransaction.entries))
    return session.scalars(whole.where(PointsTransaction.id == transaction_id)).one_or_none()
