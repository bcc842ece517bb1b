"""The board: what neighbours may read, and nothing else."""

from collections.abc import Callable

from hotline.board import hotline_number
from models import Rating
from tests.hotline.desk.conftest import Browser, Desk
from tests.hotline.desk.deeds import publish


def test_everybody_may_read_what_a_coordinator_released(desk: Desk) -> None:
    publish(desk, "下水道全院疏通了")
    unpublished = desk.handled_case()
    desk.act(unpublished, "wangfang", "finish", result="路灯修好了")
    page = Browser(desk.app).get("/board/").text
    assert "下水道全院疏通了" in page
    assert "路灯修好了" not in page


def test_nothing_of_a_resident_is_on_the_board(desk: Desk) -> None:
    publish(desk, "疏通了，有事找13800138000", text="我是三单元张婆婆，下水道堵了")
    page = Browser(desk.app).get("/board/").text
    assert "张婆婆" not in page
    assert "138" not in page
    assert "王芳" not in page


def test_figures_count_what_is_valid(desk: Desk) -> None:
    done = publish(desk, "疏通了")
    desk.act(done, "liu", "close")
    desk.handled_case()
    desk.case("还没核对")
    noise = desk.case("广告")
    desk.review(noise, valid=False, note="广告")
    with desk.database.write() as session:
        case = desk.find(session, done)
        session.add(Rating(suggestion=case, requested_at=desk.clock.now(), score=4))
    page = Browser(desk.app).get("/board/").text
    assert "<dt>有效建议</dt><dd>2</dd>" in page
    assert "<dt>已经办结</dt><dd>1</dd>" in page
    assert "<dd>50%</dd>" in page
    assert "<dd>4.0</dd>" in page


def test_an_empty_board_says_so_and_shows_the_number(desk: Desk) -> None:
    page = Browser(desk.app).get("/board/").text
    assert "还没有公开的办理结果" in page
    assert 'href="tel:+862885550000">028 8555 0000</a>' in page
    assert "<dt>办结率</dt>" not in page


def test_the_board_may_be_kept_for_a_minute_and_sets_no_cookie(desk: Desk) -> None:
    answer = Browser(desk.app).get("/board/")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in answer.headers


def test_a_long_board_has_pages_and_costs_no_more(
    desk: Desk, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    publish(desk, "第0件办好了")
    browser = Browser(desk.app)
    one = count_statements(lambda: browser.get("/board/"))
    for i in range(1, 21):
        desk.clock.advance(minutes=1)
        publish(desk, f"第{i}件办好了")
    assert count_statements(lambda: browser.get("/board/")) == one <= 6
    newest = browser.get("/board/").text
    assert "第20件办好了" in newest
    assert "第14件办好了" not in newest
    assert "共 21 件" in newest
    first, second = browser.get("/board/stories").text, browser.get("/board/stories?page=2").text
    assert "第1件办好了" in first
    assert "第0件办好了" not in first
    assert "第0件办好了" in second


def test_a_number_is_written_as_people_here_dial_it() -> None:
    assert hotline_number("+862886123456").shown == "028 8612 3456"  # type: ignore[union-attr]
    assert hotline_number("+14155550123").shown == "+1 415-555-0123"  # type: ignore[union-attr]
    assert hotline_number("") is None
