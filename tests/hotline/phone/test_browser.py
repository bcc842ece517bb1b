"""The page in a real browser: everything by keyboard, nothing from elsewhere, and room on a small phone."""

from collections.abc import Iterator

import pytest
from flask import Response
from playwright.sync_api import Page, expect

from hotline.phone.numbers import SAMPLE_RESIDENTS
from tests.chromium import chromium
from tests.hotline.phone.conftest import NUMBER, Served
from tests.hotline.phone.scripted_hotline import wav

pytestmark = pytest.mark.browser
WELCOME = (
    '<Gather numDigits="1" timeout="1" action="/twilio/keys"><Play>/sounds/greeting.wav</Play></Gather>'
    '<Record action="/twilio/done" timeout="2" finishOnKey="#"/><Hangup/>'
)


@pytest.fixture
def page(served: Served) -> Iterator[Page]:
    """The phone page; what it asks of other hosts, and what the browser complains of, fails the test."""
    served.app.add_url_rule("/sounds/<name>", view_func=_sound)
    served.twiml["/twilio/voice"] = WELCOME
    complaints: list[str] = []
    with chromium("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") as browser:
        opened = browser.new_page(viewport={"width": 360, "height": 740})
        opened.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on(
            "request", lambda r: None if r.url.startswith((served.url, "blob:")) else complaints.append(r.url)
        )
        opened.goto(f"{served.url}/phone/")
        yield opened
    assert complaints == []


def finished(page: Page) -> None:
    expect(page.locator("#status")).to_have_text("待机", timeout=15000)


def test_a_call_by_keyboard_alone_leaves_a_microphone_recording(served: Served, page: Page) -> None:
    served.twiml["/twilio/done"] = "<Hangup/>"
    page.locator("#say-microphone").focus()
    page.keyboard.press("Space")
    page.locator("#call").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#caption")).to_contain_text("正在录音", timeout=15000)
    page.wait_for_timeout(1500)
    page.keyboard.press("#")
    finished(page)

    (done,) = [params for path, params in served.told if path == "/twilio/done"]
    assert done["Digits"] == "#"
    sound = served.simulator.exchange.sound(done["RecordingSid"])
    assert sound is not None
    assert len(sound) > 8000 * 2


def test_a_key_interrupts_the_greeting(served: Served, page: Page) -> None:
    served.twiml["/twilio/keys"] = "<Hangup/>"
    page.locator("#call").click()
    expect(page.locator("#caption")).to_contain_text("热线：", timeout=15000)
    page.get_by_role("button", name="1", exact=True).click()
    finished(page)

    assert [p["Digits"] for path, p in served.told if path == "/twilio/keys"] == ["1"]


def test_what_carrier_and_hotline_say_is_shown_on_request(served: Served, page: Page) -> None:
    served.twiml["/twilio/keys"] = "<Hangup/>"
    watch = page.get_by_role("button", name="看往来")
    expect(page.locator("#exchanges")).to_be_hidden()
    watch.focus()
    page.keyboard.press("Enter")
    page.locator("#call").click()
    expect(page.locator("#caption")).to_contain_text("热线：", timeout=15000)
    page.keyboard.press("2")
    finished(page)

    rows = page.locator("#exchanges li")
    expect(rows).to_have_count(3, timeout=10000)
    expect(rows.last).to_contain_text("POST /twilio/voice")
    rows.nth(1).locator("summary").focus()
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_contain_text("Digits = 2")
    expect(rows.nth(1)).to_contain_text("<Hangup/>")
    expect(rows.nth(1)).to_contain_text("签名对")


def test_the_keys_dial_when_nobody_talks(page: Page) -> None:
    before = page.locator("#digits").inner_text()
    expect(page.locator("#hang-up")).to_be_disabled()
    for key in "028":
        page.get_by_role("button", name=key, exact=True).click()

    assert page.locator("#to").input_value() == "028"
    expect(page.locator("#digits")).to_have_text("028")
    page.locator("#hang-up").click()
    expect(page.locator("#digits")).to_have_text(before)
    expect(page.locator("#hang-up")).to_be_disabled()


def test_the_key_phone_has_one_key_for_the_hotline(served: Served, page: Page) -> None:
    served.twiml["/twilio/voice"] = "<Hangup/>"
    key_phone = next(handset for handset in SAMPLE_RESIDENTS if handset.key_phone)
    page.select_option("#number", key_phone.number)
    page.get_by_role("button", name="一键呼叫").click()
    finished(page)

    assert served.told[0][1]["From"] == key_phone.number


def test_a_closed_page_hangs_up(served: Served, page: Page) -> None:
    page.locator("#call").click()
    expect(page.locator("#caption")).to_contain_text("热线：", timeout=15000)

    page.goto("about:blank")

    for _ in range(50):
        if "/twilio/voice/status" in [path for path, _ in served.told]:
            return
        page.wait_for_timeout(100)
    pytest.fail("the call goes on")


def test_a_call_back_rings_for_the_landline(served: Served, page: Page) -> None:
    served.twiml["/twilio/back"] = "<Say>给您回话</Say>"
    landline = SAMPLE_RESIDENTS[2]
    served.client.calls.create(to=landline.number, from_=NUMBER, url=f"{served.url}/twilio/back")
    served.pass_time(1)

    expect(page.locator("#ringing")).to_contain_text(landline.name, timeout=10000)
    page.get_by_role("button", name="接听").click()
    expect(page.locator("#caption")).to_contain_text("给您回话", timeout=10000)
    finished(page)

    assert page.locator("#number").input_value() == landline.number


def test_texts_go_and_come(served: Served, page: Page) -> None:
    page.locator("#body").fill("路灯坏了")
    page.get_by_role("button", name="发短信").click()
    expect(page.locator("#texts .mine")).to_contain_text("路灯坏了")
    served.client.messages.create(to=SAMPLE_RESIDENTS[0].number, from_=NUMBER, body="收到")
    served.pass_time(2)

    expect(page.locator("#texts li").nth(1)).to_contain_text("收到")


def test_everything_is_large_enough_and_fits_a_small_phone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    sizes = page.eval_on_selector_all(
        "main button, main select, main textarea",
        "all => all.filter(e => e.offsetParent)"
        ".map(e => [e.offsetHeight, parseFloat(getComputedStyle(e).fontSize)])",
    )
    assert len(sizes) > 15
    assert all(height >= 60 and size >= 18 for height, size in sizes)


def _sound(name: str) -> Response:
    return Response(wav(0.5), mimetype="audio/wav")
