"""The screen in the hall, in Chromium, over hours that pass in seconds."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import browser  # noqa: F401 (a fixture)
from tests.hotline.desk.deeds import publish
from tests.hotline.desk.live import LiveDesk, live, watched_page  # noqa: F401 (live is a fixture)

pytestmark = pytest.mark.browser

SHOWN = "[...document.querySelectorAll('.slide')].filter(s => getComputedStyle(s).visibility === 'visible').length"
NODES = "document.querySelectorAll('*').length"


@pytest.fixture
def page(browser: Browser, live: LiveDesk) -> Iterator[Page]:
    with watched_page(browser, width=1366, height=768, network_goes=True) as made:
        made.clock.install()
        yield made


def pass_time(page: Page, minutes: float) -> None:
    for _ in range(int(minutes * 6)):
        page.clock.run_for(10_000)
        page.wait_for_timeout(10)


def current(page: Page) -> str:
    return page.inner_text(".slide.current")


def test_it_turns_and_fits_and_shows_what_is_new_without_growing(live: LiveDesk, page: Page) -> None:
    publish(live, "下水道疏通了。" * 30)
    page.goto(f"{live.url}/board/kiosk")
    assert "028 8555 0000" in current(page)
    assert page.evaluate("getComputedStyle(document.body).cursor") == "none"
    seen = set()
    for _ in range(12):
        pass_time(page, 0.2)
        assert page.evaluate(SHOWN) == 1
        assert page.evaluate("document.querySelector('.slide.current').scrollHeight <= innerHeight")
        seen.add(current(page)[:4])
    assert len(seen) == 3
    publish(live, "路灯修好了")
    live.clock.advance(minutes=2)
    pass_time(page, 6)
    assert page.get_by_text("路灯修好了").count() == 1
    nodes = page.evaluate(NODES)
    pass_time(page, 30)
    assert page.evaluate(NODES) == nodes


def test_without_network_the_wall_keeps_what_it_has(live: LiveDesk, page: Page) -> None:
    publish(live, "下水道疏通了")
    page.goto(f"{live.url}/board/kiosk")
    page.route("**/board/kiosk", lambda route: route.fulfill(status=502, body="bad gateway"))
    pass_time(page, 6)
    assert page.locator(".slide").count() == 3
    assert page.evaluate(SHOWN) == 1


def test_keys_turn_and_stop_it(live: LiveDesk, page: Page) -> None:
    publish(live, "下水道疏通了")
    page.goto(f"{live.url}/board/kiosk")
    page.keyboard.press("ArrowRight")
    assert "下水道疏通了" in current(page)
    page.keyboard.press(" ")
    pass_time(page, 1.5)
    assert "下水道疏通了" in current(page)
    pass_time(page, 0.7)
    assert "下水道疏通了" not in current(page)
