"""A story at its own address, its photos, and the desk that releases and takes off."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image
from sqlalchemy import select

from models import Attachment, Event, Project, Resident
from tests.hotline.desk.conftest import Browser, Desk
from tests.hotline.desk.deeds import photo, publish, upload

SMUGGLED = "李桂兰（13800138000）家门口疏通了，王芳办的"
PUBLIC = "一位居民（（号码已隐去））家门口疏通了，工作人员办的"


def named(desk: Desk, name: str = "李桂兰") -> None:
    with desk.database.write() as session:
        session.scalars(select(Resident)).one().name = name


def word(desk: Desk, number: int, asked: str, done: str) -> Browser:
    browser = desk.browser("liu")
    browser.get(f"/desk/cases/{number}")
    browser.post(f"/desk/cases/{number}/story", asked=asked, done=done)
    return browser


def test_a_story_says_what_was_asked_what_was_done_and_by_whom(desk: Desk) -> None:
    number = publish(desk, "全院疏通了")
    word(desk, number, "下水道又堵了，臭水流到路上", "全院疏通了，换了两段管子")
    page = Browser(desk.app).get(f"/board/stories/{number}").text
    assert "下水道又堵了，臭水流到路上" in page
    assert "换了两段管子" in page
    assert "微网格员" in page
    assert "<dd>当天</dd>" in page
    assert "花了多少" not in page
    with desk.database.write() as session:
        case, user = desk.find(session, number), desk.users["liu"]
        now = desk.clock.now()
        session.add(Project(suggestion=case, title="疏通", opened_at=now, opened_by_id=user.id, published_at=now))
    assert "花了多少" in Browser(desk.app).get(f"/board/stories/{number}").text


@pytest.mark.parametrize(
    "path",
    ["/board/", "/board/stories", "/board/stories/{}", "/board/feed.xml", "/board/stories.json", "/board/kiosk"],
)
def test_no_name_and_no_number_of_anybody_gets_out(desk: Desk, path: str) -> None:
    number = publish(desk, SMUGGLED, text="我是李桂兰，下水道堵了")
    named(desk)
    word(desk, number, SMUGGLED, SMUGGLED)
    answer = Browser(desk.app).get(path.format(number))
    assert answer.status_code == 200
    assert answer.text.count(PUBLIC) >= 2
    for secret in ("李桂兰", "1380013", "王芳", "刘统筹"):
        assert secret not in answer.text


def test_the_feed_is_rss_with_absolute_addresses(desk: Desk) -> None:
    number = publish(desk, "疏通了 & 换了<管子>\x0b")
    answer = Browser(desk.app).get("/board/feed.xml")
    assert answer.mimetype == "application/rss+xml"
    item = ElementTree.fromstring(answer.data).find("channel/item")
    assert item is not None
    address = f"https://hotline.example.org/board/stories/{number}"
    assert (item.findtext("link"), item.findtext("guid")) == (address, address)
    assert "疏通了 & 换了<管子>\n当天办好，微网格员办理" in (item.findtext("description") or "")
    assert (item.findtext("pubDate") or "").endswith("+0000")


def test_json_has_the_figures_and_every_page(desk: Desk) -> None:
    number = publish(desk, "疏通了")
    found = Browser(desk.app).get("/board/stories.json").get_json()
    assert found["hotline"] == "028 8555 0000"
    assert found["figures"]["valid"] == 1
    assert (found["page"], found["pages"], found["total"]) == (1, 1, 1)
    story = found["stories"][0]
    assert (story["number"], story["done"], story["days"], story["by"]) == (number, "疏通了", 0, ["微网格员"])
    assert story["received_on"] == "2026-03-09"
    assert story["photos"] == []


def test_a_photo_is_shown_when_it_was_released_and_never_tells_where_it_was_taken(desk: Desk) -> None:
    number = publish(desk, "疏通了")
    upload(desk.browser("wangfang"), number, photo(), kind="after")
    upload(desk.browser("wangfang"), number, photo(), kind="before")
    stranger, coordinator = Browser(desk.app), desk.browser("liu")
    for size in ("large", "small"):
        assert stranger.get(f"/board/photos/1/{size}.jpg").status_code == 404
    assert "<img" not in stranger.get(f"/board/stories/{number}").text
    coordinator.get(f"/desk/cases/{number}")
    coordinator.post("/desk/files/1/release")
    page = stranger.get(f"/board/stories/{number}").text
    assert "/board/photos/1/large.jpg" in page
    assert "/board/photos/2/" not in page
    large, small = (stranger.get(f"/board/photos/1/{size}.jpg") for size in ("large", "small"))
    assert large.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in large.headers
    assert Image.open(BytesIO(large.data)).size[0] > Image.open(BytesIO(small.data)).size[0] == 480
    for answer in (large, small):
        assert not Image.open(BytesIO(answer.data)).getexif()
        assert b"Mrs Li" not in answer.data
    assert stranger.get("/board/photos/2/large.jpg").status_code == 404
    json = stranger.get("/board/stories.json").get_json()["stories"][0]["photos"]
    assert [one["small"] for one in json] == ["https://hotline.example.org/board/photos/1/small.jpg"]
    coordinator.post("/desk/files/1/withhold")
    assert stranger.get("/board/photos/1/large.jpg").status_code == 404


def test_a_photo_that_was_taken_away_has_to_be_released_again(desk: Desk) -> None:
    number = publish(desk, "疏通了")
    upload(desk.browser("liu"), number, photo(), kind="after")
    browser = desk.browser("liu")
    browser.get(f"/desk/cases/{number}")
    for step in ("release", "remove", "restore"):
        browser.post(f"/desk/files/1/{step}")
    assert Browser(desk.app).get("/board/photos/1/small.jpg").status_code == 404


def test_a_receipt_cannot_be_released(desk: Desk) -> None:
    number = publish(desk, "疏通了")
    browser = desk.browser("liu")
    upload(browser, number, photo(), kind="receipt")
    browser.post("/desk/files/1/release")
    assert "只能公开现场照片" in browser.get(f"/desk/cases/{number}").text
    with desk.database.read() as session:
        assert session.get_one(Attachment, 1).released_at is None


def test_a_coordinator_takes_a_story_off_at_once_and_puts_it_back(desk: Desk) -> None:
    number = publish(desk, "疏通了")
    browser, stranger = desk.browser("liu"), Browser(desk.app)
    assert "从公示栏撤下" in browser.get(f"/desk/cases/{number}").text
    browser.post(f"/desk/cases/{number}/story/take_off")
    assert stranger.get(f"/board/stories/{number}").status_code == 404
    assert "疏通了" not in stranger.get("/board/").text
    assert stranger.get("/board/stories.json").get_json()["stories"] == []
    page = browser.get(f"/desk/cases/{number}").text
    assert "放回公示栏" in page
    browser.post(f"/desk/cases/{number}/story/put_back")
    assert stranger.get(f"/board/stories/{number}").status_code == 200
    with desk.database.read() as session:
        kinds = session.scalars(select(Event.kind).order_by(Event.id.desc()).limit(2)).all()
    assert kinds == ["put_back_on_board", "taken_off_board"]


def test_only_coordinators_release(desk: Desk) -> None:
    number = publish(desk, "疏通了")
    browser = desk.browser("wangfang")
    assert "从公示栏撤下" not in browser.get(f"/desk/cases/{number}").text
    assert browser.post(f"/desk/cases/{number}/story/take_off").status_code == 403
    assert browser.post(f"/desk/cases/{number}/story", asked="", done="改了").status_code == 403
    assert Browser(desk.app).get(f"/board/stories/{number}").status_code == 200


def test_the_coordinator_sees_what_neighbours_will_read(desk: Desk) -> None:
    number = publish(desk, SMUGGLED)
    named(desk)
    page = desk.browser("liu").get(f"/desk/cases/{number}").text
    assert PUBLIC in page
    assert "已经自动隐去" in page


def test_a_story_without_words_is_refused(desk: Desk) -> None:
    number = publish(desk, "疏通了")
    browser = word(desk, number, "堵了", "  ")
    assert "请写办得怎么样" in browser.get(f"/desk/cases/{number}").text
    assert desk.read(number).feedback == "疏通了"
