"""Dialect wording, sounds, places and similar reports."""

import pytest

from nlp.dialect import Dialect
from nlp.lexicon import load_lexicon
from nlp.phonetics import fold, sound, sounds_of_word
from nlp.places import PlaceFinder
from tests.nlp.conftest import GAZETTEER


@pytest.mark.parametrize(
    ("said", "standard"),
    [
        ("啥子时候来修", "什么时候来修"),
        ("莫得水", "没有水"),
        ("啷个办", "怎么办"),
        ("晓得了", "知道了"),
        ("整个小区", "整个小区"),
        ("普通话不变", "普通话不变"),
    ],
)
def test_sichuanese_wording_becomes_standard_wording(said: str, standard: str) -> None:
    assert Dialect(load_lexicon().wording).standardise(said).text == standard


def test_every_character_of_the_standard_text_knows_its_place_in_the_original() -> None:
    said = "屋头莫得电，啷个办嘛"
    standard = Dialect({"屋头": "家里面", "莫得": "没有", "啷个": "怎么"}).standardise(said)
    assert standard.text == "家里面没有电，怎么办嘛"
    start = standard.text.index("家里面")
    assert said[slice(*standard.span(start, start + 3))] == "屋头"
    start = standard.text.index("没有电")
    assert said[slice(*standard.span(start, start + 3))] == "莫得电"


def test_the_longest_wording_wins() -> None:
    assert Dialect({"哪个": "谁", "哪个部门": "哪个部门"}).standardise("归哪个部门管").text == "归哪个部门管"


def test_sounds_that_the_accent_does_not_tell_apart_are_one() -> None:
    assert [fold(syllable) for syllable in ("zhuang", "niang", "ling", "sheng", "hu", "huang")] == [
        "zuan", "lian", "lin", "sen", "fu", "fan",
    ]  # fmt: skip
    assert sound("煤气") == sound("没气")
    assert sound("福利") == sound("狐狸")
    assert sound("着火") == sound("找货")
    assert sound("着火") != sound("着急")


def test_the_sound_of_a_text_is_as_long_as_the_text() -> None:
    text = "3栋A座，İß🔥着火\n"
    assert len(sound(text)) == len(text)


@pytest.mark.parametrize(
    ("said", "name", "kind"),
    [
        ("我在天福苑", "天福苑", "courtyard"),
        ("天福院的路灯", "天福苑", "courtyard"),
        ("田湖苑的下水道", "天福苑", "courtyard"),
        ("三栋二单元五楼", "3栋2单元5楼", "unit"),
        ("3幢2门", "3栋2单元", "unit"),
        ("三洞二单元", "3栋2单元", "unit"),
        ("十二栋一单元七楼十四号", "12栋1单元7楼14号", "unit"),
        ("住六楼", "6楼", "unit"),
        ("三栋二单元五零二", "3栋2单元502号", "unit"),
        ("五楼三号", "5楼3号", "unit"),
        ("A座", "A栋", "unit"),
        ("3-2-501", "3栋2单元501号", "unit"),
        ("在人民南路上", "人民南路", "street"),
    ],
)
def test_places_are_found_in_every_spoken_form(said: str, name: str, kind: str) -> None:
    places = PlaceFinder(GAZETTEER).find(said)
    assert (name, kind) in {(place.name, place.kind) for place in places}
    assert all(said[place.start : place.end] == place.text for place in places)


@pytest.mark.parametrize("said", ["马路上有个坑", "我们一路走过来", "电路坏了", "打电话找你们"])
def test_roads_without_a_name_are_no_places(said: str) -> None:
    assert PlaceFinder(GAZETTEER).find(said) == []


@pytest.mark.parametrize("said", ["二栋一单元的", "我家在二栋一单元的楼上"])
def test_what_follows_a_place_is_not_part_of_it(said: str) -> None:
    assert [place.text for place in PlaceFinder([]).find(said)] == ["二栋一单元"]


@pytest.mark.parametrize("said", ["他一动不动", "门诊在哪里"])
def test_sounds_of_a_building_are_no_building(said: str) -> None:
    assert PlaceFinder([]).find(said) == []


@pytest.mark.parametrize("keyword", ["街沿", "巷子", "鞋柜"])
def test_a_keyword_is_also_known_by_its_sichuan_reading(keyword: str) -> None:
    assert len(sounds_of_word(keyword)) > 1


def test_a_street_is_heard_as_sichuan_says_it() -> None:
    assert sound("该沿") in sounds_of_word("街沿")
