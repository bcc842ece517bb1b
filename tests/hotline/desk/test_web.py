"""What every answer carries, and how errors speak."""

import re
from pathlib import Path

import pytest
from flask import Flask, abort
from sqlalchemy.orm.exc import StaleDataError

from handling.public_words import without_numbers
from tests.hotline.desk.conftest import Browser, Desk

STATIC = Path(__file__).parents[3] / "hotline" / "static"


def test_every_answer_carries_the_policy(desk: Desk) -> None:
    browser = Browser(desk.app)
    for path in ("/board/", "/desk/login", "/static/app.css", "/desk/none"):
        headers = browser.get(path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Strict-Transport-Security"].startswith("max-age=")


def test_no_page_of_the_desk_stays_in_a_shared_computer(desk: Desk) -> None:
    number = desk.case()
    browser = desk.browser("liu")
    for path in ("/desk/review", f"/desk/cases/{number}", "/desk/ledger"):
        assert browser.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (400, "没看懂这次提交"),
        (403, "您的身份不能看这一页"),
        (404, "没有找到这一页"),
        (409, "别人刚刚改过"),
        (413, "文件太大"),
        (418, "没看懂这次提交"),
        (429, "试的次数太多了"),
        (500, "系统出了点问题"),
        (503, "系统出了点问题"),
    ],
)
def test_an_error_says_what_happened_and_what_to_do(app: Flask, code: int, says: str) -> None:
    app.add_url_rule("/fails", "fails", lambda: abort(code))
    answer = Browser(app).get("/fails")
    assert answer.status_code == code
    assert says in answer.text
    assert "回到工作台" in answer.text


def test_a_defect_shows_the_page_and_no_trace(app: Flask) -> None:
    def fails() -> None:
        raise RuntimeError("secret detail")

    app.add_url_rule("/fails", "fails", fails)
    app.testing = False
    answer = Browser(app).get("/fails")
    assert answer.status_code == 500
    assert "系统出了点问题" in answer.text
    assert "secret detail" not in answer.text


def test_a_race_that_only_the_database_saw_is_a_conflict(app: Flask) -> None:
    def fails() -> None:
        raise StaleDataError("row was changed")

    app.add_url_rule("/fails", "fails", fails)
    assert Browser(app).get("/fails").status_code == 409


def test_a_machine_that_asks_for_anything_gets_no_page(app: Flask) -> None:
    answer = app.test_client().get("/nowhere", headers={"Accept": "*/*"})
    assert answer.status_code == 404
    assert "回到工作台" not in answer.text


def test_a_nul_that_no_keyboard_types_is_refused(desk: Desk) -> None:
    browser = desk.browser("liu")
    assert browser.get("/desk/ledger?search=%00").status_code == 400
    assert browser.post("/desk/calendar", day="2026-03-10", reason="a\0b").status_code == 400


def test_a_number_that_no_case_can_have_is_not_found(desk: Desk) -> None:
    assert desk.browser("liu").get(f"/desk/cases/{10**20}").status_code == 404


def test_pages_ask_nothing_of_other_hosts(desk: Desk) -> None:
    number = desk.case()
    browser = desk.browser("liu")
    paths = ("/desk/review", f"/desk/review/{number}", f"/desk/cases/{number}", "/desk/ledger", "/board/")
    for path in paths:
        page = browser.get(path).text
        assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page) == []
        assert re.findall(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", page) == []
    for file in [*STATIC.glob("*.css"), *STATIC.glob("js/*.js")]:
        assert "http" not in re.sub(r"http://www\.w3\.org/\S+", "", file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("请打13800138000问", "请打（号码已隐去）问"),
        ("请打 138 0013 8000 问", "请打 （号码已隐去） 问"),
        ("+8613800138000", "（号码已隐去）"),
        ("028-86123456", "（号码已隐去）"),
        ("身份证51010419490101123X的", "身份证（号码已隐去）的"),
        ("2026-03-09开会，48户，共1920元", "2026-03-09开会，48户，共1920元"),
        ("1023号", "1023号"),
    ],
)
def test_numbers_of_people_do_not_reach_the_board(text: str, public: str) -> None:
    assert without_numbers(text) == public
