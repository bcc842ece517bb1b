"""The case page's parts beside the steps: help, waiting, wishes, splits, withdrawal, visits, upkeep."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from handling.community import add_units
from models import SuggestionState, Unit, Upkeep, User, Visit, VisitKind, Wish
from tests.hotline.desk.conftest import Desk


@pytest.fixture
def number(desk: Desk) -> int:
    """A case in 王芳's hands."""
    with desk.database.write() as session:
        add_units(session, desk.scheme)
    return desk.handled_case()


def test_a_unit_is_asked_and_one_of_its_people_answers(desk: Desk, number: int) -> None:
    with desk.database.write() as session:
        police = session.scalars(select(Unit).where(Unit.code == "police")).one()
        session.get_one(User, desk.users["zhang"].id).unit = police
        key = police.id
    handler, clerk = desk.browser("wangfang"), desk.browser("zhang")
    page = handler.get(f"/desk/cases/{number}").text
    assert "城北派出所" in page
    wrong = handler.post(f"/desk/cases/{number}/help", helper="", task="")
    assert wrong.status_code == 422
    assert "请选协办的人或单位" in wrong.text
    assert handler.post(f"/desk/cases/{number}/help", helper=f"unit-{key}", task="看一下监控").status_code == 302
    assert "城北派出所的协办还没有答复" in handler.get(f"/desk/cases/{number}").text
    listed = clerk.get("/desk/help").text
    assert "看一下监控" in listed
    found = re.search(rf"/desk/cases/{number}/help/(\d+)", clerk.get(f"/desk/cases/{number}").text)
    assert found
    assert clerk.post(found.group(0), answer="看过了，是三楼").status_code == 302
    page = handler.get(f"/desk/cases/{number}").text
    assert "看过了，是三楼" in page
    assert "协办还没有答复" not in page


def test_the_clock_stands_still_and_goes_on(desk: Desk, number: int) -> None:
    handler = desk.browser("wangfang")
    handler.get(f"/desk/cases/{number}")
    assert "请写明在等谁" in handler.post(f"/desk/cases/{number}/pause", waits_for="").text
    handler.post(f"/desk/cases/{number}/pause", waits_for="水务公司")
    assert "在等<strong>水务公司</strong>" in handler.get(f"/desk/cases/{number}").text
    assert "在等水务公司" in handler.get("/desk/mine").text
    handler.post(f"/desk/cases/{number}/resume")
    assert desk.read(number).paused_at is None


def test_more_time_is_asked_for_and_granted_on_the_page(desk: Desk, number: int) -> None:
    handler, leader = desk.browser("wangfang"), desk.browser("liu")
    handler.get(f"/desk/cases/{number}")
    later = (desk.clock.now() + timedelta(days=30)).date().isoformat()
    assert handler.post(f"/desk/cases/{number}/more-time", due=later, reason="等材料").status_code == 302
    with desk.database.read() as session:
        wish = session.scalars(select(Wish.id)).one()
    path = f"/desk/cases/{number}/wishes/{wish}"
    assert "王芳申请延期" in leader.get("/desk/mine").text, "what waits for a decision is not overlooked"
    assert handler.post(path, granted="1").status_code == 403
    assert "王芳申请延期" in leader.get(f"/desk/cases/{number}").text
    assert "请写明为什么不同意" in leader.post(path, granted="0").text
    assert leader.post(path, granted="1").status_code == 302
    due = desk.read(number).due
    assert due is not None
    assert due.date().isoformat() == later


def test_a_handover_goes_to_whom_the_coordinator_names(desk: Desk, number: int) -> None:
    handler, leader = desk.browser("wangfang"), desk.browser("liu")
    handler.get(f"/desk/cases/{number}")
    handler.post(f"/desk/cases/{number}/hand-over", reason="休假")
    with desk.database.read() as session:
        wish = session.scalars(select(Wish.id)).one()
    leader.get(f"/desk/cases/{number}")
    path = f"/desk/cases/{number}/wishes/{wish}"
    assert "请选由谁接着办" in leader.post(path, granted="1").text
    leader.post(path, granted="1", handler=str(desk.users["zhang"].id))
    assert desk.read(number).handler_id == desk.users["zhang"].id


def test_a_volunteer_splits_what_holds_two_matters(desk: Desk) -> None:
    number = desk.case("下水道堵了，路灯也坏了")
    volunteer = desk.browser("zhiyuan")
    volunteer.get(f"/desk/cases/{number}")
    assert "请写明要分出去的事" in volunteer.post(f"/desk/cases/{number}/split", kept="下水道堵了", part="").text
    assert volunteer.post(f"/desk/cases/{number}/split", kept="下水道堵了", part="路灯坏了").status_code == 302
    page = volunteer.get(f"/desk/cases/{number}").text
    assert f"/desk/cases/{number + 1}" in page
    assert desk.read(number + 1).text == "路灯坏了"


