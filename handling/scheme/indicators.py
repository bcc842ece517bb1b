"""A scheme's measured times (四早四快): how long cases took from one event of their history to another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from statistics import median
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.calendar import CLOSING, WorkCalendar, load_calendar
from handling.clock import SHANGHAI
from handling.figures.parts import Scope, case_sets, scope_conditions
from handling.history import ENGINE_EVENTS
from handling.lights import Light
from handling.scheme import Hours, Indicator, Scheme
from models import Event, Suggestion

# (suggestion_id, started, ended)
Period = tuple[int, datetime, datetime | None]


class Happened(Protocol):
    """An event, or a row with as much of one."""

    @property
    def kind(self) -> str: ...

    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class Standing:
    """Where a case stands with one indicator. started None: its time has not begun."""

    indicator: Indicator
    started: datetime | None
    ended: datetime | None
    due: datetime | None
    # None while the time runs and is not over.
    met: bool | None


@dataclass(frozen=True)
class IndicatorFigure:
    """Of many cases: how many kept the time, and the ids of those that did not; the others' time still runs.
    median_hours: elapsed, of those that came to the end."""

    indicator: Indicator
    met: int
    late: tuple[int, ...]
    running: int
    median_hours: float | None
    light: Light | None

    @property
    def missed(self) -> int:
        return len(self.late)

    @property
    def rate(self) -> float | None:
        return self.met / (self.met + self.missed) if self.met + self.missed else None


def standings(scheme: Scheme, case: Suggestion, calendar: WorkCalendar, now: datetime) -> list[Standing]:
    """One for each indicator of the scheme, in its order."""
    staffed = scheme.community.staffed
    return [_standing(indicator, case.events, calendar, staffed, now) for indicator in scheme.indicators]


def _standing(
    indicator: Indicator,
    events: Sequence[Happened],
    calendar: WorkCalendar,
    staffed: Sequence[Hours],
    now: datetime,
) -> Standing:
    started, ended = _moments(indicator, events)
    if started is None:
        return Standing(indicator, None, None, None, None)
    due = calendar.end_of(indicator, started, staffed)
    if ended is None:
        return Standing(indicator, started, None, due, False if now > due else None)
    return Standing(indicator, started, ended, due, ended <= due)


def _moments(indicator: Indicator, events: Sequence[Happened]) -> tuple[datetime | None, datetime | None]:
    """The first event that begins the time, and the first after it that ends it."""
    first = next((place for place, event in enumerate(events) if event.kind in indicator.start), None)
    if first is None:
        return None, None
    return events[first].at, next((event.at for event in events[first + 1 :] if event.kind in indicator.end), None)


def indicator_figures(session: Session, scheme: Scheme, scope: Scope, *, now: datetime) -> list[IndicatorFigure]:
    """Of the valid cases in the scope, one for each indicator, in two statements. The working calendar, which the
    database does not know, judges the moments here."""
    if not scheme.indicators:
        return []
    calendar = load_calendar(session)
    periods: list[list[Period]] = [[] for _ in scheme.indicators]
    for case_id, events in _histories(session, scheme, scope, now):
        for indicator, found in zip(scheme.indicators, periods, strict=True):
            started, ended = _moments(indicator, events)
            if started is not None:
                found.append((case_id, started, ended))
    return [
        _figure(scheme, indicator, calendar, found, now)
        for indicator, found in zip(scheme.indicators, periods, strict=True)
    ]


def measured_words(scheme: Scheme, indicator: Indicator) -> str:
    """ "从“收到”到“核对”", with the names of events and actions."""
    names = [_event_names(scheme, codes) for codes in (indicator.start, indicator.end)]
    return f"从{names[0]}到{names[1]}"


def _event_names(scheme: Scheme, codes: Sequence[str]) -> str:
    named = []
    for code in codes:
        action = scheme.action(code)
        named.append(f"“{action.name if action else ENGINE_EVENTS.get(code, code)}”")
    return "或".join(named)


def _figure(
    scheme: Scheme, indicator: Indicator, calendar: WorkCalendar, periods: list[Period], now: datetime
) -> IndicatorFigure:
    ends: dict[tuple[date, bool], datetime] = {}
    met = running = 0
    late: list[int] = []
    hours: list[float] = []
    for case_id, started, ended in periods:
        due = _end_of(calendar, scheme, indicator, started, ends)
        if ended is not None:
            hours.append((ended - started).total_seconds() / 3600)
        if ended is None and now <= due:
            running += 1
        elif (ended or now) <= due:
            met += 1
        else:
            late.append(case_id)
    rate = met / (met + len(late)) if met or late else None
    light = _light(scheme, indicator, rate)
    return IndicatorFigure(indicator, met, tuple(late), running, median(hours) if hours else None, light)


def _end_of(
    calendar: WorkCalendar,
    scheme: Scheme,
    indicator: Indicator,
    started: datetime,
    known: dict[tuple[date, bool], datetime],
) -> datetime:
    """Limits in working days are the same for all that began on one day, so that each day is reckoned once."""
    if indicator.working_days is None:
        return calendar.end_of(indicator, started, scheme.community.staffed)
    local = started.astimezone(SHANGHAI)
    key = (local.date(), local.time() > CLOSING)
    if key not in known:
        known[key] = calendar.end_of(indicator, started, scheme.community.staffed)
    return known[key]


def _light(scheme: Scheme, indicator: Indicator, rate: float | None) -> Light | None:
    if rate is None:
        return None
    if rate >= indicator.target:
        return Light.GREEN
    return Light.YELLOW if rate >= indicator.target * scheme.lights.target_yellow else Light.RED


def _histories(
    session: Session, scheme: Scheme, scope: Scope, now: datetime
) -> Iterator[tuple[int, Sequence[Happened]]]:
    """Of each case the events that any indicator looks at, in their order."""
    kinds = {kind for indicator in scheme.indicators for kind in (*indicator.start, *indicator.end)}
    rows = (
        select(Event.suggestion_id, Event.kind, Event.at)
        .join(Suggestion, Suggestion.id == Event.suggestion_id)
        .where(Event.kind.in_(kinds), case_sets(now)["valid"], *scope_conditions(scope))
        .order_by(Event.suggestion_id, Event.id)
    )
    happened = session.execute(rows.execution_options(yield_per=5000))
    for case_id, events in groupby(happened, key=lambda row: row.suggestion_id):
        yield case_id, list(events)
