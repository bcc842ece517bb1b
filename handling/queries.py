"""Reads for the pages, apart from the writes: every list costs one or two statements, whatever its length."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from handling.campaigns.survey_notices import SURVEY_NOTICES
from handling.clock import SHANGHAI
from handling.figures.parts import SCORES, VALID_STATES
from handling.search import found_by
from handling.status import OPEN_STATES
from models import (
    AccessEntry,
    Call,
    CallState,
    Channel,
    Courtyard,
    Event,
    Notice,
    NoticeState,
    Recording,
    RecordingState,
    Resident,
    Review,
    Role,
    Suggestion,
    SuggestionState,
    Urgency,
    User,
)

# An answer is still owed, and the clock runs.
OWED = and_(Suggestion.state.in_(OPEN_STATES), Suggestion.answered_at.is_(None), Suggestion.paused_at.is_(None))
# Shorter endings match half the ledger.
PHONE_END = 4
SOON = timedelta(hours=48)

Row = TypeVar("Row")
Rows = TypeVar("Rows", bound=Select[Any])


@dataclass(frozen=True)
class LedgerFilter:
    """What the ledger page and the export show; an empty member does not narrow. Times are aware UTC,
    `received_until` is exclusive; `due` is "late" or "soon"; `track` is "routine" (常态), "campaign" (专项) or the
    id of a campaign."""

    search: str = ""
    state: SuggestionState | None = None
    level: str = ""
    domain: str = ""
    urgency: Urgency | None = None
    channel: Channel | None = None
    handler_id: int | None = None
    courtyard_id: int | None = None
    received_from: datetime | None = None
    received_until: datetime | None = None
    due: str = ""
    track: str = ""
    sort: str = "-number"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list. `number` counts from 1; `total` is the length of the whole list."""

    rows: list[Row]
    number: int
    total: int
    per_page: int

    @property
    def count(self) -> int:
        return max(1, -(-self.total // self.per_page))


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


def ledger_page(
    session: Session,
    wanted: LedgerFilter,
    *,
    now: datetime,
    page: int,
    per_page: int = 50,
    readable: ColumnElement[bool] | None = None,
) -> Page[Suggestion]:
    """Two statements: the count and the rows. A page beyond the last shows the last. readable: leave out the
    others (`handling.disputes.readable_by`)."""
    narrowed = _narrow(session, select(Suggestion.id), wanted, now)
    narrowed = narrowed if readable is None else narrowed.where(readable)
    total = session.scalar(select(func.count()).select_from(narrowed.subquery())) or 0
    number = min(max(1, page), max(1, -(-total // per_page)))
    # The page is found in keys alone: sorting whole rows would take four times as long.
    shown = narrowed.order_by(*_order(wanted.sort)).limit(per_page).offset((number - 1) * per_page)
    rows = _whole(select(Suggestion).where(Suggestion.id.in_(shown))).order_by(*_order(wanted.sort))
    return Page(list(session.scalars(rows)), number, total, per_page)


def ledger_rows(session: Session, wanted: LedgerFilter, *, now: datetime) -> Iterator[Suggestion]:
    """The whole filtered ledger, read in portions: a large export must not fill the memory."""
    rows = _whole(_narrow(session, select(Suggestion), wanted, now)).order_by(*_order(wanted.sort))
    yield from session.scalars(rows.execution_options(yield_per=500)).all()


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
    number = min(max(1, page), max(1, -(-total // per_page)))
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


def _whole(rows: Select[Suggestion]) -> Select[Suggestion]:
    return rows.options(*_list_row(), joinedload(Suggestion.handler))


def _order(sort: str) -> list[ColumnElement[Any]]:
    columns = {
        "number": Suggestion.number,
        "received_at": Suggestion.received_at,
        "due": Suggestion.due,
        "level": Suggestion.level,
    }
    name = sort.removeprefix("-")
    column: Any = columns.get(name, Suggestion.number)
    ordered = column.desc() if sort.startswith("-") else column.asc()
    # Cases without a due date stand last in both directions, on both databases.
    last = [column.is_(None)] if name == "due" else []
    return [*last, ordered, Suggestion.id.desc()]


def _narrow(session: Session, rows: Rows, wanted: LedgerFilter, now: datetime) -> Rows:
    equals = {
        Suggestion.state: wanted.state,
        Suggestion.level: wanted.level,
        Suggestion.domain: wanted.domain,
        Suggestion.urgency: wanted.urgency,
        Suggestion.channel: wanted.channel,
        Suggestion.handler_id: wanted.handler_id,
        Suggestion.courtyard_id: wanted.courtyard_id,
    }
    rows = rows.where(*(column == value for column, value in equals.items() if value))
    if wanted.received_from:
        rows = rows.where(Suggestion.received_at >= wanted.received_from)
    if wanted.received_until:
        rows = rows.where(Suggestion.received_at < wanted.received_until)
    if wanted.due == "late":
        rows = rows.where(OWED, Suggestion.due < now)
    if wanted.due == "soon":
        rows = rows.where(OWED, Suggestion.due.between(now, now + SOON))
    if wanted.track in ("routine", "campaign"):
        rows = rows.where(Suggestion.campaign_id.is_(None) == (wanted.track == "routine"))
    elif wanted.track:
        rows = rows.where(Suggestion.campaign_id == int(wanted.track))
    if wanted.search.strip():
        rows = rows.where(_matches(session, wanted.search.strip(), now))
    return rows


def _matches(session: Session, search: str, now: datetime) -> ColumnElement[bool]:
    """What was said or written in the case, its number, or the end of the caller's phone number."""
    found: list[ColumnElement[bool]] = []
    said = found_by(session, search, now.astimezone(SHANGHAI).date())
    if said is not None:
        found.append(said)
    digits = search.replace(" ", "").replace("-", "")
    if digits.isascii() and digits.isdigit():
        if len(digits) < 10:
            found.append(Suggestion.number == int(digits))
        if len(digits) >= PHONE_END:
            ends = select(Resident.id).where(Resident.phone.endswith(digits, autoescape=True))
            found.append(Suggestion.resident_id.in_(ends))
    return or_(false(), *found)
