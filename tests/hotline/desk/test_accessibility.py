"""axe over every page, as each role sees it: light and dark, on a desk's screen and on a telephone's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import browser  # noqa: F401 (a fixture)
from tests.fakes.clock import FakeClock
from tests.hotline.desk.busy import PAGES, Busy, Shown, make_busy
from tests.hotline.desk.live import LiveDesk, live_desk, sign_in

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parents[2] / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RUN = """rules => axe.run({ runOnly: rules, resultTypes: ["violations"] }).then(found => found.violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160) + " " +
        (node.any[0]?.message ?? "")).join(" | ")}`))"""
# What the law asks (EN 301 549), and a bit more; target-size is off unless asked for.
EVERYTHING = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# Cells whose words stand one or two characters to a line.
SQUEEZED = """() => [...document.querySelectorAll("td, th")].filter(cell => {
    const words = document.createRange();
    words.selectNodeContents(cell);
    const lines = new Set([...words.getClientRects()].map(one => one.top)).size;
    return !cell.childElementCount && lines > 2 && cell.innerText.length / lines < 2.5;
}).map(cell => cell.innerText)"""
DESK, TELEPHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
MOST_BYTES = 300_000


class Town(NamedTuple):
    desk: LiveDesk
    busy: Busy


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Town]:
    with live_desk(tmp_path_factory.mktemp("busy"), migrated_sqlite, FakeClock(), demo=True) as desk:
        yield Town(desk, make_busy(desk))


@pytest.fixture(scope="module")
def people(browser: Browser, town: Town) -> Iterator[dict[str, Page]]:
    """A page for each who signs in, once."""
    made: dict[str, Page] = {}
    for who in sorted({page.who for page in PAGES}):
        # What fades in is judged when it is there.
        made[who] = browser.new_context(viewport=DESK, locale="zh-CN", reduced_motion="reduce").new_page()
        if who:
            sign_in(made[who], town.desk, who)
    yield made
    for page in made.values():
        page.context.close()


class Seen(NamedTuple):
    page: Page
    status: int
    weight: int
    foreign: list[str]


@pytest.fixture
def visit(request: pytest.FixtureRequest, people: dict[str, Page], town: Town) -> Seen:
    """The page with nothing in the cache: its bytes without sound, and what it asked of other hosts."""
    wanted: Shown = request.param
    page = people[wanted.who]
    answers: list[Any] = []

    def note(response: Any) -> None:
        answers.append(response)

    # The page before it has said all that it had to say.
    page.goto("about:blank")
    page.on("response", note)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    answer = page.goto(town.desk.url + town.busy.path(wanted), wait_until="load")
    assert answer is not None
    page.wait_for_timeout(200)
    page.remove_listener("response", note)
    weighed = [one for one in answers if weighs(one)]
    weight = sum(len(one.body()) for one in weighed)
    foreign = [one.url for one in answers if not one.url.startswith((town.desk.url, "data:", "blob:"))]
    return Seen(page, answer.status, weight, foreign)


def weighs(response: Any) -> bool:
    """Sound is not counted; the stream of news never ends."""
    kind = response.headers.get("content-type", "")
    return response.status == 200 and not kind.startswith(("audio/", "text/event-stream"))


@pytest.mark.parametrize("visit", PAGES, ids=lambda page: page.name, indirect=True)
def test_a_page_is_for_everybody_and_light(visit: Seen) -> None:
    """One visit for all questions: reading it, its weight, its manners."""
    page = visit.page
    assert visit.status in (200, 403, 404)
    assert visit.foreign == []
    assert visit.weight <= MOST_BYTES
    assert page.evaluate(SQUEEZED) == []
    page.evaluate(AXE)
    found = {"light, 1366": page.evaluate(RUN, EVERYTHING)}
    page.emulate_media(color_scheme="dark")
    found["dark, 1366"] = page.evaluate(RUN, COLOURS)
    page.set_viewport_size(TELEPHONE)
    found["dark, 360"] = page.evaluate(RUN, COLOURS)
    page.emulate_media(color_scheme="light")
    found["light, 360"] = page.evaluate(RUN, EVERYTHING)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert {where: what for where, what in found.items() if what} == {}
    assert wide <= TELEPHONE["width"], "nothing scrolls sideways on a telephone"


def test_the_story_of_a_case_is_not_below_its_papers(people: dict[str, Page], town: Town) -> None:
    """On a desk's screen it follows what is to be done; on a telephone the facts follow the next step."""
    page = people["wangfang"]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    page.goto(f"{town.desk.url}/desk/cases/{town.busy.case}")

    def top(selector: str) -> float:
        box = page.locator(selector).bounding_box()
        assert box is not None
        return box["y"]

    assert top("#story") < top("#relations")
    page.set_viewport_size(TELEPHONE)
    assert top("#next") < top(".in-short") < top("#said") < top("#story")
    page.emulate_media(media="print")
    assert top(".in-short") < top("#said") < top("#story") < top("#relations")
    page.emulate_media(media="screen")
