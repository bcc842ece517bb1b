"""Reads for the pages, apart from the writes: every list costs one or two statements, whatever its length."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from handling.campaigns.survey_notices import SURVEY_NOTICES
from handling.figures.parts import SCORES, VALID_STATES
from models import (
    AccessEntry,
    Call,
    CallState,
    Courtyard,
    Event,
    Notice,
    NoticeState,
    Recording,
    RecordingState,
    Review,
    Role,
    Suggestion,
    SuggestionState,
    Urgency,
    User,
)

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list. `number` counts from 1; `total` is the length of the whole list."""

    rows: list[Row]
    number: int
    total: int
    per_page: int

    @property
    def count(self) -> int:
        return pages_in(self.total, self.per_page)


def pages_in(total: int, per_page: int) -> int:
    """An empty list is one page."""
    return max(1, -(-total // per_page))


def page_at(wanted: int, total: int, per_page: int) -> int:
    """The number of the page: one beyond the last is the last."""
    return min(max(1, wanted), pages_in(total, per_page))


@dataclass(frozen=True)
class Figures:
    """The board's figures; `done_rate` and `satisfaction` (1 to 5) are None with nothing to count."""

    valid: int
    done: int
    satisfaction: float | None

    @property
    def done_rate(self) -> float | None:
        return self.done / self.valid if self.valid else None


def review_queue(session: Session, limit: int = 200) -> list[Suggestion]:
    """What waits for a volunteer: emergencies first, then the oldest."""
    waiting = (
        select(Suggestion)
        .where(Suggestion.state == SuggestionState.REVIEW)
        .order_by(_emergencies_first(), Suggestion.received_at, Suggestion.id)
        .options(*_list_row(), joinedload(Suggestion.claimed_by))
    )
    return list(session.scalars(waiting.limit(limit)))


def count_waiting(session: Session) -> int:
    return session.scalar(select(func.count()).where(Suggestion.state == SuggestionState.REVIEW)) or 0


def next_free(session: Session, user_id: int, now: datetime) -> Iterator[Suggestion]:
    """The queue without what somebody else holds; the caller claims the first that it can."""
    held = and_(Suggestion.claimed_until > now, Suggestion.claimed_by_id != user_id)
    free = (
        select(Suggestion)
        .where(Suggestion.state == SuggestionState.REVIEW, or_(Suggestion.claimed_until.is_(None), ~held))
        .order_by(_emergencies_first(), Suggestion.received_at, Suggestion.id)
    )
    yield from session.scalars(free.limit(8)).all()


def voices_in_work(session: Session, limit: int = 20) -> list[Recording]:
    """Recordings that are being fetched or written down by the machine, the oldest first."""
    states = (RecordingState.ANNOUNCED, RecordingState.STORED)
    in_work = select(Recording).where(Recording.state.in_(states)).order_by(Recording.id)
    return list(session.scalars(in_work.limit(limit)))


def missed_calls(session: Session, limit: int = 100) -> list[Call]:
    """Callers who said nothing or hung up before the beep, the longest waiting first."""
    missed = select(Call).where(Call.state == CallState.MISSED).order_by(Call.started_at, Call.id)
    return list(session.scalars(missed.options(joinedload(Call.resident)).limit(limit)))


def failed_notices(session: Session, limit: int = 100) -> list[Notice]:
    """What neither SMS nor call-back could deliver: a person has to tell it. The oldest first. An invitation that
    did not arrive is worth nobody's walk."""
    failed = (
        select(Notice)
        .where(Notice.state == NoticeState.FAILED, Notice.template.not_in(SURVEY_NOTICES))
        .order_by(Notice.id)
    )
    case = joinedload(Notice.suggestion).joinedload(Suggestion.resident)
    return list(session.scalars(failed.options(case).limit(limit)))


def my_cases(
    session: Session,
    user_id: int,
    *,
    turn: Collection[str] = (),
    unassigned: Collection[str] = (),
    at_stations: tuple[Collection[int], Collection[str]] = ((), ()),
    in_force: Collection[str] = (),
    limit: int = 200,
) -> list[Suggestion]:
    """The cases in hand that are this user's, those at a step of `turn` whoever handles them, and those that
    nobody handles yet at a step of `unassigned`, or (`at_stations`: ids and steps) at a station of the user's
    where they may be answered at once; nearest due date first. in_force: when given, cases at any other step
    too, which older rules left behind."""
    places, steps = at_stations
    here = and_(Suggestion.station_id.in_(places), Suggestion.step.in_(steps))
    nobodys = and_(Suggestion.handler_id.is_(None), or_(Suggestion.step.in_(unassigned), here))
    older = Suggestion.step.not_in(in_force) if in_force else false()
    mine = (
        select(Suggestion)
        .where(Suggestion.state == SuggestionState.HANDLING)
        .where(or_(Suggestion.handler_id == user_id, Suggestion.step.in_(turn), nobodys, older))
        .order_by(Suggestion.due.is_(None), Suggestion.due, Suggestion.number)
        .options(*_list_row(), joinedload(Suggestion.handler))
    )
    return list(session.scalars(mine.limit(limit)))


def case_story(session: Session, number: int) -> Suggestion | None:
    """A suggestion with all that the case page tells, in a fixed number of statements."""
    found = (
        select(Suggestion)
        .where(Suggestion.number == number)
        .options(
            *_list_row(),
            joinedload(Suggestion.handler),
            joinedload(Suggestion.claimed_by),
            joinedload(Suggestion.station),
            selectinload(Suggestion.recordings).joinedload(Recording.transcript),
            selectinload(Suggestion.texts),
            selectinload(Suggestion.events).joinedload(Event.actor),
            selectinload(Suggestion.reviews).joinedload(Review.reviewer),
            selectinload(Suggestion.ratings),
        )
    )
    return session.scalars(found).one_or_none()


def notices_of(session: Session, suggestion_id: int) -> list[Notice]:
    return list(session.scalars(select(Notice).where(Notice.suggestion_id == suggestion_id).order_by(Notice.id)))


def suggestions_by_id(session: Session, ids: Collection[int]) -> dict[int, Suggestion]:
    if not ids:
        return {}
    rows = session.scalars(select(Suggestion).where(Suggestion.id.in_(ids)).options(*_list_row()))
    return {row.id: row for row in rows}


def handlers(session: Session) -> list[User]:
    """Who can be given a case: everybody active but volunteers."""
    able = select(User).where(User.active.is_(True), User.role != Role.VOLUNTEER)
    able = able.options(joinedload(User.station), joinedload(User.unit))
    return list(session.scalars(able.order_by(User.role, User.name)))


def courtyards(session: Session) -> list[Courtyard]:
    return list(session.scalars(select(Courtyard).where(Courtyard.active).order_by(Courtyard.name)))


def figures(session: Session) -> Figures:
    """Valid suggestions (not noise, not merged, not waiting), finished ones, mean of ratings and visits."""
    valid = Suggestion.state.in_(VALID_STATES)
    satisfaction = select(func.avg(SCORES.c.score)).scalar_subquery()
    row = session.execute(
        select(
            func.count(case((valid, 1))),
            func.count(case((Suggestion.state == SuggestionState.DONE, 1))),
            satisfaction,
        )
    ).one()
    return Figures(row[0], row[1], None if row[2] is None else float(row[2]))


def access_page(session: Session, *, page: int, per_page: int = 100) -> Page[Any]:
    """Rows (entry, user) of the access log, the newest first."""
    total = session.scalar(select(func.count(AccessEntry.id))) or 0
    number = page_at(page, total, per_page)
    rows = (
        select(AccessEntry, User)
        .join(User, User.id == AccessEntry.user_id)
        .order_by(AccessEntry.id.desc())
        .limit(per_page)
        .offset((number - 1) * per_page)
    )
    return Page(list(session.execute(rows)), number, total, per_page)


def _emergencies_first() -> ColumnElement[int]:
    return case((Suggestion.urgency == Urgency.EMERGENCY, 0), else_=1)


def _list_row() -> tuple[Any, ...]:
    return (joinedload(Suggestion.resident), joinedload(Suggestion.courtyard))
