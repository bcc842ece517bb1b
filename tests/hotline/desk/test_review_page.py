"""The queue and the review page: two volunteers never collide, and nothing typed is lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import AccessEntry, Call, CallState, Notice, NoticeState, SuggestionState, Urgency
from tests.hotline.desk.conftest import Desk

FORM = {
    "text": "天福苑的下水道堵了，臭水到处流",
    "domain": "公共设施维护",
    "demand_type": "投诉",
    "urgency": "urgent",
    "level": "A",
    "courtyard_id": "",
    "place": "天福苑大门口",
    "decision": "confirm",
    "merge_into": "",
    "note": "",
}


def test_emergencies_stand_first_then_the_oldest(desk: Desk) -> None:
    younger = desk.case("路灯坏了", minutes_ago=10)
    older = desk.case("井盖没得了", minutes_ago=30)
    fire = desk.case("楼下着火了", urgency="emergency", minutes_ago=1)
    page = desk.browser("zhiyuan").get("/desk/review").text
    places = [page.index(f">{number} 号<") for number in (fire, older, younger)]
    assert places == sorted(places)
    assert '待核对 <span class="muted">3 条' in page


def test_what_one_volunteer_holds_the_other_sees_and_cannot_save(desk: Desk) -> None:
    number = desk.case()
    first, second = desk.browser("zhiyuan"), desk.browser("lihong")
    first.post(f"/desk/review/{number}/take")
    assert "陈志愿正在核对" in second.get("/desk/review").text
    page = second.get(f"/desk/review/{number}").text
    assert "陈志愿</strong>正在核对这一条" in page
    assert "<fieldset disabled>" in page
    refused = second.post(f"/desk/review/{number}/finish", **FORM)
    assert refused.status_code == 409
    assert "另一位志愿者正在核对这件事" in refused.text
    assert desk.read(number).state == SuggestionState.REVIEW


def test_taking_what_another_holds_says_so(desk: Desk) -> None:
    number = desk.case()
    first, second = desk.browser("zhiyuan"), desk.browser("lihong")
    first.post(f"/desk/review/{number}/take")
    second.post(f"/desk/review/{number}/take")
    assert "刚刚被别人拿去核对了" in second.get(f"/desk/review/{number}").text
    assert desk.read(number).claimed_by_id == desk.users["zhiyuan"].id


def test_next_gives_each_volunteer_another_one(desk: Desk) -> None:
    older, younger = desk.case(minutes_ago=30), desk.case(minutes_ago=10)
    first, second, third = desk.browser("zhiyuan"), desk.browser("lihong"), desk.browser("liu")
    assert first.post("/desk/review/next").location == f"/desk/review/{older}"
    assert second.post("/desk/review/next").location == f"/desk/review/{younger}"
    assert third.post("/desk/review/next").location == "/desk/review"
    assert "没有等着核对的了" in third.get("/desk/review").text


def test_a_page_left_open_loses_its_hold_and_a_heartbeat_renews_it(desk: Desk) -> None:
    number = desk.case()
    first, second = desk.browser("zhiyuan"), desk.browser("lihong")
    first.post(f"/desk/review/{number}/take")
    desk.clock.advance(minutes=9)
    assert first.post(f"/desk/review/{number}/heartbeat").status_code == 204
    desk.clock.advance(minutes=9)
    assert second.post("/desk/review/next").location == "/desk/review"
    desk.clock.advance(minutes=2)
    assert second.post("/desk/review/next").location == f"/desk/review/{number}"
    assert first.post(f"/desk/review/{number}/heartbeat").status_code == 409


def test_given_back_it_is_free_for_others(desk: Desk) -> None:
    number = desk.case()
    first, second = desk.browser("zhiyuan"), desk.browser("lihong")
    first.post(f"/desk/review/{number}/take")
    first.post(f"/desk/review/{number}/give-back")
    assert second.post("/desk/review/next").location == f"/desk/review/{number}"


def test_saving_keeps_the_corrections_and_opens_the_next(desk: Desk) -> None:
    number, following = desk.case("下水到堵了", minutes_ago=30), desk.case(minutes_ago=10)
    browser = desk.browser("zhiyuan")
    browser.post(f"/desk/review/{number}/take")
    saved = browser.post(f"/desk/review/{number}/finish", **FORM, then="next")
    assert saved.location == f"/desk/review/{following}"
    case = desk.read(number)
    assert (case.text, case.place, case.urgency) == (FORM["text"], FORM["place"], Urgency.URGENT)
    assert (case.state, case.level) == (SuggestionState.HANDLING, "A")


def test_a_refusal_needs_its_reason_and_keeps_what_was_typed(desk: Desk) -> None:
    number = desk.case()
    browser = desk.browser("zhiyuan")
    browser.post(f"/desk/review/{number}/take")
    form = {**FORM, "decision": "refuse", "place": "二号门旁边"}
    again = browser.post(f"/desk/review/{number}/finish", **form)
    assert again.status_code == 422
    assert "请写明原因，会告诉居民" in again.text
    assert "二号门旁边" in again.text
    assert desk.read(number).state == SuggestionState.REVIEW
    browser.post(f"/desk/review/{number}/finish", **{**form, "note": "打错电话"})
    assert desk.read(number).state == SuggestionState.INVALID


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"decision": "merge", "merge_into": "天福苑"}, "请写要并入的编号"),
        ({"decision": "merge", "merge_into": "9999"}, "没有这个编号"),
        ({"decision": ""}, "请选怎么处理"),
        ({"urgency": "whatever"}, "请选紧急程度"),
        ({"level": "Z"}, "请选级别"),
        ({"courtyard_id": "99999"}, "没有这个院落"),
    ],
)
def test_what_no_list_offers_is_answered_beside_the_field(desk: Desk, wrong: dict[str, str], message: str) -> None:
    number = desk.case()
    answer = desk.browser("zhiyuan").post(f"/desk/review/{number}/finish", **{**FORM, **wrong})
    assert answer.status_code == 422
    assert message in answer.text
    assert desk.read(number).state == SuggestionState.REVIEW


def test_a_second_report_of_the_same_matter_is_offered_and_merged(desk: Desk) -> None:
    first = desk.case("天福苑的下水道堵了，臭水流到路上了", minutes_ago=60)
    second = desk.case("下水道堵了，臭水流到路上了，天福苑的", phone="+8613800138001")
    desk.case("希望多办点老年人的文化活动", phone="+8613800138002")
    browser = desk.browser("zhiyuan")
    page = browser.get(f"/desk/review/{second}").text
    similar = page.split("可能是同一件事")[1]
    assert f"{first} 号" in similar
    assert "文化活动" not in similar
    browser.post(f"/desk/review/{second}/finish", **{**FORM, "decision": "merge", "merge_into": str(first)})
    assert desk.read(second).merged_into_id == desk.read(first).id


def test_the_draft_follows_the_decisions_and_changes_nothing(desk: Desk) -> None:
    number = desk.case()
    before = desk.read(number)
    browser = desk.browser("zhiyuan")
    confirm = browser.get(f"/desk/review/{number}/draft?decision=confirm&level=A").json
    refuse = browser.get(f"/desk/review/{number}/draft?decision=refuse&note=打错电话").json
    assert confirm
    assert refuse
    assert "A类" in confirm["text"]
    assert "打错电话" in refuse["text"]
    assert "条短信" in confirm["size"]
    after = desk.read(number)
    assert (after.level, after.due, after.state) == (before.level, before.due, before.state)


def test_a_landline_is_told_that_it_will_be_rung(desk: Desk) -> None:
    number = desk.case(phone="+862886123456")
    assert "自动打电话回话" in desk.browser("zhiyuan").get(f"/desk/review/{number}").text


def test_a_script_in_a_message_is_text_on_every_page(desk: Desk) -> None:
    attack = '<script>alert("x")</script>'
    number = desk.case(attack)
    volunteer, leader = desk.browser("zhiyuan"), desk.browser("liu")
    pages = [volunteer.get("/desk/review"), volunteer.get(f"/desk/review/{number}")]
    pages += [leader.get(f"/desk/cases/{number}"), leader.get("/desk/ledger")]
    for page in pages:
        assert attack not in page.text
        assert "&lt;script&gt;alert(" in page.text


def test_the_words_of_evidence_are_marked_with_their_reason(desk: Desk) -> None:
    number = desk.case("路灯坏了")
    page = desk.browser("zhiyuan").get(f"/desk/review/{number}").text
    assert '<mark title="领域是公共设施维护">路灯</mark>坏了' in page


def test_the_length_of_the_queue_does_not_change_its_cost(
    desk: Desk, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    browser = desk.browser("zhiyuan")
    desk.case()
    one = count_statements(lambda: browser.get("/desk/review"))
    for i in range(12):
        desk.case(phone=f"+86138001380{i:02}")
    assert count_statements(lambda: browser.get("/desk/review")) == one <= 6


def test_a_missed_call_is_rung_back_once(desk: Desk) -> None:
    call = desk.missed_call()
    first, second = desk.browser("zhiyuan"), desk.browser("lihong")
    assert "138****8000" in first.get("/desk/review").text
    second.get("/desk/review")
    first.post(f"/desk/missed/{call}/called-back")
    second.post(f"/desk/missed/{call}/called-back")
    assert "别人已经回过了" in second.get("/desk/review").text
    with desk.database.read() as session:
        row = session.get_one(Call, call)
        assert (row.state, row.called_back_by_id) == (CallState.CALLED_BACK, desk.users["zhiyuan"].id)


def test_the_whole_number_of_a_missed_call_is_shown_on_request_and_noted(desk: Desk) -> None:
    call = desk.missed_call()
    browser = desk.browser("zhiyuan")
    assert "+8613800138000" not in browser.get("/desk/review").text
    assert "+8613800138000" in browser.post(f"/desk/missed/{call}/number").text
    with desk.database.read() as session:
        entry = session.scalars(select(AccessEntry)).one()
    assert (entry.user_id, entry.action, entry.subject) == (desk.users["zhiyuan"].id, "number", f"call:{call}")


def test_the_number_of_a_call_that_was_rung_back_is_not_shown_any_more(desk: Desk) -> None:
    call = desk.missed_call()
    browser = desk.browser("zhiyuan")
    browser.post(f"/desk/missed/{call}/called-back")
    assert browser.post(f"/desk/missed/{call}/number").status_code == 404


def test_a_notice_that_did_not_arrive_is_told_by_a_person(desk: Desk) -> None:
    number = desk.case()
    with desk.database.write() as session:
        notice = session.scalars(select(Notice)).one()
        notice.state = NoticeState.FAILED
    browser = desk.browser("zhiyuan")
    assert "要转告的" in browser.get("/desk/review").text
    browser.post(f"/desk/told/{notice.id}")
    assert "要转告的" not in browser.get("/desk/review").text
    with desk.database.read() as session:
        assert session.get_one(Notice, notice.id).state == NoticeState.DELIVERED
    browser.post(f"/desk/told/{notice.id}")
    story = browser.get(f"/desk/cases/{number}").text
    assert story.count("打电话或上门转告了") == 1
    assert "陈志愿" in story.split("打电话或上门转告了")[1]


def test_a_failed_alert_stands_in_the_list_without_the_callers_number(desk: Desk) -> None:
    with desk.database.write() as session:
        leader = session.merge(desk.users["liu"])
        leader.phone, leader.on_duty = "+8613900000111", True
    desk.case("楼下着火了", urgency="emergency")
    with desk.database.write() as session:
        alert = session.scalars(select(Notice).where(Notice.template == "duty_alert")).one()
        alert.state = NoticeState.FAILED
        assert "+8613800138000" in alert.body
    page = desk.browser("zhiyuan").get("/desk/review").text
    assert "值班短信没送到" in page
    assert "+8613800138000" not in page


def test_an_emergency_that_reached_nobody_says_so(desk: Desk) -> None:
    alone = desk.case("楼下着火了", urgency="emergency")
    with desk.database.write() as session:
        leader = session.merge(desk.users["liu"])
        leader.phone, leader.on_duty = "+8613900000111", True
    alerted = desk.case("楼下着火了", urgency="emergency")
    browser = desk.browser("zhiyuan")
    assert "谁也没有收到提醒" in browser.get(f"/desk/review/{alone}").text
    assert "已经短信提醒值班人员" in browser.get(f"/desk/review/{alerted}").text


def test_waiting_is_told_in_words(desk: Desk) -> None:
    desk.case(minutes_ago=5)
    desk.case(minutes_ago=int(timedelta(days=3).total_seconds() // 60))
    page = desk.browser("zhiyuan").get("/desk/review").text
    assert "等了 5 分钟" in page
    assert "等了 3 天" in page
