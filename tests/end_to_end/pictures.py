"""Screenshots of the real pages for docs/pictures: `make pictures`.

Runs the demonstration in a folder of its own with the speech model of HOTLINE_SPEECH_MODEL (or the installed one),
places a call on the phone page, and photographs what each role sees.
"""

import os
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from hotline.settings import read_settings
from hotline.speech_models import chosen
from tests.chromium import chromium
from tests.end_to_end.conftest import Demonstration
from tests.end_to_end.demo_pages import sign_in

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SCREENS = {"": (1366, 900), "-360": (360, 740)}


def photograph(browser: Browser, demo: Demonstration) -> None:
    for suffix, (width, height) in SCREENS.items():
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        page = context.new_page()
        if not suffix:
            place_call(page, demo)
        save(page, demo, "/phone/", f"phone{suffix}")
        save(page, demo, "/board/", f"board{suffix}")
        sign_in(page, demo, "volunteer")
        save(page, demo, "/desk/review", f"queue{suffix}")
        page.goto(f"{demo.url}/desk/review/1002")
        if page.locator("button[data-key=s]").count():
            with page.expect_navigation():
                page.locator("button[data-key=s]").click()
        save(page, demo, "/desk/review/1002", f"review{suffix}")
        sign_in(page, demo, "coordinator")
        save(page, demo, "/desk/ledger", f"ledger{suffix}")
        save(page, demo, "/desk/cases/1001", f"case{suffix}")
        context.close()


def place_call(page: Page, demo: Demonstration) -> None:
    page.goto(f"{demo.url}/phone/")
    page.check("#say-street_light")
    page.click("#call")
    page.locator("#texts li", has_text="您的建议已收到").first.wait_for(timeout=120_000)


def save(page: Page, demo: Demonstration, path: str, name: str) -> None:
    page.goto(demo.url + path)
    page.wait_for_timeout(700)
    page.screenshot(path=PICTURES / f"{name}.png")


def main() -> None:
    model = os.environ.get("HOTLINE_SPEECH_MODEL") or chosen(read_settings())
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        demo = Demonstration(Path(folder) / "home", Path(model or ""))
        try:
            demo.run()
            photograph(browser, demo)
        finally:
            demo.stop()


if __name__ == "__main__":
    main()
