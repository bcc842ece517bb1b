"""The screen in the hall, the card and the poster."""

import pypdfium2
import pytest

from handling.community import set_up_community
from handling.scheme import load_scheme
from hotline.app import create_app
from hotline.board.parts import shortened
from models import Rating
from tests.hotline.desk.conftest import Browser, Desk
from tests.hotline.desk.deeds import publish


def words_of(pdf: bytes) -> str:
    return pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()


def test_the_screen_shows_the_number_stories_and_figures_without_script(desk: Desk) -> None:
    number = publish(desk, "下水道疏通了")
    with desk.database.write() as session:
        session.add(Rating(suggestion=desk.find(session, number), requested_at=desk.clock.now(), score=5))
    page = Browser(desk.app).get("/board/kiosk").text
    assert page.count('class="slide ') == 3
    assert "028 8555 0000" in page
    assert "听到“嘀”一声就讲" in page
    assert "下水道疏通了" in page
    assert "5.0" in page
    assert "style=" not in page


def test_with_nothing_to_show_the_screen_shows_the_number(desk: Desk) -> None:
    assert Browser(desk.app).get("/board/kiosk").text.count('class="slide ') == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("短短一句。", "短短一句。"),
        ("第一句话。第二句话很长很长很长", "第一句话。"),
        ("没有句号的一长串字一直写下去", "没有句号的一长串…"),
    ],
)
def test_a_long_text_ends_with_a_sentence_where_it_can(text: str, shown: str) -> None:
    assert shortened(text, 9) == shown


@pytest.mark.parametrize(
    ("path", "width"),
    [("/board/card.pdf", 210), ("/board/poster.pdf", 297), ("/board/poster.pdf?paper=a4", 210)],
)
def test_prints_say_the_number_what_to_do_and_when_somebody_answers(desk: Desk, path: str, width: int) -> None:
    answer = Browser(desk.app).get(path)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    page = pypdfium2.PdfDocument(answer.data)[0]
    assert round(page.get_width() / 72 * 25.4) == width
    words = words_of(answer.data)
    for part in ("028 8555 0000", "城北社区", "讲完挂机", "9:00到12:00", "按 0 有人接", "短信", "119"):
        assert part in words


def test_another_paper_is_not_found(desk: Desk) -> None:
    assert Browser(desk.app).get("/board/poster.pdf?paper=a9").status_code == 404


def test_without_a_number_a_pen_writes_it(settings, database, clock) -> None:
    with database.write() as session:
        set_up_community(session, load_scheme("chengbei"))
    app = create_app(settings.model_copy(update={"twilio_number": ""}), clock)
    assert "号码写在这里" in words_of(Browser(app).get("/board/card.pdf").data)
    app.extensions["hotline"].database.close()


def test_the_desk_and_the_foot_of_the_board_lead_to_them(desk: Desk) -> None:
    board, overview = Browser(desk.app).get("/board/").text, desk.browser("zhiyuan").get("/desk/all").text
    for page in (board, overview):
        for path in ("/board/card.pdf", "/board/poster.pdf", "/board/kiosk"):
            assert f'href="{path}"' in page
    assert 'type="application/rss+xml"' in board
