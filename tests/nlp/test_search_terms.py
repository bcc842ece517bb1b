"""What finds what, without a database: a question's terms among those of a text."""

from datetime import date

import pytest

from nlp.search_terms import question_terms, text_terms

TODAY = date(2026, 11, 23)


def finds(question: str, text: str, *names: str, said_on: date = TODAY) -> bool:
    terms = text_terms(text, said_on, names)

    def there(wanted: str) -> bool:
        if wanted.endswith("*"):
            return any(term.startswith(wanted[:-1]) for term in terms)
        return wanted in terms

    asked = question_terms(question, TODAY)
    return bool(asked) and all(any(all(map(there, way)) for way in word) for word in asked)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("三栋", "我住3栋"),
        ("3栋", "我住三栋二单元"),
        ("３栋", "我住三幢"),
        ("3栋2单元", "三栋的二单元漏水"),
        ("502", "三栋二单元五零二"),
        ("13800001234", "我的号码幺三八，零零零零，幺二三四"),
        ("138-0000-1234", "打13800001234"),
        ("1234", "打13800001234"),
        ("天福苑路灯", "路灯又坏了，天福苑这边"),
        ("下水 臭", "下水道堵了，好臭"),
        ("水道", "下水道堵了"),
        ("堵", "下水道堵"),
        ("李桂芳", "我叫李桂芳，住天福苑"),
        ("2026-11-21", "前天下午停水"),
        ("2026年11月21日", "前天下午停水"),
        ("11月21号", "前天下午停水"),
        ("昨天", "昨天停水"),
        ("tfy", "天福苑的下水道"),
        ("TFY", "天福苑的下水道"),
        ("xsd", "天福苑的下水道"),
        ("led", "LED路灯坏了"),
    ],
)
def test_it_is_found_however_it_was_said(question: str, text: str) -> None:
    assert finds(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("3栋", "我住13栋"),
        ("三栋", "我住3单元"),
        ("2026-11-21", "昨天下午停水"),
        ("李桂芳", "我叫李桂英"),
        ("下水道", "路灯坏了"),
        ("tfy", "路灯坏了"),
        ("12345678", "打13800001234"),
        ("，。！", "路灯坏了"),
        ("", "路灯坏了"),
    ],
)
def test_something_else_is_not(question: str, text: str) -> None:
    assert not finds(question, text)


def test_a_day_is_counted_from_the_day_on_which_it_was_said() -> None:
    assert finds("2026-03-07", "前天停水", said_on=date(2026, 3, 9))


def test_the_place_and_the_courtyard_are_found_too() -> None:
    assert finds("锦绣花园", "路灯坏了", "锦绣花园")
    assert finds("jxhy", "路灯坏了", "锦绣花园")


def test_terms_hold_nothing_that_a_query_language_would_read() -> None:
    terms = text_terms("a'b\"c* OR (天福苑) | & ! : \\ ²①ⅷ", TODAY)
    assert all(term.isalnum() for term in terms)
    asked = question_terms("a'b\"c* OR (天福苑) | & ! : \\ ²①ⅷ", TODAY)
    assert all(term.rstrip("*").isalnum() for word in asked for way in word for term in way)
