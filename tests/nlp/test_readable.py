"""The text for reading: punctuation where the voice paused, digits where one writes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.audio import Audio
from nlp.readable import find_silences, mark_for, readable, with_digits
from nlp.transcription import Word


def spoken(*parts: tuple[str, float]) -> list[Word]:
    """Words of 0.4 s, each with the pause that follows it."""
    words, now = [], 0.3
    for text, pause in parts:
        words.append(Word(text, now, now + 0.4, 0.9))
        now += 0.4 + pause
    return words


def test_pauses_become_commas_stops_and_paragraphs() -> None:
    words = spoken(("天福苑", 0.1), ("三栋", 0.7), ("路灯", 0.0), ("坏了", 1.4), ("好黑", 3.0), ("谢谢", 0))
    assert readable(words) == "天福苑3栋，路灯坏了。好黑。\n谢谢。"


def test_who_speaks_without_a_pause_gets_no_punctuation() -> None:
    assert readable(spoken(("路灯", 0.2), ("坏了", 0.2))) == "路灯坏了"
    assert readable([]) == ""


@pytest.mark.parametrize(
    ("pause", "mark"), [(0.0, ""), (0.49, ""), (0.5, "，"), (1.0, "。"), (2.4, "。"), (2.5, "。\n")]
)
def test_the_longer_the_pause_the_stronger_the_mark(pause: float, mark: str) -> None:
    assert mark_for(pause) == mark


def audio_with_silence(start: float, end: float, seconds: float, noise: float = 0.0) -> Audio:
    generator = np.random.default_rng(1)
    samples = generator.normal(0, 0.1, int(seconds * 16_000))
    samples[int(start * 16_000) : int(end * 16_000)] = 0
    samples = (samples + generator.normal(0, noise, len(samples))).astype(np.float32)
    return Audio(samples, 16_000, 16_000, peak=-10.0, level=-20.0, clipped=0.0)


@pytest.mark.parametrize("noise", [0.0, 0.003], ids=["clean line", "noisy line"])
def test_a_pause_that_word_times_hide_is_found_in_the_sound(noise: float) -> None:
    audio = audio_with_silence(1.0, 2.2, 4.0, noise)
    [(start, end)] = find_silences(audio)
    assert (start, end) == (pytest.approx(1.0, abs=0.03), pytest.approx(2.2, abs=0.03))
    # The second word's time begins with the silence before it, as some models tell it.
    words = [Word("路灯", 0.0, 1.0, 0.9), Word("坏了", 1.0, 4.0, 0.9)]
    assert readable(words) == "路灯坏了"
    assert readable(words, audio) == "路灯。坏了。"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("三栋二单元五楼", "3栋2单元5楼"),
        ("二十三号楼二零三室", "23号楼203室"),
        ("十二栋三百零五室", "12栋305室"),
        ("交了一百二十块钱", "交了120块钱"),
        ("一千零二十元", "1020元"),
        ("电话幺三八零零一三八零零零", "电话13800138000"),
        ("打幺幺九还是幺二零", "打119还是120"),
    ],
)
def test_houses_money_and_telephone_numbers_are_written_with_digits(said: str, written: str) -> None:
    assert with_digits(said) == written


@pytest.mark.parametrize(
    "said",
    [
        "等一下",
        "三番五次",
        "十几块钱",
        "几十元",
        "二三十块钱",
        "三四楼",
        "第一栋",
        "一楼梯",
        "一个人",
        "一块砖",
        "一二九运动",
        "百元",
        "一百五十万元",
        "五点",
    ],
)
def test_numerals_that_are_a_manner_of_speaking_stay(said: str) -> None:
    assert with_digits(said) == said


@given(st.lists(st.tuples(st.text("一二三十百栋楼元幺零九天a ", min_size=1, max_size=6), st.floats(0, 5))))
def test_any_words_give_a_text_that_only_adds_marks_and_digits(parts: list[tuple[str, float]]) -> None:
    words = spoken(*parts)
    text = readable(words)
    bare = [char for char in text if char not in "，。\n 0123456789"]
    said = [char for word in words for char in word.word]
    assert [char for char in bare if char not in "一二三十百幺零九"] == [
        char for char in said if char not in "一二三十百幺零九 "
    ]
