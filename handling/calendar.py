"""Working days of mainland China: public holidays, adjusted working days (调休), the community's own days."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import chinese_calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.scheme import Hours, Scheme
from handling.scheme.base import TimeLimit
from models import CalendarOverride

# Offices close at six: a promise "by the 24th" ends then.
CLOSING = time(18, 0)
OFFICE_HOURS = (Hours(opens=time(9), closes=CLOSING),)


class WorkCalendar:
    """overrides: day -> is it a working day; they win over the library."""

    def __init__(self, overrides: Mapping[date, bool]) -> None:
        self.overrides = dict(overrides)

    def is_working_day(self, day: date) -> bool:
        known = self.overrides.get(day)
        return _is_working_day(day) if known is None else known

    def year_known(self, year: int) -> bool:
        """The State Council announces a year's holidays in the November before; the library follows."""
        return _year_known(year)

    def end_of(self, limit: TimeLimit, start: datetime, staffed: Sequence[Hours]) -> datetime:
        """When a limit that begins at `start` is over, in its own unit; aware UTC. ValueError for no limit."""
        if limit.working_days is not None:
            return self.due(start, limit.working_days).astimezone(UTC)
        if limit.hours is not None:
            return (start + timedelta(hours=limit.hours)).astimezone(UTC)
        if limit.staffed_hours is not None:
            return self._after_staffed(start, timedelta(hours=limit.staffed_hours), staffed)
        raise ValueError("no time limit")

    def _after_staffed(self, start: datetime, length: timedelta, staffed: Sequence[Hours]) -> datetime:
        """Only the staffed time of working days counts; a community without any counts office hours."""
        day = start.astimezone(SHANGHAI).date()
        while True:
            for hours in (staffed or OFFICE_HOURS) if self.is_working_day(day) else ():
                opens = max(start, datetime.combine(day, hours.opens, SHANGHAI))
                closes = datetime.combine(day, hours.closes, SHANGHAI)
                if closes - opens >= length:
                    return (opens + length).astimezone(UTC)
                length -= max(timedelta(), closes - opens)
            day += timedelta(days=1)

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """What of the period lies on working days, Shanghai time, with their nights; nothing when it is over."""
        counted = timedelta()
        while start < end:
            local = start.astimezone(SHANGHAI)
            midnight = datetime.combine(local.date() + timedelta(days=1), time(), SHANGHAI)
            following = min(midnight, end)
            if self.is_working_day(local.date()):
                counted += following - start
            start = following
        return counted

    def due(self, start: datetime, working_days: int) -> datetime:
        """18:00 Shanghai time of the working day that ends the period; the day of the start does not count
        (民法典 article 201). 0 working days: the same day, or the next working day after hours."""
        local = start.astimezone(SHANGHAI)
        day = local.date()
        if working_days == 0 and (local.time() > CLOSING or not self.is_working_day(day)):
            working_days = 1
        while working_days > 0:
            day += timedelta(days=1)
            working_days -= self.is_working_day(day)
        return closing_time(day)

    def warnings(self, *moments: datetime | None) -> list[str]:
        """What a page says beside dates that were reckoned with weekends only."""
        years = {moment.astimezone(SHANGHAI).year for moment in moments if moment is not None}
        return [
            f"{year}年的节假日安排还不知道，期限只按周末计算，请在工作日历里补充。"
            for year in sorted(years)
            if not self.year_known(year)
        ]


@cache
def _is_working_day(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day)) if _year_known(day.year) else day.weekday() < 5


@cache
def _year_known(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 6, 1))
    except NotImplementedError:
        # The library's word for a year whose holidays it does not have (yet).
        return False
    return True


def closing_time(day: date) -> datetime:
    """18:00 Shanghai time of that day, aware."""
    return datetime.combine(day, CLOSING, SHANGHAI)


def why_not_due(session: Session, due: datetime) -> str:
    """What is wrong with a day that a person promises, "" when nothing is: on a day off nobody answers."""
    calendar, day = load_calendar(session), due.astimezone(SHANGHAI).date()
    if calendar.is_working_day(day):
        return ""
    worked = day
    while not calendar.is_working_day(worked):
        worked += timedelta(days=1)
    return f"{day.month}月{day.day}日不上班，请选上班的日子，最近的是{worked.month}月{worked.day}日"


def is_staffed(calendar: WorkCalendar, scheme: Scheme, now: datetime) -> bool:
    """Does somebody sit at the duty phone at this moment?"""
    local = now.astimezone(SHANGHAI)
    hours = scheme.community.staffed
    return calendar.is_working_day(local.date()) and any(h.opens <= local.time() < h.closes for h in hours)


def load_calendar(session: Session) -> WorkCalendar:
    rows = session.scalars(select(CalendarOverride))
    return WorkCalendar({row.day: row.working for row in rows})
