"""Units of work are rows: a state, a lease and a count of tries.

A worker claims a row by compare-and-set, does the work, and commits the result with `release`. A worker
that dies leaves a lease that runs out; the row is then claimed again.
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.engine import Database


class Leased:
    """Columns of a unit of work; the class that mixes this in adds `id` and `state`."""

    id: Mapped[int]
    state: Mapped[Any]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)
    lease_until: Mapped[datetime | None]


Work = TypeVar("Work", bound=Leased)
Row = TypeVar("Row", bound=Base)


def find_or_add(
    session: Session, model: type[Row], *, key: str, value: str | int, **rest: Any
) -> tuple[Row, bool]:
    """The row whose unique column `key` is `value`, locked, and whether it is new.

    Safe for parallel duplicates: the database decides who was first, the others get the first one's row."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(model).values({key: value, **rest}).on_conflict_do_nothing(index_elements=[key])
    new = session.scalars(statement.returning(model)).one_or_none()
    if new is not None:
        return new, True
    return session.scalars(select(model).where(getattr(model, key) == value).with_for_update()).one(), False


def claim(session: Session, row: Work, *, now: datetime, lease: timedelta) -> bool:
    """Take the lease of one row, counting a try. False when somebody else was quicker."""
    model = type(row)
    result = session.execute(
        update(model)
        .where(
            model.id == row.id,
            model.state == row.state,
            or_(model.lease_until.is_(None), model.lease_until <= now),
        )
        .values(lease_until=now + lease, tries=model.tries + 1)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        return False
    session.refresh(row)
    return True


def is_due(database: Database, model: type[Work], states: list[Any], *, now: datetime) -> bool:
    """Whether `claim_next` would find something; a look without the write lock, since mostly nothing is due."""
    with database.read() as session:
        return session.scalar(select(model.id).where(_due(model, states, now)).limit(1)) is not None


def claim_next(
    session: Session,
    model: type[Work],
    states: list[Any],
    *,
    now: datetime,
    lease: timedelta,
    first: ColumnElement[bool] | None = None,
) -> Work | None:
    """A due row in one of the states, leased to the caller, or None: those that fulfil `first` before the others,
    else the oldest."""
    due = select(model).where(_due(model, states, now))
    order = [model.id] if first is None else [first.desc(), model.id]
    for row in session.scalars(due.order_by(*order).limit(8)):
        if claim(session, row, now=now, lease=lease):
            return row
    return None


def _due(model: type[Work], states: list[Any], now: datetime) -> ColumnElement[bool]:
    return and_(
        model.state.in_(states),
        or_(model.next_try_at.is_(None), model.next_try_at <= now),
        or_(model.lease_until.is_(None), model.lease_until <= now),
    )


def release(row: Leased, state: Any, *, next_try_at: datetime | None = None) -> None:
    """Give the row back in its new state; `next_try_at` asks for another try then."""
    row.state = state
    row.lease_until = None
    row.next_try_at = next_try_at
