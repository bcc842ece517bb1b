"""What the review page proposes: lists to choose from, the draft of the SMS."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from handling.intake import set_level
from handling.learning.second_opinions import QUESTIONS, second_opinion
from handling.lexicon_versions import bundled_lexicon, dialect_in_force
from handling.notices import case_variables, compose, sms_segments, sms_units
from handling.residents import can_receive_sms
from hotline.current import current
from models import Courtyard, Resident, Suggestion, Urgency
from nlp.second_opinion import Opinion


@dataclass(frozen=True)
class Draft:
    """The SMS, and how long it is or why it will not go."""

    text: str
    size: str


def domain_names() -> list[str]:
    """The scheme's domains, else the default taxonomy's."""
    if current().scheme.domains:
        return list(current().scheme.domains)
    return _values("domains")


def demand_type_names() -> list[str]:
    return _values("demand_types")


def standard_wording(session: Session, text: str) -> str:
    """The corrected text in standard wording (啥子→什么)."""
    return dialect_in_force(session).standardise(text.strip()).text


def second_opinions(case: Suggestion, places: Iterable[Courtyard]) -> dict[str, Opinion]:
    """By question (domain, urgency), what the trained model says otherwise than the keywords did."""
    home, names = current().settings.home, [name for place in places for name in (place.name, *place.aliases)]
    choices: dict[str, list[str]] = {"domain": domain_names(), "urgency": [urgency.value for urgency in Urgency]}
    keywords = {"domain": case.domain, "urgency": case.urgency.value}
    asked = {q: second_opinion(home, q, case.text, choices[q], names) for q in QUESTIONS}
    return {question: said for question, said in asked.items() if said and said.label != keywords[question]}


def draft_of(session: Session, case: Suggestion, decision: str, level: str, note: str) -> Draft:
    """What the resident will get. Changes the case's level in `session`, which must not be committed."""
    hotline = current()
    action = hotline.scheme.first_step.action(decision)
    if action is None or not action.notice or case.resident is None:
        return Draft("", "没有号码，通知不了。" if case.resident is None else "不发短信。")
    if level in {known.code for known in hotline.scheme.levels}:
        set_level(session, hotline.scheme, case, level)
    if action.state is not None:
        case.state = action.state
    variables = {
        **case_variables(hotline.scheme, case, hotline.clock.now()),
        "community": hotline.scheme.community.name,
        "reason": note.strip() or "……",
    }
    text = compose(hotline.scheme, hotline.scheme.notices[action.notice], variables)
    return Draft(text, _size(case.resident, text))


def _size(resident: Resident, text: str) -> str:
    if resident.opted_out_at is not None:
        return "居民退订了短信，这条不会发。"
    if not can_receive_sms(resident):
        return "这个号码收不了短信，会自动打电话回话。"
    return f"{sms_units(text)} 字，{sms_segments(text)} 条短信。"


def _values(table: str) -> list[str]:
    found = getattr(bundled_lexicon(), table)
    return list(dict.fromkeys([*(entry.value for entry in found.entries), found.fallback]))
