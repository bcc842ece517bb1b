"""The texts of campaigns: the templates that a scheme needs, and how a question is written and read aloud."""

from collections.abc import Mapping

from models import Campaign, Question, QuestionKind

# The invitation to a questionnaire, the one to speak up, then the questions and what ends them.
INVITATION, TOPIC = "survey_invite", "survey_topic"
SURVEY_NOTICES = (
    INVITATION,
    TOPIC,
    "survey_question",
    "survey_thanks",
    "survey_stopped",
    "survey_over",
)
SURVEY_VARIABLES = frozenset(("survey", "survey_count", "survey_place", "survey_question", "survey_options"))


def campaign_variables(campaign: Campaign) -> Mapping[str, object]:
    return {"survey": campaign.title, "survey_count": len(campaign.questions)}


def question_variables(campaign: Campaign, question: Question) -> Mapping[str, object]:
    return {
        **campaign_variables(campaign),
        "survey_place": f"{question.position}/{len(campaign.questions)}",
        "survey_question": question.text,
        "survey_options": options_text(question),
    }


def options_text(question: Question) -> str:
    """How to answer by text."""
    if question.kind is QuestionKind.CHOICE:
        return "请回数字：" + "，".join(
            f"{place}{choice}" for place, choice in enumerate(question.choices, start=1)
        )
    if question.kind is QuestionKind.SCALE:
        return f"请回{question.low}到{question.high}的数字，{question.high}最好"
    if question.kind is QuestionKind.NUMBER:
        return "请回一个数字"
    return "请直接回短信说，没有就回“没有”"


def introduction_script(campaign: Campaign, community: str) -> str:
    """What the introduction of a call says, to be read aloud: who rings, why, how long, that it is recorded where
    something is, and how never to be rung again (PIPL article 17)."""
    spoken = any(question.kind is QuestionKind.SPEECH for question in campaign.questions)
    recorded = "您说的话会录音。" if spoken else ""
    return (
        f"您好，这里是{community}。想请您答{len(campaign.questions)}个关于{campaign.title}的问题，一两分钟。{recorded}"
        "不想答请挂机，以后也不想接到，请按九。"
    )


def question_script(question: Question) -> str:
    """What the recording of a question says. 请按一，数字一: a single 一 is lost on the telephone."""
    if question.kind is QuestionKind.CHOICE:
        keys = (f"{choice}请按{_spoken(place)}" for place, choice in enumerate(question.choices, start=1))
        return f"{question.text}{'，'.join(keys)}。"
    if question.kind is QuestionKind.SCALE:
        low, high = _spoken(question.low), _spoken(question.high)
        return f"{question.text}请按{low}到{high}的数字，{high}最好。"
    if question.kind is QuestionKind.NUMBER:
        return f"{question.text}请按数字键。"
    return f"{question.text}听到提示音后请讲，说完不出声，等一会儿就好。"


def _spoken(digit: int) -> str:
    return "零一二三四五六七八九"[digit]