def test_cases_are_linked_and_taken_back_at_the_desk(desk: Desk, number: int) -> None:
    other = desk.case(phone="+8613900000001")
    handler = desk.browser("wangfang")
    handler.get(f"/desk/cases/{number}")
    assert "没有这个编号" in handler.post(f"/desk/cases/{number}/links", number="9").text
    handler.post(f"/desk/cases/{number}/links", number=str(other), note="同一根管子")
    page = handler.get(f"/desk/cases/{number}").text
    assert "同一根管子" in page
    found = re.search(rf"/desk/cases/{number}/links/\d+/remove", page)
    assert found
    handler.post(found.group(0))
    assert "同一根管子" not in handler.get(f"/desk/cases/{number}").text.split("经过</h2>")[0]
    handler.post(f"/desk/cases/{number}/withdraw", reason="自己修好了")
    assert desk.read(number).state is SuggestionState.WITHDRAWN
    assert "已撤回" in handler.get(f"/desk/cases/{number}").text


@pytest.fixture
def closed(desk: Desk, number: int) -> int:
    desk.act(number, "wangfang", "finish", result="修好了", upkeep="物业")
    desk.act(number, "liu", "keep_private", reason="小事")
    desk.act(number, "liu", "close")
    return number


def test_a_visit_is_listed_for_others_than_the_handler_and_recorded(desk: Desk, closed: int) -> None:
    volunteer, handler = desk.browser("zhiyuan"), desk.browser("wangfang")
    assert f"{closed} 号" in volunteer.get("/desk/visits").text
    assert f"{closed} 号" not in handler.get("/desk/visits").text
    with desk.database.read() as session:
        visit = session.scalars(select(Visit.id).where(Visit.kind == VisitKind.PHONE)).one()
    path = f"/desk/cases/{closed}/visits/{visit}"
    volunteer.get(f"/desk/cases/{closed}")
    assert "138****8000" in volunteer.get(f"/desk/cases/{closed}").text
    assert "+8613800138000" in volunteer.post(f"{path}/number").text
    handler.get("/desk/mine")
    assert handler.post(f"{path}/number").status_code == 403
    assert "请选回访结果" in volunteer.post(path, outcome="").text
    assert volunteer.post(path, outcome="confirmed", score="5", note="通了").status_code == 302
    assert "确认办好了" in volunteer.get(f"/desk/cases/{closed}").text
    assert volunteer.post(f"{path}/number").status_code == 404, "nobody has to ring any more"


def test_a_finding_of_a_round_becomes_a_case(desk: Desk, closed: int) -> None:
    handler, leader = desk.browser("wangfang"), desk.browser("liu")
    assert f"{closed} 号" in handler.get("/desk/inspections").text
    handler.get(f"/desk/cases/{closed}")
    path = f"/desk/cases/{closed}/inspections"
    assert "请选情况" in handler.post(path, in_order="").text
    assert handler.post(path, in_order="0", note="井盖松了").status_code == 302
    assert desk.read(closed + 1).text == "井盖松了"
    leader.get(f"/desk/cases/{closed}")
    change = {"subject": "排水管", "keeper": "居民", "active": "0"}
    assert "请写1到1000天" in leader.post(f"/desk/cases/{closed}/upkeep", interval_days="0", **change).text
    assert leader.post(f"/desk/cases/{closed}/upkeep", interval_days="30", **change).status_code == 302
    with desk.database.read() as session:
        kept = session.scalars(select(Upkeep)).one()
    assert (kept.keeper, kept.interval_days, kept.active) == ("居民", 30, False)


def test_what_is_confidential_opens_for_those_who_work_on_it(desk: Desk, number: int) -> None:
    with desk.database.write() as session:
        desk.find(session, number).confidential = True
    answers = {who: desk.browser(who).get(f"/desk/cases/{number}").status_code for who in desk.users}
    assert {who for who, status in answers.items() if status == 200} == {"wangfang", "liu", "zhou"}
    assert set(answers.values()) == {200, 403}


def test_the_page_proposes_who_should_take_it(desk: Desk) -> None:
    number = desk.case()
    desk.review(number, level="A")
    page = desk.browser("liu").get(f"/desk/cases/{number}").text
    assert "建议责任人：" in page
    chosen = re.search(r'<option value="(\d+)" selected>王芳', page)
    assert chosen
