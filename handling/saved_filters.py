"""Filters of the ledger that somebody keeps under a name."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, literal, select, union_all
from sqlalchemy.orm import Session

from models import Courtyard, SavedFilter

# More nobody finds again.
MOST = 20


class TooManyFilters(Exception):
    """The message says in Chinese what to do."""


class Choice(NamedTuple):
    """A courtyard (query is empty), or a filter that somebody keeps."""

    id: int
    name: str
    query: str


def courtyards_and_filters(session: Session, user_id: int) -> tuple[list[Choice], list[Choice]]:
    """What the ledger offers to choose from, by name, in one statement: its page has six."""
    places = select(Courtyard.id, Courtyard.name.label("name"), literal("").label("query"))
    own = select(SavedFilter.id, SavedFilter.name, SavedFilter.query).where(SavedFilter.user_id == user_id)
    found = [Choice(*row) for row in session.execute(union_all(places, own).order_by("name"))]
    return [one for one in found if not one.query], [one for one in found if one.query]


def keep_filter(session: Session, user_id: int, name: str, query: str, now: datetime) -> None:
    """query: as it stands in the address. The same name again is the new filter."""
    own = SavedFilter.user_id == user_id
    session.execute(delete(SavedFilter).where(own, SavedFilter.name == name))
    if (session.scalar(select(func.count(SavedFilter.id)).where(own)) or 0) >= MOST:
        raise TooManyFilters(f"最多存 {MOST} 个，请先删掉不用的。")
    session.add(SavedFilter(user_id=user_id, name=name, query=query, created_at=now))


def drop_filter(session: Session, user_id: int, filter_id: int) -> None:
    """Nobody drops somebody else's."""
    session.execute(delete(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.user_id == user_id))
