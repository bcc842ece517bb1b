"""What counts as an answer by text."""

import csv
from pathlib import Path

import pytest

from handling.campaigns.survey_answers import read_answer, says_nothing, says_start, says_stop
from models import Question, QuestionKind


def choice(*choices: str) -> Question:
    return Question(kind=QuestionKind.CHOICE, text="", choices=list(choices), low=0, high=0)


def ranged(kind: QuestionKind, low: int, high: int) -> Question:
    return Question(kind=kind, text="", choices=[], low=low, high=high)


UTTERANCES = Path(__file__).parents[1] / "data" / "utterances"
WAYS = choice("走路", "公交", "自己开车")


@pytest.mark.parametrize(
    "body",
    ["1", "一", "选1", "第一个", "１。", "选第一个嘛", "A", "走路", "我选走路", " 1 谢谢", "就第一个吧", "走路哈"],
)
def test_the_first_choice_in_many_ways(body):
    assert read_answer(WAYS, body) == 1


@pytest.mark.parametrize(
    "body",
    [
        "4",
        "119",
        "1 2",
        "公交车站太远了，等半天",
        "走路要好久",
        "天福苑1栋的灯坏了",
        "一二",
        "好",
        "?",
        "救命",
        "12",
    ],
)
def test_what_is_no_choice_stays_what_it_is(body):
    assert read_answer(WAYS, body) is None


@pytest.mark.parametrize(
    ("body", "days"), [("5", 5), ("大概五天", 5), ("0", 0), ("每周三天左右", 3), ("两天嘛", 2), ("七天", 7)]
)
def test_numbers_as_people_write_them(body, days):
    assert read_answer(ranged(QuestionKind.NUMBER, 0, 7), body) == days


@pytest.mark.parametrize("body", ["8", "三四天", "3-4天", "不一定", "下雨就不出门"])
def test_a_number_out_of_range_or_two_numbers_are_none(body):
    assert read_answer(ranged(QuestionKind.NUMBER, 0, 7), body) is None


@pytest.mark.parametrize("body", ["110", "119", "120", "122"])
def test_a_cry_for_help_is_never_a_number(body):
    assert read_answer(ranged(QuestionKind.NUMBER, 0, 1000), body) is None


@pytest.mark.parametrize(
    ("body", "score"), [("5分", 5), ("打四分", 4), ("三颗星", 3), ("6", None), ("很差", None)]
)
def test_scores(body, score):
    assert read_answer(ranged(QuestionKind.SCALE, 1, 5), body) == score


def test_yes_and_no():
    assert says_start("好的")
    assert says_start("１")
    assert not says_start("好久修路灯")
    assert says_stop("停。")
    assert says_stop("2", invited=True)
    assert not says_stop("2")
    assert not says_stop("停水了")


def test_nothing_to_say_is_no_suggestion():
    assert says_nothing("没有")
    assert says_nothing("没得啥子意见")
    assert says_nothing("不晓得。")
    assert not says_nothing("没有路灯")
    assert not says_nothing("没有人管垃圾")


def spoken_by_residents():
    """Thousands of sentences as residents say and text them, with every kind of danger among them."""
    for path in sorted(UTTERANCES.glob("*.tsv")):
        if path.stem != "heldout":
            with path.open(encoding="utf-8") as file:
                yield from (row["text"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_no_sentence_of_a_resident_is_ever_taken_for_an_answer():
    questions = [WAYS, ranged(QuestionKind.SCALE, 1, 5), ranged(QuestionKind.NUMBER, 0, 9999)]
    sentences = list(spoken_by_residents())
    assert len(sentences) > 3000
    taken = [
        text
        for text in sentences
        if says_start(text)
        or says_stop(text, invited=True)
        or says_nothing(text)
        or any(read_answer(question, text) is not None for question in questions)
    ]
    assert taken == []
