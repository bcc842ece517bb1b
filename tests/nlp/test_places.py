"""Streets that no gazetteer knows: a name, not the words before 路."""

import pytest

from nlp.places import PlaceEntry, PlaceFinder


def streets(text: str) -> list[str]:
    return [place.text for place in PlaceFinder([]).find(text) if place.kind == "street"]


@pytest.mark.parametrize(
    "text",
    [
        "反映一下路灯的事",
        "我来反映一下路不好走",
        "晚上看不见路",
        "老人家找不到路",
        "这一段路烂了",
        "门口那截路积水",
        "楼梯间太黑，走不得路",
        "麻烦你们修了路再说",
        "没有路灯",
        "楼上漏水，还有路灯坏了",
    ],
)
def test_the_words_before_a_road_are_no_street(text: str) -> None:
    assert streets(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("反映一下锦绣路的路灯", "锦绣路"),
        ("晚上看不见建设路12号门口的坑", "建设路12号"),
        ("这边下河街堵了", "下河街"),
        ("住在人民大道", "人民大道"),
    ],
)
def test_a_street_is_named_without_them(text: str, name: str) -> None:
    assert streets(text) == [name]


def test_a_long_name_is_known_as_sichuan_reads_its_last_character() -> None:
    [place] = PlaceFinder([PlaceEntry("西北桥北街")]).find("我住西北桥北该那边")
    assert place.name == "西北桥北街"
