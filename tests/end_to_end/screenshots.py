"""Screenshots of every page by role for docs/screenshots: `make pictures`.

    python -m tests.end_to_end.screenshots [NAME…]

A desk in full swing (tests/hotline/desk/busy.py) in a folder of its own, photographed on a desk's screen in light
and dark and on a telephone in light and dark; names choose some pages.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from models import Database
from models.schema import upgrade_schema
from tests.chromium import chromium
from tests.fakes.clock import FakeClock
from tests.hotline.desk.busy import ROLES, Busy, Shown, make_busy
from tests.hotline.desk.live import LiveDesk, live_desk, sign_in

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
DESK, TELEPHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
LOOKS = (
    ("", DESK, "light"),
    ("-dark", DESK, "dark"),
    ("-360", TELEPHONE, "light"),
    ("-360-dark", TELEPHONE, "dark"),
)
QUALITY = 32


def photograph(browser: Browser, desk: LiveDesk, busy: Busy, wanted: set[str]) -> None:
    people = {page.who for pages in ROLES.values() for page in pages}
    # The volunteer, who is on duty, meets the alarm; then somebody is there, and the others' pages are quiet.
    for who in sorted(people, key=lambda who: who != "zhiyuan"):
        context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
        page = context.new_page()
        if who:
            sign_in(page, desk, who)
        for shown in (one for pages in ROLES.values() for one in pages if one.who == who):
            if not wanted or shown.name in wanted:
                save(page, desk, busy, shown)
        context.close()
        if who == "zhiyuan":
            desk.browser("zhiyuan").post("/desk/alarms/1/arrived", note="到了，没有摔伤")


def save(page: Page, desk: LiveDesk, busy: Busy, shown: Shown) -> None:
    page.set_viewport_size(DESK)
    page.goto(desk.url + busy.path(shown))
    for suffix, size, colours in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=colours)
        page.wait_for_timeout(150)
        picture = Image.open(io.BytesIO(page.screenshot()))
        picture.convert("RGB").save(FOLDER / f"{shown.name}{suffix}.webp", quality=QUALITY, method=6)


def write_index() -> None:
    lines = [
        "# Every page, by role",
        "",
        "At 1366×768 and 360×740, light and dark; made by `make pictures` from the desk that the tests fill",
        "(`tests/hotline/desk/busy.py`). Nothing here is anybody's data.",
    ]
    for role, pages in ROLES.items():
        lines += ["", f"## {role}"]
        for shown in pages:
            lines += ["", f"### {shown.title}", "", f"`{shown.path}`", ""]
            desk, phone = shown.name, f"{shown.name}-360"
            lines.append(
                f'<img src="{desk}.webp" width="39%" alt="{shown.title}"> '
                f'<img src="{desk}-dark.webp" width="39%" alt="{shown.title}，深色"> '
                f'<img src="{phone}.webp" width="9%" alt="{shown.title}，手机"> '
                f'<img src="{phone}-dark.webp" width="9%" alt="{shown.title}，手机，深色">'
            )
    (FOLDER / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(wanted: set[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, chromium() as browser:
        empty = Path(place) / "empty.sqlite3"
        database = Database(f"sqlite:///{empty}")
        upgrade_schema(database)
        database.close()
        with live_desk(Path(place), empty, FakeClock(), demo=True) as desk:
            busy = make_busy(desk)
            photograph(browser, desk, busy, wanted)
    write_index()


if __name__ == "__main__":
    main(set(sys.argv[1:]))
