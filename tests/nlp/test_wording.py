"""Dialect wording, sounds, places and similar reports."""

import pytest

from nlp.dialect import Dialect
from nlp.lexicon import load_lexicon
from nlp.numbers import number
from nlp.phonetics import fold, sound
from nlp.places import PlaceFinder
from nlp.similarity import similar
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


@pytest.mark.parametrize(
    ("spoken", "value"),
    [("三", 3), ("十二", 12), ("二十", 20), ("三百零二", 302), ("幺零三", 103), ("３", 3), ("15", 15), ("两", 2)],
)
def test_spoken_numbers(spoken: str, value: int) -> None:
    assert number(spoken) == value


def test_the_same_matter_is_recognised_among_others_also_when_misheard() -> None:
    candidates = [
        (1, "天福苑二栋的下水道堵了，污水都漫出来了"),
        (2, "楼上半夜打麻将，吵得睡不着"),
        (3, "公交车站没得座椅"),
        (4, "天福苑的路灯坏了"),
    ]
    for text in ("天福苑下水道又堵起了，臭得很", "田福院下睡道又赌起了"):
        assert similar(text, candidates)[0].id == 1
    assert "下水道" in " ".join(similar("天福苑下水道又堵起了", candidates)[0].shared)
    assert similar("我想学书法", candidates) == []
    assert similar("", candidates) == []
