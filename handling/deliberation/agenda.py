"""议事助手: an agenda proposed from the cases themselves, by counting alone. What several households report
becomes an item with its figures and some of their words, without personal data; a coordinator edits it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.deliberation.stages import TopicDraft
from handling.quotes import quotable
from handling.similar_cases import HotMatter, hot_matters
from models import Courtyard, Deliberation, DeliberationState, Suggestion, Topic

QUOTES = 3
# Of a hot matter's words in its title.
WORDS = 3


@dataclass(frozen=True)
class AgendaItem:
    """number: the case that leads the matter. text: figures and quotes, as the coordinator finds them to edit.
    days: since the first report. is_deliberated: a deliberation about it runs already."""

    number: int
    title: str
    text: str
    courtyard: Courtyard | None
    households: int
    cases: int
    days: int
    quotes: tuple[str, ...]
    is_deliberated: bool


def propose_agenda(session: Session, now: datetime) -> list[AgendaItem]:
    """What most households report stands first. Four statements, whatever the length. Nothing confidential."""
    matters = hot_matters(session, now=now)
    cases = _cases(session, matters)
    deliberated = _deliberated(session, [case.id for case in cases.values()])
    return [_item(matter, cases, deliberated, now) for matter in matters]


def topics_of(session: Session, items: Sequence[tuple[int, str, str]]) -> list[TopicDraft]:
    """The edited items, each (case number, title, text), as topics. Numbers of no case make topics without one."""
    numbers = [number for number, _, _ in items]
    found = {
        case.number: case for case in session.scalars(select(Suggestion).where(Suggestion.number.in_(numbers)))
    }
    return [TopicDraft(title, text, found.get(number)) for number, title, text in items]


def _cases(session: Session, matters: Sequence[HotMatter]) -> dict[int, Suggestion]:
    ids = [told.id for matter in matters for told in matter.cases]
    return {case.id: case for case in session.scalars(select(Suggestion).where(Suggestion.id.in_(ids)))}


def _deliberated(session: Session, ids: Collection[int]) -> set[int]:
    open_states = (DeliberationState.DRAFT, DeliberationState.RUNNING)
    topics = (
        select(Topic.suggestion_id)
        .join(Deliberation)
        .where(Topic.suggestion_id.in_(ids), Deliberation.state.in_(open_states))
    )
    return {suggestion_id for suggestion_id in session.scalars(topics) if suggestion_id is not None}


def _item(
    matter: HotMatter, cases: dict[int, Suggestion], deliberated: Collection[int], now: datetime
) -> AgendaItem:
    told = [cases[one.id] for one in matter.cases]
    first = told[0]
    courtyard = first.courtyard if matter.courtyard else None
    domain = Counter(case.domain for case in told if case.domain).most_common(1)
    days = (now.astimezone(SHANGHAI).date() - first.received_at.astimezone(SHANGHAI).date()).days
    quotes = tuple(dict.fromkeys(quotable(case.standard_text or case.text) for case in told))[:QUOTES]
    words = [word for word in matter.words if not any(word != other and word in other for other in matter.words)]
    subject = "、".join(words[:WORDS]) or (domain[0][0] if domain else "居民反映的事")
    figures = [f"{matter.residents}户反映，共{len(told)}件", f"最早{days}天前" if days else "都在今天"]
    figures += [f"领域：{domain[0][0]}"] if domain else []
    return AgendaItem(
        number=first.number,
        title=f"{matter.courtyard}{subject}怎么办",
        text="\n".join(["；".join(figures) + "。", *(f"居民说：“{quote}”" for quote in quotes)]),
        courtyard=courtyard,
        households=matter.residents,
        cases=len(told),
        days=days,
        quotes=quotes,
        is_deliberated=any(case.id in deliberated for case in told),
    )
