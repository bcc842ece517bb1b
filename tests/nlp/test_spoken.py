"""Pauses in a transcript part no words that belong together, and offsets point into the text as it stands."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.spoken import PAUSES, understand_spoken
from nlp.understanding import Understander


def without_pauses(text: str) -> str:
    return "".join(character for character in text if character not in PAUSES)


@pytest.mark.parametrize(
    ("fluent", "hesitant"),
    [
        ("厨房里头着火了", "厨房里头，着，火了"),
        ("天福苑三栋二单元的路灯坏了", "天福苑，三栋，二单元的，路灯坏了"),
        ("屋里头煤气漏了，快来人", "屋里头煤，气漏了，快来人"),
    ],
)
def test_a_hesitant_voice_is_understood_as_a_fluent_one(
    understander: Understander, fluent: str, hesitant: str
) -> None:
    expected, got = understander.understand(without_pauses(fluent)), understand_spoken(understander, hesitant)
    assert (got.domain, got.urgency, got.ring) == (expected.domain, expected.urgency, expected.ring)
    assert [place.name for place in got.places] == [place.name for place in expected.places]
    assert got.text == hesitant


def test_evidence_and_places_point_at_the_words_as_they_stand(understander: Understander) -> None:
    text = "天福苑，三栋，二单元，厨房里头着，火了"
    got = understand_spoken(understander, text)
    assert got.evidence
    assert got.places
    assert all(text[item.start : item.end] == item.word for item in got.evidence)
    assert all(text[place.start : place.end] == place.text for place in got.places)
    assert any(item.word == "着，火" or "着，火" in item.word for item in got.evidence)


def test_a_text_without_pauses_is_understood_as_ever(understander: Understander) -> None:
    text = "厨房着火了。快来人"
    assert understand_spoken(understander, text) == understander.understand(text)


@given(st.text("天福苑三栋着火了没有煤气漏，。\n ab", max_size=40))
def test_any_pauses_keep_the_text_and_point_into_it(text: str) -> None:
    got = understand_spoken(_UNDERSTANDER, text)
    assert got.text == text
    assert all(text[item.start : item.end] == item.word for item in got.evidence)


_UNDERSTANDER = Understander.load()


def test_pauses_at_random_change_no_urgency(understander: Understander) -> None:
    said = "我闻到屋里头煤气味道好大老人喊不答应了你们快点来"
    generator = random.Random(1)
    expected = understander.understand(said).urgency
    for _ in range(20):
        hesitant = "".join(character + ("，" if generator.random() < 0.2 else "") for character in said)
        assert understand_spoken(understander, hesitant).urgency == expected == "emergency"
