"""一键呼叫 on the desk: on top of every page for who is on duty, until somebody is there."""

from models import AccessEntry, Alarm
from tests.hotline.desk.conftest import Desk
from tests.hotline.desk.deeds import KEY, press


def line_shown(text: str) -> bool:
    return 'role="alert" data-alarms' in text and "hidden>" not in text.split("data-alarms")[1].split("<a")[0]


def test_who_is_on_duty_sees_it_on_every_page_and_where_to_go(desk: Desk) -> None:
    guard = desk.browser("zhiyuan")
    assert "data-alarms" not in guard.get("/desk/review").text
    press(desk)
    desk.clock.advance(minutes=16)
    assert line_shown(guard.get("/desk/review").text)
    assert line_shown(desk.browser("liu").get("/desk/ledger").text), "coordinators too"
    assert not line_shown(desk.browser("wangfang").get("/desk/mine").text)
    text = guard.get("/desk/alarms").text
    for word in ("张婆婆", "3栋501", KEY, "独居", "已经 16 分钟", "超过 15 分钟", "1001 号"):
        assert word in text
    assert guard.get("/desk/alarms/running").json == {"running": 1}
    with desk.database.read() as session:
        assert session.query(AccessEntry).filter_by(action="number").count() == 1


def test_others_see_the_place_and_not_the_person(desk: Desk) -> None:
    press(desk)
    other, guard = desk.browser("wangfang"), desk.browser("zhiyuan")
    text = other.get("/desk/alarms").text
    assert "3栋501" in text
    for word in ("张婆婆", KEY, "独居"):
        assert word not in text
    guard.get("/desk/alarms")
    guard.post("/desk/alarms/1/arrived", found="扶起来了")
    text = other.get("/desk/alarms").text
    assert "陈志愿" in text, "who was there is no secret"
    for word in ("张婆婆", "扶起来了"):
        assert word not in text


def test_it_ends_when_somebody_says_so_once(desk: Desk) -> None:
    press(desk)
    guard, lead = desk.browser("zhiyuan"), desk.browser("liu")
    guard.get("/desk/alarms")
    lead.get("/desk/alarms")
    with desk.database.read() as session:
        path = f"/desk/alarms/{session.query(Alarm).one().id}/arrived"
    desk.clock.advance(minutes=4)
    assert guard.post(path, found="扶起来了").status_code == 302
    assert "别人已经先到了" in lead.get(lead.post(path).location).text
    text = lead.get("/desk/alarms").text
    assert "现在没有人呼叫" in text
    assert "扶起来了" in text
    assert "陈志愿" in text
    assert not line_shown(lead.get("/desk/ledger").text)
    story = lead.get("/desk/cases/1001").text
    assert "一键呼叫" in story
    assert "有人到场" in story
    assert "扶起来了" in story
