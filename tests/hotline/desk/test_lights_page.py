"""红黄绿灯 as people see them: a word and a shape beside every colour."""

from models import Suggestion
from tests.hotline.desk.conftest import Desk


def test_the_light_of_a_case_stands_on_every_page_that_shows_it(desk: Desk) -> None:
    number = desk.handled_case(level="A")
    pages = ("/desk/mine", "/desk/ledger", f"/desk/cases/{number}")
    for path in pages:
        assert "✔</span> 绿灯" in desk.browser("wangfang").get(path).text, path
    desk.clock.advance(days=1, hours=8)
    assert "◐</span> 黄灯" in desk.browser("wangfang").get("/desk/mine").text
    desk.clock.advance(days=1)
    for path in pages:
        page = desk.browser("wangfang").get(path).text
        assert "✖</span> 红灯" in page, path
        assert "超期" in page


def test_a_case_that_waits_for_somebody_else_shows_for_whom(desk: Desk) -> None:
    number = desk.handled_case(level="A")
    with desk.database.write() as session:
        case: Suggestion = desk.find(session, number)
        case.paused_at, case.paused_for = desk.clock.now(), "自来水公司"
    desk.clock.advance(days=5)
    page = desk.browser("wangfang").get("/desk/mine").text
    assert "‖</span> 暂停" in page
    assert "等自来水公司" in page
    assert "超期" not in page


def test_what_is_answered_has_no_light_any_more(desk: Desk) -> None:
    number = desk.handled_case(level="A")
    desk.act(number, "wangfang", "finish", result="通了")
    desk.clock.advance(days=5)
    page = desk.browser("liu").get(f"/desk/cases/{number}").text
    assert "红灯" not in page
    assert "超期" not in page


def test_the_board_lists_handlers_and_what_is_late(desk: Desk) -> None:
    number = desk.handled_case(level="A")
    desk.handled_case("zhang", level="B", text="想在院子里修个亭子")
    desk.clock.advance(days=2)
    page = desk.browser("wangfang").get("/desk/lights").text
    assert "王芳" in page
    assert "张书记" in page
    late = page.split('id="late"')[1]
    assert f"{number} 号" in late
    assert late.count("data-row") == 1


def test_the_page_of_a_case_says_who_supervises_it_and_when_it_is_looked_at_again(desk: Desk) -> None:
    number = desk.handled_case(level="A")
    with desk.database.write() as session:
        case: Suggestion = desk.find(session, number)
        case.supervised_by, case.look_again_at = "grid", desk.clock.now()
    facts = desk.browser("wangfang").get(f"/desk/cases/{number}").text.split("<aside")[1]
    assert "☞</span> 网格长" in facts
    assert "<dt>再看</dt><dd>3月9日</dd>" in facts
