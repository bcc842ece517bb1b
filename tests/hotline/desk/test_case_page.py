"""The case page: one readable story, and the scheme's actions as forms."""

import re
from collections.abc import Callable

from sqlalchemy import select

from models import AccessEntry, Event, SuggestionState
from tests.hotline.desk.conftest import Browser, Desk


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found.group(1)


def act(browser: Browser, number: int, action: str, **form: str) -> int:
    """Open the page, fill the form that it shows, press its button."""
    page = browser.get(f"/desk/cases/{number}").text
    assert f"/desk/cases/{number}/actions/{action}" in page, f"no form for {action}"
    return browser.post(f"/desk/cases/{number}/actions/{action}", version=version_on(page), **form).status_code


def test_the_drain_of_tianfuyuan_can_be_played_by_hand_to_the_board(desk: Desk) -> None:
    number = desk.case()
    volunteer, leader, worker = (desk.browser(name) for name in ("zhiyuan", "liu", "wangfang"))
    volunteer.post("/desk/review/next")
    review = {"text": "天福苑的下水道堵了", "domain": "公共设施维护", "demand_type": "投诉", "urgency": "urgent"}
    volunteer.post(f"/desk/review/{number}/finish", **review, level="A", decision="confirm")
    handler = str(desk.users["wangfang"].id)
    assert act(leader, number, "assign", level="A", handler=handler) == 302
    assert f"{number} 号" in worker.get("/desk/mine").text
    assert act(worker, number, "check_on_site", checked_on="2026-03-09", note="管道淤堵") == 302
    assert act(worker, number, "report", finding="管道老化", proposal="全院疏通") == 302
    meeting = {"held_on": "2026-03-09", "households": "48", "agreed": "48", "share": "40"}
    assert act(worker, number, "courtyard_meeting", **meeting, resolution="每户四十元疏通") == 302
    assert act(worker, number, "progress", note="工人进场了") == 302
    assert act(worker, number, "finish", result="全院疏通了", upkeep="社区") == 302
    assert act(leader, number, "publish", feedback="天福苑的下水道全院疏通了。") == 302
    assert act(leader, number, "award") == 302
    assert act(leader, number, "close") == 302
    assert desk.read(number).state == SuggestionState.DONE
    story = leader.get(f"/desk/cases/{number}").text
    told = ["收到电话", "核对", "定级交办", "现场核实", "坝坝会", "1,920元", "办理完成", "公开反馈", "办结"]
    places = [story.index(word, story.index("经过")) for word in told]
    assert places == sorted(places)
    board = Browser(desk.app).get("/board/").text
    assert "天福苑的下水道全院疏通了。" in board


def test_what_was_merged_into_a_case_stands_in_its_story(desk: Desk) -> None:
    target, report = desk.handled_case(), desk.case(phone="+8613800138001")
    desk.review(report, merge_into=target)
    story = desk.browser("liu").get(f"/desk/cases/{target}").text.split("经过")[1]
    assert "并入同一件事" in story
    assert f"<dt>并进来的编号</dt><dd>{report}</dd>" in story


def test_wrong_and_missing_fields_are_marked_and_the_rest_is_kept(desk: Desk) -> None:
    number = desk.handled_case()
    browser = desk.browser("wangfang")
    page = browser.get(f"/desk/cases/{number}").text
    answer = browser.post(
        f"/desk/cases/{number}/actions/courtyard_meeting",
        version=version_on(page),
        held_on="2026-03-09",
        households="四十八",
        agreed="48",
        resolution="每户四十元疏通管道",
    )
    assert answer.status_code == 422
    assert "到会户数要写整数" in answer.text
    assert "每户四十元疏通管道" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_page_that_is_older_than_the_case_saves_nothing_and_keeps_what_was_typed(desk: Desk) -> None:
    number = desk.handled_case()
    worker, leader = desk.browser("wangfang"), desk.browser("liu")
    old = version_on(worker.get(f"/desk/cases/{number}").text)
    assert act(leader, number, "progress", note="统筹员先写了") == 302
    refused = worker.post(f"/desk/cases/{number}/actions/progress", version=old, note="我写的进展不能丢")
    assert refused.status_code == 409
    assert "您的操作没有保存" in refused.text
    assert "我写的进展不能丢" in refused.text
    assert act(worker, number, "progress", note="我写的进展不能丢") == 302


