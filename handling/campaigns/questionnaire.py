"""The questions of a campaign: written in a draft, or taken from a bundled questionnaire."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete
from sqlalchemy.orm import Session

from handling.campaigns.running import CampaignInvalid, CampaignNotAllowed
from handling.campaigns.survey_notices import question_variables
from handling.scheme import Scheme
from handling.sms import SEGMENT_OF_MANY, sms_units
from models import Campaign, CampaignSound, CampaignState, Question, QuestionKind

KINDS = {
    QuestionKind.CHOICE: "选一个",
    QuestionKind.SCALE: "打分",
    QuestionKind.NUMBER: "填一个数",
    QuestionKind.SPEECH: "自己说（会成为一条建议）",
}
MOST_QUESTIONS = 10
LONGEST_TEXT = 40
# One key of the telephone; 9 says no and 0 asks for a person.
MOST_CHOICES = 8
LONGEST_CHOICE = 10
LARGEST_NUMBER = 9999


@dataclass(frozen=True)
class QuestionDraft:
    """One question as it was typed in. choices: for CHOICE; low, high: for SCALE and NUMBER."""

    kind: QuestionKind
    text: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0


class Entry(BaseModel):
    """A question in a bundled questionnaire."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["choice", "scale", "number", "speech"]
    text: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0

    @property
    def draft(self) -> QuestionDraft:
        return QuestionDraft(QuestionKind(self.kind), self.text, self.choices, self.low, self.high)


class Questionnaire(BaseModel):
    """A bundled questionnaire. days: how long it runs. served_days: see `campaigns.Target`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    purpose: str
    days: int
    served_days: int = 0
    questions: tuple[Entry, ...]


@cache
def bundled_questionnaires() -> dict[str, Questionnaire]:
    """By file name without .toml."""
    files = (file for file in resources.files("handling.questionnaires").iterdir() if file.name.endswith(".toml"))
    return {
        file.name.removesuffix(".toml"): Questionnaire.model_validate(tomllib.loads(file.read_text("utf-8")))
        for file in sorted(files, key=lambda file: file.name)
    }


def add_question(session: Session, scheme: Scheme, campaign: Campaign, draft: QuestionDraft) -> Question:
    """At the end. Raises CampaignInvalid, CampaignNotAllowed."""
    _only_in_draft(campaign)
    if len(campaign.questions) >= MOST_QUESTIONS:
        raise CampaignInvalid({"text": f"最多 {MOST_QUESTIONS} 个问题，多了老人家答不完"})
    question = Question(position=len(campaign.questions) + 1)
    write_question(scheme, campaign, question, draft)
    campaign.questions.append(question)
    session.flush()
    return question


def change_question(
    session: Session, scheme: Scheme, campaign: Campaign, question: Question, draft: QuestionDraft
) -> None:
    """Its recording said the old words: it goes. Raises CampaignInvalid, CampaignNotAllowed."""
    _only_in_draft(campaign)
    write_question(scheme, campaign, question, draft)
    session.execute(delete(CampaignSound).where(CampaignSound.question_id == question.id))


def remove_question(session: Session, campaign: Campaign, question: Question) -> None:
    _only_in_draft(campaign)
    session.execute(delete(CampaignSound).where(CampaignSound.question_id == question.id))
    campaign.questions.remove(question)
    _number(campaign.questions)


def move_question_up(campaign: Campaign, question: Question) -> None:
    _only_in_draft(campaign)
    order = list(campaign.questions)
    place = order.index(question)
    if place > 0:
        order[place - 1], order[place] = order[place], order[place - 1]
    _number(order)
    campaign.questions.sort(key=lambda each: each.position)


def write_question(scheme: Scheme, campaign: Campaign, question: Question, draft: QuestionDraft) -> None:
    """Raises CampaignInvalid."""
    if errors := _mistakes(draft):
        raise CampaignInvalid(errors)
    kind = draft.kind
    numeric = kind in (QuestionKind.SCALE, QuestionKind.NUMBER)
    question.kind, question.text = kind, draft.text.strip()
    question.choices = [choice.strip() for choice in draft.choices] if kind is QuestionKind.CHOICE else []
    question.low, question.high = (draft.low, draft.high) if numeric else (0, 0)
    template = scheme.notices["survey_question"]
    words = scheme.community.signature + template.text.format_map(
        {**question_variables(campaign, question), "survey_place": f"{MOST_QUESTIONS}/{MOST_QUESTIONS}"}
    )
    over = sms_units(words) - SEGMENT_OF_MANY * template.segments
    if over > 0:
        raise CampaignInvalid({"text": f"问题和选项加起来，短信放不下，请缩短 {over} 个字"})


def _mistakes(draft: QuestionDraft) -> dict[str, str]:
    errors = {}
    if not 2 <= len(draft.text.strip()) <= LONGEST_TEXT:
        errors["text"] = f"问题写 2 到 {LONGEST_TEXT} 个字"
    choices = [choice.strip() for choice in draft.choices]
    if draft.kind is QuestionKind.CHOICE and (
        not 2 <= len(choices) <= MOST_CHOICES
        or len(set(choices)) < len(choices)
        or not all(1 <= len(choice) <= LONGEST_CHOICE for choice in choices)
    ):
        errors["choices"] = f"写 2 到 {MOST_CHOICES} 个不同的选项，一行一个，每个最多 {LONGEST_CHOICE} 个字"
    highest = {QuestionKind.SCALE: 9, QuestionKind.NUMBER: LARGEST_NUMBER}.get(draft.kind)
    if highest is not None and not 0 <= draft.low < draft.high <= highest:
        errors["high"] = f"从小到大，最大 {highest}"
    return errors


def _number(order: list[Question]) -> None:
    for position, question in enumerate(order, start=1):
        question.position = position


def _only_in_draft(campaign: Campaign) -> None:
    if campaign.state is not CampaignState.DRAFT:
        raise CampaignNotAllowed("已经开始了，问题不能再改")
