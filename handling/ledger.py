"""台账: every case, narrowed, searched and sorted, page by page or whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from handling.clock import SHANGHAI
from handling.queries import Page, page_at
from handling.search import found_by
from handling.status import OPEN_STATES
from models import Channel, Resident, Suggestion, SuggestionState, Urgency

# An answer is still owed, and the clock runs.
OWED = and_(Suggestion.state.in_(OPEN_STATES), Suggestion.answered_at.is_(None), Suggestion.paused_at.is_(None))
# Shorter endings match half the ledger.
PHONE_END = 4
SOON = timedelta(hours=48)
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
    number = page_at(page, total, per_page)
    # The page is found in keys alone: sorting whole rows would take four times as long.
    shown = narrowed.order_by(*_order(wanted.sort)).limit(per_page).offset((number - 1) * per_page)
    rows = _whole(select(Suggestion).where(Suggestion.id.in_(shown))).order_by(*_order(wanted.sort))
    return Page(list(session.scalars(rows)), number, total, per_page)


def ledger_rows(session: Session, wanted: LedgerFilter, *, now: datetime) -> Iterator[Suggestion]:
    """The whole filtered ledger, read in portions: a large export must not fill the memory."""
    rows = _whole(_narrow(session, select(Suggestion), wanted, now)).order_by(*_order(wanted.sort))
    yield from session.scalars(rows.execution_options(yield_per=500)).all()


def _whole(rows: Select[Suggestion]) -> Select[Suggestion]:
    return rows.options(
        joinedload(Suggestion.resident), joinedload(Suggestion.courtyard), joinedload(Suggestion.handler)
    )


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
