import csv
from pathlib import Path

import jieba
import pytest

from nlp.segmentation import Segmenter


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(["臭鸡蛋味", "喊不答应"])


def texts() -> list[str]:
    with (Path(__file__).parent / "utterances.tsv").open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file, delimiter="\t")]


def test_the_words_are_those_of_jieba(segmenter: Segmenter) -> None:
    ours = segmenter._tokenizer
    plain = jieba.Tokenizer()
    plain.FREQ, plain.total, plain.initialized = ours.FREQ, ours.total, True
    for text in [*texts(), "", "wifi坏了 ABC-12，\n🔥 \r\n龘"]:
        assert segmenter.cut(text) == list(plain.cut(text, HMM=False))


def test_ordinary_words_are_numbered_only_in_the_clauses_that_are_asked_about(segmenter: Segmenter) -> None:
    text = "路灯坏了，电梯也停了"
    words = segmenter.ordinary_words(text, [6])
    assert words[:5] == [0] * 5
    assert words[5] == words[6] != 0
    assert words[7] == 0


def test_a_word_of_the_lexicon_is_no_ordinary_word(segmenter: Segmenter) -> None:
    assert "臭鸡蛋味" in segmenter.cut("一股臭鸡蛋味")
    assert not any(segmenter.ordinary_words("臭鸡蛋味", range(4)))
