"""What people changed in the community's lists, for the history on their pages, and for undoing it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import Change, User

Values = Mapping[str, Any] | None


def note_change(
    session: Session,
    area: str,
    subject: int | str,
    name: str,
    *,
    before: Values,
    after: Values,
    author: User,
    now: datetime,
) -> None:
    """area: station, courtyard, calendar, user, unit or campaign. Nothing where nothing changed.

    before, after: plain values by name; None: there was, or is, no such row."""
    if before == after:
        return
    session.add(
        Change(
            area=area,
            subject=str(subject),
            name=name[:80],
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
            author=author,
            at=now,
        )
    )


def changes(session: Session, areas: Sequence[str], *, subject: str = "", limit: int = 30) -> list[Change]:
    """The newest first, with who made them; of one thing, or of all in these areas."""
    newest = select(Change).where(Change.area.in_(areas)).order_by(Change.id.desc()).limit(limit)
    if subject:
        newest = newest.where(Change.subject == subject)
    return list(session.scalars(newest.options(joinedload(Change.author))))


def told(change: Change) -> list[tuple[str, Any, Any]]:
    """What differs: name, before, after; None where there was nothing."""
    before, after = change.before or {}, change.after or {}
    names = dict.fromkeys((*before, *after))
    return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]
