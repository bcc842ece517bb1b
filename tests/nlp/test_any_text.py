"""Whatever arrives is understood without harm: properties over any Unicode text."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nlp.lexicon import load_lexicon
from nlp.understanding import Understander, Understanding

LEXICON = load_lexicon()
DOMAINS = {entry.value for entry in LEXICON.domains.entries} | {LEXICON.domains.fallback}
# Words that mean something side by side with anything else, so that rules, guards, dialect and places are reached.
PIECES = st.sampled_from(
    [
        "老人",
        "晕倒",
        "喊不答应",
        "着火",
        "煤气",
        "没有",
        "去年",
        "如果",
        "啥子",
        "莫得",
        "屋头",
        "三栋",
        "二单元",
        "五零二",
        "天福苑",
        "建设路",
        "的",
        "了",
        "，",
        "。",
        "停水",
        "垃圾",
        "楼上",
        "没气",
        "早火",
        "一动不动",
        "İ",
        "ß",
        "🔥",
        "\x00",
        "�",
        "ａ",
        "３",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join))
CALMLY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def pointing(understood: Understanding) -> list[tuple[str, int, int]]:
    evidence = [(item.word, item.start, item.end) for item in understood.evidence]
    return evidence + [(place.text, place.start, place.end) for place in understood.places]


@CALMLY
@given(TEXTS)
@example("老人" * 1500)
def test_any_text_gives_a_valid_answer_and_stays_as_it_was(understander: Understander, text: str) -> None:
    understood = understander.understand(text)
    assert understood.text == text
    assert understood.domain in DOMAINS
    assert understood.urgency in {"emergency", "urgent", "normal", "planning"}
    assert (understood.ring in {"119", "120", "110"}) == (understood.urgency == "emergency")


@CALMLY
@given(TEXTS)
def test_what_is_pointed_at_stands_there(understander: Understander, text: str) -> None:
    for word, start, end in pointing(understander.understand(text)):
        assert 0 <= start < end <= len(text)
        assert text[start:end] == word


@CALMLY
@given(TEXTS)
def test_an_emergency_always_shows_why(understander: Understander, text: str) -> None:
    understood = understander.understand(text)
    shown = any(item.kind == "emergency" for item in understood.evidence)
    assert shown == (understood.urgency == "emergency")
