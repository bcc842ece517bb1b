"""The design's promises that can be reckoned: contrast of every pair of tokens, weight of the pages."""

import re
from pathlib import Path

import pytest

from tests.hotline.desk.conftest import Desk

STATIC = Path(__file__).parents[3] / "hotline" / "static"
CSS = (STATIC / "app.css").read_text(encoding="utf-8")
TEXT = [
    *[("ink", ground) for ground in ("paper", "surface", "sunken", "accent-soft", "danger-soft", "warn-soft")],
    *[("ink", "good-soft"), ("muted", "paper"), ("muted", "surface"), ("muted", "sunken")],
    *[("muted", "accent-soft"), ("accent", "paper"), ("accent", "surface"), ("accent", "accent-soft")],
    *[("danger", "surface"), ("danger", "danger-soft"), ("danger", "paper"), ("warn", "warn-soft")],
    *[(f"on-{name}", name) for name in ("accent", "danger", "mark")],
    *[(f"on-{name}", name) for name in ("red", "yellow", "blue", "orange", "green")],
]
# Borders of fields and the focus ring (WCAG 1.4.11).
SHAPES = [("edge", "surface"), ("focus", "surface"), ("focus", "paper")]


def tokens(dark: bool) -> dict[str, str]:
    light_block, dark_block = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", light_block))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", dark_block)) if dark else {})


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_every_pair_of_colours_can_be_read_by_old_eyes(dark: bool) -> None:
    colours = tokens(dark)
    faint = [(a, b) for a, b in TEXT if contrast(colours[a], colours[b]) < 4.5]
    faint += [(a, b) for a, b in SHAPES if contrast(colours[a], colours[b]) < 3]
    assert faint == []


def test_a_level_is_letter_shape_and_word_beside_its_colour(desk: Desk) -> None:
    number = desk.handled_case()
    page = desk.browser("liu").get(f"/desk/cases/{number}").text
    assert re.search(r'badge-red">A <span aria-hidden="true">●</span> 红·立行立改', page)


def test_a_first_visit_is_light_enough_for_a_slow_line(desk: Desk) -> None:
    number = desk.handled_case()
    scripts = sum(file.stat().st_size for file in STATIC.glob("js/*.js"))
    page = len(desk.browser("liu").get(f"/desk/cases/{number}").data)
    assert page + len(CSS.encode()) + scripts < 100_000


def test_every_key_on_a_page_is_there_once(desk: Desk) -> None:
    number = desk.case()
    browser = desk.browser("liu")
    browser.post(f"/desk/review/{number}/take")
    handled = desk.handled_case()
    for path in ("/desk/review", f"/desk/review/{number}", f"/desk/cases/{handled}", "/desk/ledger"):
        keys = re.findall(r'data-key="([^"]+)"', browser.get(path).text)
        assert len(keys) >= 4
        assert sorted(keys) == sorted(set(keys)), path
