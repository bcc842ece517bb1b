"""Calendar, people, access log."""

import re
from datetime import UTC, date, datetime

import pytest

from models import CalendarOverride, User
from tests.hotline.desk.conftest import Browser, Desk


def test_a_day_of_the_community_moves_the_next_due_date(desk: Desk) -> None:
    browser = desk.browser("liu")
    browser.get("/desk/calendar")
    browser.post("/desk/calendar", day="2026-03-10", working="0", reason="停电检修")
    assert "停电检修" in browser.get("/desk/calendar").text
    due = desk.read(desk.case(urgency="urgent")).due
    assert due
    assert due.date() == date(2026, 3, 11)


def test_a_day_taken_away_counts_as_before(desk: Desk) -> None:
    with desk.database.write() as session:
        session.add(CalendarOverride(day=date(2026, 3, 10), working=False, reason="停电检修"))
    browser = desk.browser("liu")
    browser.get("/desk/calendar")
    browser.post("/desk/calendar/2026-03-10/remove")
    assert "停电检修" not in browser.get("/desk/calendar").text.split("改过什么")[0]
    assert browser.post("/desk/calendar/someday/remove").status_code == 404


def test_a_day_that_is_none_is_asked_again(desk: Desk) -> None:
    browser = desk.browser("liu")
    browser.get("/desk/calendar")
    answer = browser.post("/desk/calendar", day="2026-02-30", reason="元宵")
    assert answer.status_code == 422
    assert "请选一个日期" in answer.text
    assert "元宵" in answer.text


@pytest.mark.parametrize(("year", "warned"), [(2025, False), (2040, True)])
def test_a_year_that_the_calendar_does_not_know_is_announced(desk: Desk, year: int, warned: bool) -> None:
    desk.clock.set(datetime(year, 1, 10, 2, tzinfo=UTC))
    page = desk.browser("liu").get("/desk/calendar").text
    assert (f"{year}年的节假日安排还不知道" in page) is warned


def test_a_new_person_gets_a_password_once_and_can_log_in(desk: Desk) -> None:
    browser = desk.browser("zhou")
    browser.get("/desk/users")
    form = {"name": "赵网格", "username": "zhaowg", "role": "handler", "tier": "grid", "phone": "13900001111"}
    page = browser.post("/desk/users", **form).text
    password = re.search(r"<code[^>]*>([^<]+)</code>", page)
    assert password
    assert "网格长" in page
    assert password.group(1) not in browser.get("/desk/users").text
    assert Browser(desk.app).log_in("zhaowg", password.group(1)).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"username": "zhiyuan"}, "这个用户名已经有人用了"),
        ({"name": " "}, "姓名和用户名都要填"),
        ({"role": "king"}, "请选择身份"),
        ({"phone": "123"}, "电话号码不对"),
    ],
)
def test_what_is_wrong_with_a_new_person_is_said(desk: Desk, wrong: dict[str, str], message: str) -> None:
    browser = desk.browser("zhou")
    browser.get("/desk/users")
    form = {"name": "赵网格", "username": "zhaowg", "role": "handler", "phone": "", **wrong}
    answer = browser.post("/desk/users", **form)
    assert answer.status_code == 422
    assert message in answer.text


def test_a_locked_person_is_out_at_once(desk: Desk) -> None:
    volunteer, administrator = desk.browser("zhiyuan"), desk.browser("zhou")
    administrator.get("/desk/users")
    administrator.post(f"/desk/users/{desk.users['zhiyuan'].id}/active")
    assert volunteer.get("/desk/review").location.startswith("/desk/login")
    assert Browser(desk.app).log_in("zhiyuan").status_code == 401


def test_the_administrator_cannot_lock_the_own_account(desk: Desk) -> None:
    browser = desk.browser("zhou")
    browser.get("/desk/users")
    assert browser.post(f"/desk/users/{desk.users['zhou'].id}/active").status_code == 400


def test_a_reset_password_replaces_the_old_one_and_its_sessions(desk: Desk) -> None:
    volunteer, administrator = desk.browser("zhiyuan"), desk.browser("zhou")
    administrator.get("/desk/users")
    page = administrator.post(f"/desk/users/{desk.users['zhiyuan'].id}/password").text
    password = re.search(r"<code[^>]*>([^<]+)</code>", page)
    assert password
    assert volunteer.get("/desk/review").status_code == 302
    assert Browser(desk.app).log_in("zhiyuan").status_code == 401
    assert Browser(desk.app).log_in("zhiyuan", password.group(1)).status_code == 302


def test_duty_is_switched_on_and_off(desk: Desk) -> None:
    browser, user = desk.browser("zhou"), desk.users["liu"].id
    browser.get("/desk/users")
    for expected in (True, False):
        browser.post(f"/desk/users/{user}/duty")
        with desk.database.read() as session:
            assert session.get_one(User, user).on_duty is expected


def test_the_access_log_names_who_looked_at_what(desk: Desk) -> None:
    number = desk.handled_case()
    desk.browser("wangfang").post(f"/desk/cases/{number}/number")
    page = desk.browser("zhou").get("/desk/access").text
    assert "王芳（办理人）" in page
    assert "看号码" in page
    assert f"{number} 号建议" in page
