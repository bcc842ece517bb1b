"""The day of each role in one demonstration, one after the other: real pages, real clicks."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.end_to_end.demo_pages import act, sign_in

pytestmark = [pytest.mark.speech, pytest.mark.browser]


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "handrail.jpg"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (480, 640, 3), dtype=np.uint8)).save(path)
    return path


def case_about(page: Page, demonstration, words: str) -> str:
    """The number of the case with these words, from the ledger's search."""
    page.goto(f"{demonstration.url}/desk/ledger?search={words}")
    found = re.search(r"/desk/cases/(\d+)", page.content())
    assert found, words
    return found[1]


def test_a_volunteer_reviews_by_keys(demonstration, page: Page) -> None:
    sign_in(page, demonstration, "volunteer")
    page.goto(f"{demonstration.url}/desk/review/1002")
    with page.expect_navigation():
        page.keyboard.press("s")
    expect(page.locator("textarea#text")).to_be_enabled()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    page.goto(f"{demonstration.url}/desk/review")
    expect(page.get_by_role("link", name=re.compile("1002"))).to_have_count(0)


def test_a_handler_works_a_case_on_a_telephone_with_a_photo(demonstration, page: Page, photo: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, demonstration, "handler")
    number = case_about(page, demonstration, "扶手松了")
    page.goto(f"{demonstration.url}/desk/mine")
    with page.expect_navigation():
        page.locator(f"a[href$='/cases/{number}']").first.click()
    first = page.locator("form.yard")
    first.locator("[data-album]").set_input_files(photo)
    first.get_by_role("button", name="上传").click()
    expect(page.locator("img[src*='/files/'], img[src*='/attachments/']").first).to_be_visible()
    act(page, "finish", result="扶手加固好了")
    expect(page.get_by_text("扶手加固好了").first).to_be_visible()


def test_a_coordinator_assigns_looks_at_figures_and_releases_a_story(demonstration, page: Page) -> None:
    sign_in(page, demonstration, "coordinator")
    page.goto(f"{demonstration.url}/desk/cases/1002")
    act(page, "assign", level="A", handler="李网格")
    expect(page.locator("li.told", has_text="交给李网格办理").first).to_be_visible()

    page.goto(f"{demonstration.url}/desk/figures")
    with page.expect_navigation():
        page.locator("#figure-done").get_by_role("link", name="看办结的").click()
    expect(page.locator("a[href*='/desk/cases/']").first).to_be_visible()

    number = case_about(page, demonstration, "扶手松了")
    page.goto(f"{demonstration.url}/desk/cases/{number}")
    act(page, "publish", feedback="扶手加固好了。")
    page.get_by_text("改公开的话").click()
    page.fill("#story-done", "二单元的扶手加固好了，上楼放心。")
    with page.expect_navigation():
        page.locator("form:has(#story-done)").get_by_role("button", name="保存").click()
    page.goto(f"{demonstration.url}/board/")
    expect(page.get_by_text("二单元的扶手加固好了，上楼放心").first).to_be_visible()


def test_a_resident_votes_and_answers_by_text_on_the_phone_page(demonstration, page: Page) -> None:
    page.goto(f"{demonstration.url}/phone/")
    page.select_option("#number", "+8613800000001")
    for said, answer in (("赞成", "记下"), ("积分", "幸福种子"), ("出行", "出门")):
        page.fill("#body", said)
        page.get_by_role("button", name="发短信").click()
        expect(page.locator("#texts li:not(.mine)", has_text=answer).last).to_be_visible(timeout=30_000)


def test_a_key_phone_is_pressed_and_the_duty_phone_hears_of_it(demonstration, page: Page) -> None:
    page.goto(f"{demonstration.url}/phone/")
    page.select_option("#number", label="刘婆婆 一键呼叫 028 8555 0133")
    page.check("#say-nothing")
    page.get_by_role("button", name="一键呼叫").click()
    expect(page.locator("#caption")).to_contain_text("我们正在叫人来看您", timeout=15_000)
    page.get_by_role("button", name="挂机").click()
    expect(page.locator("#status")).to_have_text("待机", timeout=15_000)
    page.select_option("#number", "+8613900000119")
    expect(page.locator("#texts li", has_text="刘婆婆").last).to_be_visible(timeout=30_000)


def test_an_administrator_adds_a_person_and_reads_the_access_log(demonstration, page: Page) -> None:
    sign_in(page, demonstration, "administrator")
    page.goto(f"{demonstration.url}/desk/users")
    form = page.locator("form[action$='/users']")
    form.locator("[name=username]").fill("newcomer")
    form.locator("[name=name]").fill("新来的志愿者")
    with page.expect_navigation():
        form.locator("button.primary").click()
    expect(page.get_by_text("新来的志愿者").first).to_be_visible()
    page.goto(f"{demonstration.url}/desk/access")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text("王书记")
