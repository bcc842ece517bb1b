"""协办 in figures: what units and people were asked for, and what they answered in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from models import Assistance, Suggestion, SuggestionState, User

_helpers_unit = select(User.unit_id).where(User.id == Assistance.user_id).scalar_subquery()
# Whom a request belongs to: a unit also has what its people are asked for.
ASKED: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
    "unit": func.coalesce(Assistance.unit_id, _helpers_unit),
    "handler": Assistance.user_id,
}


@dataclass(frozen=True)
class Helped:
    """in_time: requests answered in time, of those that were `owed`."""

    in_time: int
    owed: int


def helped_by(session: Session, by: str, begins: datetime, ends: datetime, *, now: datetime) -> dict[int, Helped]:
    """By unit or handler; requests of the time from begins until ends. One statement."""
    key = ASKED[by].label("asked")
    rows = session.execute(
        select(key, func.count(case((_in_time(), 1))), func.count())
        .join(Suggestion, Suggestion.id == Assistance.suggestion_id)
        .where(*_owed(begins, ends, now))
        .group_by(key)
    )
    return {row[0]: Helped(row[1], row[2]) for row in rows if row[0] is not None}


def helps_behind(
    session: Session, by: str, key: int, begins: datetime, ends: datetime, *, now: datetime
) -> Sequence[Assistance]:
    """The requests that `helped_by` counts for one of them, the newest first; one statement."""
    people = (Assistance.suggestion, Assistance.user, Assistance.unit, Assistance.asked_by)
    rows = (
        select(Assistance)
        .join(Suggestion, Suggestion.id == Assistance.suggestion_id)
        .where(ASKED[by] == key, *_owed(begins, ends, now))
        .order_by(Assistance.id.desc())
    )
    return session.scalars(rows.options(*(joinedload(person) for person in people))).all()


def was_in_time(part: Assistance) -> bool:
    return part.answered_at is not None and (part.due is None or part.answered_at <= part.due)


def _in_time() -> ColumnElement[bool]:
    """As `was_in_time`, for queries."""
    return and_(
        Assistance.answered_at.is_not(None),
        or_(Assistance.due.is_(None), Assistance.answered_at <= Assistance.due),
    )


def _owed(begins: datetime, ends: datetime, now: datetime) -> list[ColumnElement[bool]]:
    """Answered, or late while the case is still worked on. What nobody waits for any more is not owed."""
    late = and_(Assistance.due < now, Suggestion.state == SuggestionState.HANDLING)
    return [
        Assistance.asked_at >= begins,
        Assistance.asked_at < ends,
        Assistance.waived.is_(False),
        or_(Assistance.answered_at.is_not(None), late),
    ]
