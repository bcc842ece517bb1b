"""What a resident named in passing, as people and forms need it."""

from datetime import date

import pytest

from handling.found import FoundKind, found_in, spaced
from nlp.places import PlaceEntry

SUNDAY = date(2026, 11, 22)
PLACES = [PlaceEntry("天福苑")]


@pytest.mark.parametrize(
    ("text", "kind", "said", "shown", "value"),
    [
        ("我叫李桂芳，住天福苑", FoundKind.NAME, "李桂芳", "李桂芳", "李桂芳"),
        ("打幺三八零零零零一二三四", FoundKind.PHONE, "幺三八零零零零一二三四", "138 0000 1234", "13800001234"),
        ("前天下午开始的", FoundKind.DAY, "前天下午", "11月20日下午", "2026-11-20"),
        ("明年三月五号早上八点", FoundKind.DAY, "明年三月五号早上八点", "2027年3月5日8点", "2027-03-05"),
        ("我住三栋二单元", FoundKind.PLACE, "三栋二单元", "3栋2单元", "3栋2单元"),
        ("天府院的路灯", FoundKind.PLACE, "天府院", "天福苑", "天福苑"),
    ],
)
def test_it_is_shown_as_it_is_meant_and_the_text_stays(
    text: str, kind: FoundKind, said: str, shown: str, value: str
) -> None:
    found = next(item for item in found_in(text, SUNDAY, PLACES) if item.kind == kind)
    assert (found.said, found.shown, found.value) == (said, shown, value)
    assert text[found.start : found.end] == said


def test_what_is_said_twice_is_shown_once_where_it_was_first_said() -> None:
    found = found_in("昨天停水，昨天也停电，三栋停，3栋", SUNDAY)
    assert [(item.said, item.value) for item in found] == [("昨天", "2026-11-21"), ("三栋", "3栋")]


def test_everyday_talk_names_nothing() -> None:
    assert found_in("路灯坏了，请来看一下", SUNDAY, PLACES) == []


def test_a_landline_with_its_area_stays_in_one_piece() -> None:
    assert [spaced(number) for number in ("86123456", "02886123456", "6123456")] == [
        "8612 3456",
        "02886123456",
        "612 3456",
    ]
