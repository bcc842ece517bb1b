"""A scheme's measured times (四早四快): how long a case took from one event of its history to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handling.calendar import WorkCalendar
from handling.scheme import Hours, Indicator, Scheme
from models import Event, Suggestion


@dataclass(frozen=True)
class Standing:
    """Where a case stands with one indicator. started None: its time has not begun."""

    indicator: Indicator
    started: datetime | None
    ended: datetime | None
    due: datetime | None
    # None while the time runs and is not over.
    met: bool | None


def standings(scheme: Scheme, case: Suggestion, calendar: WorkCalendar, now: datetime) -> list[Standing]:
    """One for each indicator of the scheme, in its order."""
    staffed = scheme.community.staffed
    return [_standing(indicator, case.events, calendar, staffed, now) for indicator in scheme.indicators]


def _standing(
    indicator: Indicator, events: list[Event], calendar: WorkCalendar, staffed: Sequence[Hours], now: datetime
) -> Standing:
    first = next((place for place, event in enumerate(events) if event.kind in indicator.start), None)
    if first is None:
        return Standing(indicator, None, None, None, None)
    started = events[first].at
    ended = next((event.at for event in events[first + 1 :] if event.kind in indicator.end), None)
    due = calendar.end_of(indicator, started, staffed)
    if ended is None:
        return Standing(indicator, started, None, due, False if now > due else None)
    return Standing(indicator, started, ended, due, ended <= due)
