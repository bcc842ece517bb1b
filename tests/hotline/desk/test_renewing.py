"""The lists of an open page renew themselves, in Chromium: who sits before them is not disturbed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from handling.queries import review_queue
from hotline.desk import live
from models import Medium, Notice, NoticeState, Priority
from tests.chromium import browser  # noqa: F401 (a fixture)
from tests.fakes.clock import FakeClock
from tests.hotline.desk.live import LiveDesk, live_desk, sign_in

pytestmark = pytest.mark.browser
COUNT_CHIMES = """
window.chimes = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.chimes += 1; return start.apply(this, when); };
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[LiveDesk]:
    folder = tmp_path_factory.mktemp("renewing")
    with pytest.MonkeyPatch.context() as patched, live_desk(folder, migrated_sqlite, FakeClock()) as made:
        patched.setattr(live, "LOOK", 0.05)
        yield made


@pytest.fixture(scope="module")
def volunteer(browser: Browser, town: LiveDesk) -> Iterator[Page]:
    """About as large as two cases."""
    context = browser.new_context(viewport={"width": 1366, "height": 400}, locale="zh-CN")
    made = context.new_page()
    made.add_init_script(COUNT_CHIMES)
    sign_in(made, town, "zhiyuan")
    yield made
    context.close()


@pytest.fixture
def page(volunteer: Page, town: LiveDesk) -> Iterator[Page]:
    """Nothing waits when it begins. A page that was loaded again has forgotten `window.same`."""
    with town.database.read() as session:
        waiting = [case.number for case in review_queue(session)]
    for number in waiting:
        town.review(number)
    yield volunteer
    assert volunteer.evaluate("window.same")


def open_queue(page: Page, town: LiveDesk) -> None:
    with page.expect_response("**/desk/live"):
        page.goto(f"{town.url}/desk/review")
    page.evaluate("window.same = true")


def numbers(page: Page) -> list[str]:
    return page.locator("#to-review [data-row] a.number").all_inner_texts()


def chimes(page: Page) -> int:
    return page.evaluate("window.chimes")  # type: ignore[no-any-return]


def height_of(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["y"]


def test_a_new_call_is_there_at_once_with_a_quiet_sound(town: LiveDesk, page: Page) -> None:
    open_queue(page, town)
    number = town.case()
    expect(page.get_by_text(f"{number} 号")).to_be_visible()
    expect(page).to_have_title("1 条待核对 · 乡音热线")
    assert chimes(page) == 1


def test_the_sound_is_switched_off_and_stays_off(town: LiveDesk, page: Page) -> None:
    open_queue(page, town)
    page.get_by_label("轻轻响一声").uncheck()
    open_queue(page, town)
    expect(page.get_by_label("轻轻响一声")).not_to_be_checked()
    number = town.case()
    expect(page.get_by_text(f"{number} 号")).to_be_visible()
    assert chimes(page) == 0
    page.get_by_label("轻轻响一声").check()


def test_what_was_read_and_chosen_stays_where_it_was(town: LiveDesk, page: Page) -> None:
    chosen = [town.case(minutes_ago=60 - at) for at in range(6)][3]
    open_queue(page, town)
    button = page.locator(f"#case-{chosen} button")
    button.focus()
    page.evaluate("scrollBy(0, 40)")
    before = height_of(button)
    town.case(urgency="emergency")
    expect(page.locator("#to-review .emergency")).to_be_attached()
    assert len(numbers(page)) == 7
    expect(button).to_be_focused()
    assert height_of(button) == pytest.approx(before, abs=1)


def test_who_takes_a_case_is_seen_by_the_others(town: LiveDesk, page: Page) -> None:
    number = town.case()
    open_queue(page, town)
    colleague = town.browser("lihong")
    colleague.post(f"/desk/review/{number}/take")
    expect(page.get_by_text("李红正在核对")).to_be_visible()
    colleague.post(f"/desk/review/{number}/give-back")
    expect(page.get_by_text("李红正在核对")).to_have_count(0)
    assert chimes(page) == 0


def test_the_focus_goes_to_the_next_one_when_a_case_is_dealt_with(town: LiveDesk, page: Page) -> None:
    first, second = town.case(minutes_ago=9), town.case(minutes_ago=8)
    open_queue(page, town)
    page.locator(f"#case-{first} a").focus()
    town.review(first)
    expect(page.locator(f"#case-{first}")).to_have_count(0)
    expect(page.locator(f"#case-{second} a")).to_be_focused()


def test_a_text_that_could_not_be_delivered_is_seen_at_once(town: LiveDesk, page: Page) -> None:
    open_queue(page, town)
    with town.database.write() as session:
        notice = Notice(
            key="duty:1",
            priority=Priority.EMERGENCY,
            medium=Medium.SMS,
            template="duty_alert",
            variables={},
            to_number="+8613900000110",
            body="紧急1001号",
            created_at=town.clock.now(),
            state=NoticeState.FAILED,
        )
        session.add(notice)
    expect(page.get_by_text("值班短信没送到")).to_be_visible()


def test_my_cases_show_what_was_just_given_to_me(town: LiveDesk, page: Page) -> None:
    sign_in(page, town, "wangfang")
    with page.expect_response("**/desk/live"):
        page.goto(f"{town.url}/desk/mine")
    page.evaluate("window.same = true")
    number = town.handled_case("wangfang")
    expect(page.locator(f"#case-{number}")).to_be_visible()
    assert chimes(page) == 1


def test_who_reads_a_case_is_told_when_somebody_else_has_changed_it(town: LiveDesk, page: Page) -> None:
    number, other = town.handled_case("wangfang"), town.handled_case("zhang", phone="+8613900139222")
    sign_in(page, town, "wangfang")
    with page.expect_response("**/desk/live"):
        page.goto(f"{town.url}/desk/cases/{number}")
    page.evaluate("window.same = true")
    changed = page.get_by_text("这件事刚刚有了新情况")
    with page.expect_response("**/version"):
        town.act(other, "zhang", "progress", note="约了师傅")
    expect(changed).to_be_hidden()
    town.act(number, "liu", "progress", note="师傅下午到")
    expect(changed).to_be_visible()
    assert page.evaluate("window.same"), "what was being written is still there"
    page.get_by_role("link", name="看新的").click()
    expect(page.get_by_text("师傅下午到").first).to_be_visible()
    expect(changed).to_be_hidden()
    page.evaluate("window.same = true")


def test_a_page_without_a_stream_asks_now_and_then(
    town: LiveDesk, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 0)
    sign_in(page, town, "zhiyuan")
    page.clock.install()
    with page.expect_response("**/desk/live"):
        page.goto(f"{town.url}/desk/review")
    page.evaluate("window.same = true")
    with page.expect_response("**/desk/live/now"):
        page.clock.run_for(16_000)
    number = town.case()
    page.clock.run_for(16_000)
    expect(page.get_by_text(f"{number} 号")).to_be_visible()
