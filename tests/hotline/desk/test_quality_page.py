"""A coordinator reads reviews of the sample again; a volunteer sees what was decided otherwise."""

import pytest
from sqlalchemy import select

from models import Review, SecondReview
from tests.hotline.desk.conftest import Desk

FORM = {"decision": "confirm", "domain": "公共设施维护", "demand_type": "投诉", "urgency": "urgent", "level": "A"}


@pytest.fixture
def review(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("handling.quality.in_sample", lambda _id, percent: percent > 0)
    number = desk.case("路灯坏了")
    desk.review(number, level="B")
    with desk.database.read() as session:
        return session.scalars(select(Review.id)).one()


def test_a_second_look_does_not_show_what_the_volunteer_decided(desk: Desk, review: int) -> None:
    browser = desk.browser("liu")
    assert f"/desk/quality/{review}" in browser.get("/desk/quality").text
    page = browser.get(f"/desk/quality/{review}").text
    assert "路灯坏了" in page
    assert " checked" not in page
    assert "selected>公共设施维护" not in page


def test_what_differs_is_told_to_the_volunteer_alone(desk: Desk, review: int) -> None:
    browser = desk.browser("liu")
    browser.get(f"/desk/quality/{review}")
    browser.post(f"/desk/quality/{review}", **FORM, note="老人晚上要走")
    page = browser.get("/desk/quality").text
    assert "和志愿者不一样的是紧急程度、级别" in page
    assert "没有等着复核的" in page
    mine = desk.browser("zhiyuan").get("/desk/quality/mine").text
    assert "老人晚上要走" in mine
    assert "您定“一般”，统筹员定“急”" in mine
    assert "老人晚上要走" not in desk.browser("lihong").get("/desk/quality/mine").text
    assert "陈志愿" not in page


def test_the_second_of_two_coordinators_is_told_so(desk: Desk, review: int) -> None:
    browser = desk.browser("liu")
    browser.get(f"/desk/quality/{review}")
    browser.post(f"/desk/quality/{review}", **FORM)
    browser.post(f"/desk/quality/{review}", **FORM)
    assert "已经有人复核过了" in browser.get("/desk/quality").text
    with desk.database.read() as session:
        assert len(session.scalars(select(SecondReview)).all()) == 1


def test_an_empty_form_says_what_is_missing(desk: Desk, review: int) -> None:
    browser = desk.browser("liu")
    browser.get(f"/desk/quality/{review}")
    assert "请选怎么处理" in browser.post(f"/desk/quality/{review}").text
    answer = browser.post(f"/desk/quality/{review}", decision="confirm")
    assert answer.status_code == 422
    assert answer.text.count('class="wrong"') == 3
    assert browser.post(f"/desk/quality/{review}", decision="refuse").status_code == 302


def test_volunteers_do_not_read_others_reviews_again(desk: Desk, review: int) -> None:
    browser = desk.browser("zhiyuan")
    assert browser.get("/desk/quality").status_code == 403
    assert browser.get(f"/desk/quality/{review}").status_code == 403
