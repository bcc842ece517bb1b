"""What a doubtful word may have been."""

import time

import pytest

from nlp.alternatives import (
    DIALECT,
    HEARD,
    KEYWORD,
    MOST,
    PLACE,
    Alternative,
    Vocabulary,
    alternatives,
    keywords_of,
)
from nlp.lexicon import DEFAULT, load_lexicon

VOCABULARY = Vocabulary(["煤气", "下水道", "漏水", "路灯"], ["天福苑", "锦绣花园"], ["莫得", "啥子"])


def said(*words: str, doubtful: str = "", heard: tuple[str, ...] = ()) -> list[dict[str, object]]:
    return [
        {"word": word, **({"alternatives": list(heard)} if word == doubtful and heard else {})} for word in words
    ]


@pytest.mark.parametrize(
    ("words", "i", "wanted"),
    [
        (("天府", "院", "的", "路灯"), 0, Alternative("天福苑", 0, 1, PLACE)),
        (("天府", "院", "的", "路灯"), 1, Alternative("天福苑", 0, 1, PLACE)),
        (("屋头", "有", "没气", "味"), 2, Alternative("煤气", 2, 2, KEYWORD)),
        (("下水", "到", "堵", "了"), 1, Alternative("下水道", 0, 1, KEYWORD)),
        # The keyword begins and ends within words.
        (("那下", "水到堵", "了"), 1, Alternative("那下水道堵", 0, 1, KEYWORD)),
        # 街 gai and the like: as Sichuan reads them, and n for l.
        (("墨", "得", "人"), 0, Alternative("莫得", 0, 1, DIALECT)),
        (("路", "能", "坏", "了"), 1, None),
    ],
)
def test_words_of_the_community_are_found_by_their_sound(
    words: tuple[str, ...], i: int, wanted: Alternative | None
) -> None:
    found = alternatives(said(*words), i, VOCABULARY)
    assert found[:1] == ([wanted] if wanted else [])


def test_what_the_recogniser_heard_otherwise_stands_beside_what_sounds_right() -> None:
    found = alternatives(said("天府", "院", doubtful="天府", heard=("天赋", "填付")), 0, VOCABULARY)
    assert [(option.text, option.why) for option in found] == [("天赋", HEARD), ("天福苑", PLACE), ("填付", HEARD)]


def test_a_word_that_is_right_as_it_stands_has_no_alternative() -> None:
    words = said("天福苑", "的", "下水道", "漏水")
    assert [alternatives(words, i, VOCABULARY) for i in range(4)] == [[], [], [], []]


def test_a_neighbour_that_needs_no_change_is_no_reason() -> None:
    assert alternatives(said("路灯", "坏", "了"), 1, VOCABULARY) == []


def test_there_are_never_more_than_keys() -> None:
    words = said("天府", "院", doubtful="天府", heard=tuple("一二三四五六七八九十甲乙"))
    assert len(alternatives(words, 0, VOCABULARY)) == MOST


def test_foreign_and_empty_words_do_no_harm() -> None:
    assert alternatives([{"word": "OK"}, {"word": ""}], 0, VOCABULARY) == []
    assert alternatives([{"word": "OK"}, {"word": ""}], 1, VOCABULARY) == []


def test_the_whole_lexicon_takes_less_than_a_millisecond_a_word() -> None:
    lexicon = load_lexicon(DEFAULT)
    vocabulary = Vocabulary(keywords_of(lexicon), ["天福苑"], lexicon.wording)
    words = said(
        *[
            "我们",
            "天府",
            "院",
            "的",
            "下水",
            "到",
            "堵",
            "了",
            "没气",
            "味道",
            "很",
            "大",
            "楼道",
            "等",
            "坏",
            "了",
        ]
    )
    found = {option.text for option in alternatives(words, 8, vocabulary)}
    assert "煤气" in found
    started = time.process_time()
    for i in range(len(words)):
        alternatives(words, i, vocabulary)
    assert time.process_time() - started < 0.001 * len(words)
