from datetime import date

import pytest

from nlp.callers import caller
from nlp.numbers import days, in_digits, number, phones

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("spoken", "value"),
    [
        ("三", 3), ("十二", 12), ("二十", 20), ("三百零二", 302), ("幺零三", 103), ("３", 3), ("15", 15),
        ("两", 2),        ("一百二", 120), ("两千五", 2500), ("一万二千", 12000), ("三万", 30000),
    ],
)  # fmt: skip
def test_spoken_numbers(spoken: str, value: int) -> None:
    assert number(spoken) == value


def test_numbers_are_written_in_digits_for_search_and_other_words_stay() -> None:
    assert in_digits("三栋二单元五零二，一共二十三户") == "3栋2单元502，一共23户"
    assert in_digits("万一停水，帮我看一下，一直没修") == "万一停水，帮我看一下，一直没修"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("电话幺三八零零一三八零零零", "13800138000"),
        ("打138 0013 8000", "13800138000"),
        ("座机零二八，八七六五四三二一", "02887654321"),
        ("回我+86 138 0013 8000", "13800138000"),
        ("我住五零二，幺三八零零一三八零零零", "13800138000"),
    ],
)
def test_telephone_numbers_are_found_as_they_are_said(said: str, found: str) -> None:
    [phone] = phones(said)
    assert phone.number == found
    assert said[phone.start : phone.end] == phone.text


def test_two_numbers_said_in_one_breath_are_two() -> None:
    assert [phone.number for phone in phones("13800138000，13900139000")] == ["13800138000", "13900139000"]


@pytest.mark.parametrize(
    "said",
    [
        "打12345",
        "一二三四五六七",
        "花了一千三百块",
        "三栋二单元五零二",
        "510107199001011234",
        "6222 0200 1234 5678 901",
    ],
)
def test_other_numbers_are_no_telephone_numbers(said: str) -> None:
    assert phones(said) == []


@pytest.mark.parametrize(
    ("said", "day", "part", "hour"),
    [
        ("前天下午三点", date(2026, 11, 21), "下午", 15),
        ("上个星期三", date(2026, 11, 18), "", None),
        ("下周一早上八点半", date(2026, 11, 30), "早上", 8),
        ("三天前", date(2026, 11, 20), "", None),
        ("昨晚十点", date(2026, 11, 22), "晚上", 22),
        ("去年十二月三十一号", date(2025, 12, 31), "", None),
        ("上个月十五号", date(2026, 10, 15), "", None),
        ("昨天夜里两点", date(2026, 11, 22), "夜里", 2),
        ("昨天半夜十一点", date(2026, 11, 22), "半夜", 23),
        ("昨天半夜十二点", date(2026, 11, 22), "半夜", None),
    ],
)
def test_days_are_meant_from_the_day_of_the_call(said: str, day: date, part: str, hour: int | None) -> None:
    text = f"我们{said}就没得水了"
    [found] = days(text, MONDAY)
    assert (found.day, found.part, found.hour) == (day, part, hour)
    assert text[found.start : found.end] == found.text


def test_a_day_that_does_not_exist_is_none() -> None:
    assert days("二月三十号", MONDAY) == []


@pytest.mark.parametrize("said", ["九千九百九十九万天前", "九百九十万天后", "99999999999天前"])
def test_days_beyond_the_calendar_are_none(said: str) -> None:
    assert days(said, MONDAY) == []


@pytest.mark.parametrize(
    ("said", "name"),
    [("我叫李桂芳，住三栋", "李桂芳"), ("我姓唐", "唐"), ("我是锦官新城三栋二单元五零二的老刘哦", "老刘")],
)
def test_a_name_that_was_given_is_found(said: str, name: str) -> None:
    found = caller(said)
    assert found is not None
    assert found.name == said[found.start : found.end] == name


@pytest.mark.parametrize("said", ["我是想问低保", "老刘家漏水", "王婆婆摔了"])
def test_other_people_are_not_taken_for_the_caller(said: str) -> None:
    assert caller(said) is None