def test_without_the_version_nothing_is_done(desk: Desk) -> None:
    number = desk.handled_case()
    worker = desk.browser("wangfang")
    assert worker.post(f"/desk/cases/{number}/actions/progress", note="x").status_code == 400


def test_a_handler_cannot_act_on_the_case_of_another(desk: Desk) -> None:
    number = desk.handled_case("zhang")
    worker = desk.browser("wangfang")
    assert "/actions/" not in worker.get(f"/desk/cases/{number}").text
    version = str(desk.read(number).version)
    refused = worker.post(f"/desk/cases/{number}/actions/progress", version=version, note="x")
    assert refused.status_code == 409
    assert "这件事不是您的" in refused.text
    with desk.database.read() as session:
        assert "progress" not in session.scalars(select(Event.kind)).all()


def test_what_must_be_done_first_is_said(desk: Desk) -> None:
    number = desk.handled_case("zhang", level="B")
    page = desk.browser("zhang").get(f"/desk/cases/{number}").text
    assert "办理完成：B类要先有专家可行性意见" in page


def test_the_number_is_masked_until_the_handler_asks_and_the_look_is_noted(desk: Desk) -> None:
    number = desk.handled_case()
    browser = desk.browser("wangfang")
    page = browser.get(f"/desk/cases/{number}").text
    assert "138****8000" in page
    assert "+8613800138000" not in page
    assert "+8613800138000" in browser.post(f"/desk/cases/{number}/number").text
    with desk.database.read() as session:
        looks = [(e.user_id, e.action, e.subject) for e in session.scalars(select(AccessEntry))]
    subject = f"suggestion:{desk.read(number).id}"
    who = desk.users["wangfang"].id
    assert looks == [(who, "view", subject), (who, "number", subject)]


def test_other_handlers_and_volunteers_do_not_get_the_number(desk: Desk) -> None:
    number = desk.handled_case("zhang")
    for username in ("wangfang", "zhiyuan"):
        browser = desk.browser(username)
        assert "显示号码" not in browser.get(f"/desk/cases/{number}").text
        assert browser.post(f"/desk/cases/{number}/number").status_code == 403


def test_no_page_shows_the_number_in_the_notices(desk: Desk) -> None:
    number = desk.case("楼下着火了", urgency="emergency")
    assert "+8613800138000" not in desk.browser("liu").get(f"/desk/cases/{number}").text


def test_my_cases_tells_what_waits_for_me_and_what_for_others(desk: Desk) -> None:
    mine, finished, others = desk.handled_case(), desk.handled_case(), desk.handled_case("zhang")
    desk.act(finished, "wangfang", "finish", result="办好了")
    page = desk.browser("wangfang").get("/desk/mine").text
    mine_now, waiting = page.split("等别人办的")
    assert f"{mine} 号" in mine_now
    assert f"{finished} 号" in waiting
    assert f"{others} 号" not in page


def test_the_coordinator_sees_what_waits_for_grading_and_for_publishing(desk: Desk) -> None:
    ungraded, finished, busy = desk.case(), desk.handled_case(), desk.handled_case()
    desk.review(ungraded)
    desk.act(finished, "wangfang", "finish", result="办好了")
    page = desk.browser("liu").get("/desk/mine").text
    assert f"{ungraded} 号" in page
    assert f"{finished} 号" in page
    assert f"{busy} 号" not in page


def test_a_case_past_its_day_says_so_in_a_word(desk: Desk) -> None:
    number = desk.handled_case()
    browser = desk.browser("wangfang")
    assert "超期" not in browser.get("/desk/mine").text
    desk.clock.advance(days=5)
    assert "超期" in browser.get("/desk/mine").text
    assert "超期" in browser.get(f"/desk/cases/{number}").text


def test_a_longer_story_costs_no_more_statements(
    desk: Desk, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    number = desk.handled_case()
    browser = desk.browser("liu")
    browser.get(f"/desk/cases/{number}")  # its look is noted once
    short = count_statements(lambda: browser.get(f"/desk/cases/{number}"))
    for i in range(6):
        desk.act(number, "wangfang", "progress", note=f"第{i}天")
    assert count_statements(lambda: browser.get(f"/desk/cases/{number}")) == short


def test_an_unknown_number_is_a_page_that_says_so(desk: Desk) -> None:
    answer = desk.browser("liu").get("/desk/cases/99999")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.text
