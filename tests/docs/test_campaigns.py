"""docs/campaigns.md says what the code does."""

from pathlib import Path

import pytest

from handling.campaigns.people import REST
from handling.campaigns.queries import FIRST_WORDS
from handling.campaigns.questionnaire import LONGEST_TEXT, MOST_QUESTIONS, bundled_questionnaires
from handling.campaigns.results import SMALLEST_GROUP
from handling.campaigns.survey_answers import read_answer, says_stop
from handling.campaigns.survey_texts import PATIENCE
from handling.notices import CALL_HOURS, SMS_HOURS
from models import Question, QuestionKind

TEXT = (Path(__file__).parents[2] / "docs" / "campaigns.md").read_text(encoding="utf-8")


def test_its_numbers_are_the_codes_numbers():
    for said in (
        f"stays open for {PATIENCE.days} days",
        f"in the last {REST.days} days",
        f"fewer than {SMALLEST_GROUP} people",
        f"at most {MOST_QUESTIONS} questions of {LONGEST_TEXT} characters",
        f"in its first {FIRST_WORDS}\n",
        f"closed in the last {bundled_questionnaires()['satisfaction'].served_days} days",
    ):
        assert said in TEXT


def test_its_hours_are_the_codes_hours():
    def written(hours):
        return [f"{opens:%-H:%M}–{closes:%-H:%M}" for opens, closes in hours]

    for hours in (*written(SMS_HOURS), *written(CALL_HOURS)):
        assert hours in TEXT


@pytest.mark.parametrize("body", ["2", "二", "选2", "第二个嘛", "B", "公交"])
def test_its_answers_are_understood(body):
    assert f"`{body}`" in TEXT
    question = Question(kind=QuestionKind.CHOICE, text="", choices=["走路", "公交", "自己开车"], low=0, high=0)
    assert read_answer(question, body) == 2


def test_its_words_of_refusal_are_understood():
    assert says_stop("停")
    assert says_stop("不答了")
    assert says_stop("2", invited=True)
    assert says_stop("不要", invited=True)


def test_the_bundled_questionnaires_are_named_as_on_the_desk():
    for bundled in bundled_questionnaires().values():
        assert bundled.name in TEXT
