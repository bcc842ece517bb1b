"""Working days of mainland China: public holidays, adjusted working days (调休), the community's own days."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import chinese_calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.scheme import Scheme
from models import CalendarOverride

# Offices close at six: a promise "by the 24th" ends then.
CLOSING = time(18, 0)


class WorkCalendar:
    """overrides: day -> is it a working day; they win over the library."""

    def __init__(self, overrides: Mapping[date, bool]) -> None:
        self.overrides = dict(overrides)

    def is_working_day(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        if self.year_known(day.year):
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5

    def year_known(self, year: int) -> bool:
        """The State Council announces a year's holidays in the November before; the library follows."""
        try:
            chinese_calendar.is_workday(date(year, 6, 1))
        except NotImplementedError:
            return False
        return True

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


def closing_time(day: date) -> datetime:
    """18:00 Shanghai time of that day, aware."""
    return datetime.combine(day, CLOSING, SHANGHAI)


def is_staffed(calendar: WorkCalendar, scheme: Scheme, now: datetime) -> bool:
    """Does somebody sit at the duty phone at this moment?"""
    local = now.astimezone(SHANGHAI)
    hours = scheme.community.staffed
    return calendar.is_working_day(local.date()) and any(h.opens <= local.time() < h.closes for h in hours)


def load_calendar(session: Session) -> WorkCalendar:
    rows = session.scalars(select(CalendarOverride))
    return WorkCalendar({row.day: row.working for row in rows})
