"""A grid worker in the yard: a telephone of 360 pixels in Chromium, whose network comes and goes."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from models import Attachment
from tests.chromium import browser  # noqa: F401 (a fixture)
from tests.hotline.desk.live import LiveDesk, live, sign_in, watched_page  # noqa: F401 (live is a fixture)

pytestmark = pytest.mark.browser
NO_NETWORK = "没有网络，已存在手机里，连上后自动发送"


@pytest.fixture
def page(browser: Browser, live: LiveDesk) -> Iterator[Page]:
    with watched_page(browser, width=360, height=740, touch=True, network_goes=True) as made:
        yield made


@pytest.fixture
def number(live: LiveDesk, page: Page) -> int:
    """An open case of the worker, whose page is open on the telephone."""
    made = live.handled_case()
    sign_in(page, live, "wangfang")
    page.goto(f"{live.url}/desk/cases/{made}")
    return made


def events(live: LiveDesk, number: int) -> list[str]:
    with live.database.read() as session:
        return [event.kind for event in live.find(session, number).events]


def report(page: Page, words: str) -> None:
    page.locator("#progress").evaluate("details => { details.open = true; }")
    page.locator("#progress-note").fill(words)
    page.locator("#progress button.primary").click()


def test_a_report_waits_in_the_telephone_and_is_sent_once(live: LiveDesk, page: Page, number: int) -> None:
    page.context.set_offline(True)
    report(page, "水管找到了，等师傅")
    expect(page.locator("#queue")).to_contain_text(NO_NETWORK)
    report(page, "师傅来了")
    expect(page.locator("#queue li")).to_have_count(2)
    assert "progress" not in events(live, number)
    # The page is gone, as when the telephone needs memory; what was typed is not.
    page.context.set_offline(False)
    page.goto(f"{live.url}/desk/mine")
    expect(page.locator(".done").last).to_contain_text(f"已经发送：{number} 号 更新进展")
    expect(page.locator("#queue")).to_be_hidden()
    assert events(live, number).count("progress") == 2
    page.reload()
    page.wait_for_load_state()
    assert events(live, number).count("progress") == 2


def test_an_answer_that_was_lost_does_nothing_twice(live: LiveDesk, page: Page, number: int) -> None:
    def lose(route):  # type: ignore[no-untyped-def]
        route.fetch()  # it arrives, and the answer gets lost in the tunnel
        route.abort()

    page.route("**/actions/progress", lose, times=1)
    report(page, "在路上")
    expect(page.locator("#queue")).to_contain_text(NO_NETWORK)
    page.reload()
    expect(page.locator(".done", has_text="已经发送")).to_be_visible()
    assert events(live, number).count("progress") == 1


def test_a_draft_is_kept_and_shown_when_somebody_else_was_quicker(live: LiveDesk, page: Page, number: int) -> None:
    page.context.set_offline(True)
    report(page, "水管找到了")
    expect(page.locator("#queue")).to_contain_text(NO_NETWORK)
    live.act(number, "liu", "progress", note="统筹员先说了一句")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#queue")).to_contain_text("别人改过这件事")
    expect(page.locator("#queue")).to_contain_text("水管找到了")
    page.goto(f"{live.url}/desk/cases/{number}")
    page.get_by_role("button", name="填回表里再看").click()
    expect(page.locator("#progress-note")).to_have_value("水管找到了")
    page.locator("#progress button.primary").click()
    expect(page.get_by_text("办好了，已经记下")).to_be_visible()
    expect(page.locator("#queue")).to_be_hidden()
    assert events(live, number).count("progress") == 2


def test_what_is_missing_is_said_by_the_page_itself(live: LiveDesk, page: Page, number: int) -> None:
    report(page, "")
    expect(page.locator("#progress .wrong")).to_contain_text("请填写进展")
    expect(page.locator("#queue")).to_be_hidden()


def test_photos_are_made_small_and_wait_too(live: LiveDesk, page: Page, number: int) -> None:
    page.context.set_offline(True)
    shots = page.locator(".yard input[type=file]")
    shots.first.set_input_files([photo("first.jpg")])
    shots.first.set_input_files([photo("second.jpg")])
    expect(page.locator(".shots canvas")).to_have_count(2)
    page.get_by_role("button", name="上传 2 张").click()
    expect(page.locator("#queue")).to_contain_text("（照片 2 张）")
    expect(page.locator(".shots canvas")).to_have_count(0)
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".done", has_text="已经发送")).to_be_visible()
    with live.database.read() as session:
        stored = list(session.scalars(select(Attachment)))
    home = live.app.extensions["hotline"].settings.home
    assert [Image.open(home / file.path).size for file in stored] == [(1600, 1200)] * 2


@pytest.mark.parametrize("path", ["/desk/mine", "/desk/cases/{}"])
def test_one_thumb_reaches_everything(live: LiveDesk, page: Page, number: int, path: str) -> None:
    page.goto(live.url + path.format(number))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    buttons = page.locator(".yard-page button:visible, .yard-page summary:visible, .yard-page .button:visible")
    small = [box for one in buttons.all() if (box := one.bounding_box()) and box["height"] < 60]
    assert small == []
    if "cases" in path:
        order = page.locator("h2:visible").all_inner_texts()
        assert [re.sub(r"\s", "", text) for text in order[:2]] == ["先拍照", "下一步"]


def photo(name: str) -> dict[str, object]:
    content = BytesIO()
    Image.effect_noise((2400, 1800), 40).convert("RGB").save(content, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}
