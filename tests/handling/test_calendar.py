from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from handling.calendar import WorkCalendar, is_staffed, load_calendar
from handling.clock import SHANGHAI
from handling.scheme import Hours, Scheme
from handling.scheme.base import TimeLimit
from models import CalendarOverride


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "working_days", "due"),
    [
        ("2026-03-09 09:00", 1, "2026-03-10 18:00"),
        ("2026-03-09 17:59", 1, "2026-03-10 18:00"),
        ("2026-03-09 23:59", 1, "2026-03-10 18:00"),
        # Friday evening, Saturday, Sunday: all end on Monday.
        ("2026-03-13 18:01", 1, "2026-03-16 18:00"),
        ("2026-03-14 10:00", 1, "2026-03-16 18:00"),
        ("2026-03-09 09:00", 7, "2026-03-18 18:00"),
        ("2026-03-09 09:00", 15, "2026-03-30 18:00"),
        # 国庆 2026: 1 to 7 October are free, Saturday the 10th is worked.
        ("2026-09-30 17:59", 1, "2026-10-08 18:00"),
        ("2026-10-03 08:00", 1, "2026-10-08 18:00"),
        ("2026-10-09 10:00", 1, "2026-10-10 18:00"),
        ("2026-10-10 10:00", 1, "2026-10-12 18:00"),
        # 春节 2026: 15 to 23 February are free, Saturdays the 14th and 28th are worked.
        ("2026-02-13 10:00", 2, "2026-02-24 18:00"),
        ("2026-02-27 10:00", 1, "2026-02-28 18:00"),
        # The same day, as far as it is one.
        ("2026-03-09 09:00", 0, "2026-03-09 18:00"),
        ("2026-03-09 18:01", 0, "2026-03-10 18:00"),
        ("2026-03-14 09:00", 0, "2026-03-16 18:00"),
    ],
)
def test_a_period_ends_at_six_of_its_last_working_day(start: str, working_days: int, due: str) -> None:
    assert WorkCalendar({}).due(shanghai(start), working_days) == shanghai(due)


def test_the_day_of_the_report_is_the_day_in_shanghai() -> None:
    late_monday_in_greenwich = datetime(2026, 3, 9, 16, 30, tzinfo=UTC)  # Tuesday 00:30 in Shanghai
    assert WorkCalendar({}).due(late_monday_in_greenwich, 1) == shanghai("2026-03-11 18:00")


def test_the_communitys_own_days_win_over_the_library(session: Session) -> None:
    session.add(CalendarOverride(day=date(2026, 3, 10), working=False, reason="停电"))
    session.add(CalendarOverride(day=date(2026, 3, 14), working=True, reason="补班"))
    calendar = load_calendar(session)
    assert calendar.due(shanghai("2026-03-09 09:00"), 1) == shanghai("2026-03-11 18:00")
    assert calendar.due(shanghai("2026-03-13 09:00"), 1) == shanghai("2026-03-14 18:00")


def test_a_year_without_a_known_calendar_has_weekends_only_and_says_so() -> None:
    calendar = WorkCalendar({})
    national_day = date(2049, 10, 1)  # a Friday
    assert not calendar.year_known(2049)
    assert calendar.is_working_day(national_day)
    assert not calendar.is_working_day(date(2049, 10, 2))
    assert calendar.warnings(shanghai("2026-12-30 10:00"), shanghai("2049-01-05 18:00")) == [
        "2049年的节假日安排还不知道，期限只按周末计算，请在工作日历里补充。"
    ]
    assert calendar.warnings(shanghai("2026-03-09 10:00"), None) == []


@pytest.mark.parametrize(
    ("moment", "staffed"),
    [
        ("2026-03-09 08:59", False),
        ("2026-03-09 09:00", True),
        ("2026-03-09 12:00", False),
        ("2026-03-09 17:29", True),
        ("2026-03-14 10:00", False),
        ("2026-02-28 10:00", True),
        ("2026-10-01 10:00", False),
    ],
)
def test_the_duty_phone_is_staffed_in_office_hours_of_working_days(
    scheme: Scheme, moment: str, staffed: bool
) -> None:
    assert is_staffed(WorkCalendar({}), scheme, shanghai(moment)) is staffed


OFFICE = (Hours(opens=time(9), closes=time(12)), Hours(opens=time(14), closes=time(17, 30)))


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-03-13 16:00", TimeLimit(hours=24), "2026-03-14 16:00"),  # a Saturday: hours know no weekend
        ("2026-09-30 17:00", TimeLimit(hours=24), "2026-10-01 17:00"),
        ("2026-03-09 09:00", TimeLimit(working_days=1), "2026-03-10 18:00"),
        ("2026-03-09 10:00", TimeLimit(staffed_hours=2), "2026-03-09 12:00"),
        ("2026-03-09 11:00", TimeLimit(staffed_hours=2), "2026-03-09 15:00"),  # over the noon break
        ("2026-03-09 12:30", TimeLimit(staffed_hours=2), "2026-03-09 16:00"),
        ("2026-03-13 17:00", TimeLimit(staffed_hours=1), "2026-03-16 09:30"),  # over the weekend
        ("2026-09-30 17:00", TimeLimit(staffed_hours=2), "2026-10-08 10:30"),  # over 国庆
        ("2026-02-14 17:00", TimeLimit(staffed_hours=7), "2026-02-24 17:30"),  # over 春节, from a Saturday at work
    ],
)
def test_a_limit_ends_in_its_own_unit(start: str, limit: TimeLimit, end: str) -> None:
    assert WorkCalendar({}).end_of(limit, shanghai(start), OFFICE) == shanghai(end)


def test_without_staffed_hours_of_its_own_a_community_has_office_hours() -> None:
    assert WorkCalendar({}).end_of(TimeLimit(staffed_hours=9), shanghai("2026-03-09 09:00"), ()) == shanghai(
        "2026-03-09 18:00"
    )


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-09 09:00", "2026-03-09 15:00", 6),
        ("2026-03-13 18:00", "2026-03-16 06:00", 12),
        ("2026-09-30 18:00", "2026-10-08 06:00", 12),
        ("2026-02-14 00:00", "2026-02-24 00:00", 24),  # the Saturday before 春节 is worked, the eve is not
        ("2026-03-10 09:00", "2026-03-09 09:00", 0),
    ],
)
def test_free_days_are_no_working_time(start: str, end: str, hours: int) -> None:
    assert WorkCalendar({}).working_time(shanghai(start), shanghai(end)) == timedelta(hours=hours)
