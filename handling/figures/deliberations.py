"""议事 in figures: how many were held, who took part, what they came to, and whether people were told.

Each deliberation is counted from one row, which the list behind a figure shows: what is counted is what is listed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from handling.figures.parts import NONE, Dimension, Scope, is_at, names_in
from handling.scheme import Scheme
from models import (
    Courtyard,
    Decision,
    Deliberation,
    DeliberationState,
    Notice,
    NoticeState,
    Outcome,
    Suggestion,
    Topic,
)
from models.sql_times import shanghai_month

DECIDED = (Outcome.PASSED, Outcome.REJECTED)
# When it was held; of one in stages, when it was over.
held_at = func.coalesce(Deliberation.held_on, Deliberation.closed_at)


def _kinds(session: Session, scheme: Scheme) -> Mapping[Any, str]:
    """Those of the scheme, and former ones as they were called."""
    name = Deliberation.rules["name"].as_string()
    former = session.execute(select(Deliberation.kind, func.max(name)).group_by(Deliberation.kind))
    return {row[0]: row[1] for row in former} | {kind.code: kind.name for kind in scheme.deliberations}


def _courtyards(session: Session, scheme: Scheme) -> Mapping[Any, str]:
    return {None: "不分院落", **names_in(Courtyard)(session, scheme)}


DELIBERATION_DIMENSIONS: dict[str, Dimension] = {
    "month": Dimension("月份", shanghai_month(held_at), lambda _session, _scheme: {}),
    "deliberation_kind": Dimension("种类", Deliberation.kind, _kinds),
    "courtyard": Dimension("院落", Deliberation.courtyard_id, _courtyards, words=False),
}


@dataclass(frozen=True)
class Held:
    """A deliberation that is over. keys: its value in each dimension. at: when it was held. of_households: False
    where members of a board decide. topics, decided, passed: how many. is_told: of what it came to."""

    id: int
    title: str
    keys: Mapping[str, Any]
    at: datetime
    of_households: bool
    entitled: int
    took_part: int
    topics: int
    decided: int
    passed: int
    is_told: bool


@dataclass
class HeldTogether:
    """Of one value of a dimension, or of all."""

    key: Any = None
    name: str = ""
    held: list[Held] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The key as it stands in an address."""
        return NONE if self.key in (None, "") else str(self.key)

    @property
    def households(self) -> int:
        return sum(one.took_part for one in self.held if one.of_households)

    def share(self, part: Callable[[Held], int], whole: Callable[[Held], int]) -> float | None:
        all_ = sum(map(whole, self.held))
        return sum(map(part, self.held)) / all_ if all_ else None


@dataclass(frozen=True)
class DeliberationFigure:
    """As `handling.figures.lists.Figure`; counts: the deliberations that its link lists."""

    code: str
    name: str
    definition: str
    kind: str
    listed: str
    counts: Callable[[Held], bool]
    value: Callable[[HeldTogether], float | None]


DELIBERATION_FIGURES = (
    DeliberationFigure(
        "held",
        "议了",
        "这段时间议完的次数：开会的算开会那天，分步议的算最后一步完的那天。正在议的、取消的不算。",
        "count",
        "议完的",
        lambda one: True,
        lambda row: len(row.held),
    ),
    DeliberationFigure(
        "households",
        "参与户次",
        "每次到会（投票）的户数加起来，一户参加两次算两次。只由成员来评的会不算。",
        "count",
        "住户来议的",
        lambda one: one.of_households,
        lambda row: row.households,
    ),
    DeliberationFigure(
        "turnout",
        "参与率",
        "参与户次 ÷ 有表决权的户数，各次加起来算。只由成员来评的会不算。",
        "share",
        "参与不到一半的",
        lambda one: one.of_households and 2 * one.took_part < one.entitled,
        lambda row: row.share(
            lambda one: one.took_part * one.of_households, lambda one: one.entitled * one.of_households
        ),
    ),
    DeliberationFigure(
        "decided",
        "议决率",
        "议出结果（通过、没有通过）的议题 ÷ 全部议题。参与的不够数，就没有议出结果。",
        "share",
        "有议题没议出结果的",
        lambda one: one.decided < one.topics,
        lambda row: row.share(lambda one: one.decided, lambda one: one.topics),
    ),
    DeliberationFigure(
        "passed",
        "通过率",
        "通过的议题 ÷ 议出结果的议题。",
        "share",
        "有议题通过的",
        lambda one: one.passed > 0,
        lambda row: row.share(lambda one: one.passed, lambda one: one.decided),
    ),
    DeliberationFigure(
        "told",
        "结果告知率",
        "结果告诉了居民的 ÷ 议完的。走完了结果反馈这一步、结果短信发出去了、或者议过的事后来答复了，都算。",
        "share",
        "结果还没告诉的",
        lambda one: not one.is_told,
        lambda row: row.share(lambda one: one.is_told, lambda one: 1),
    ),
)


def held_deliberations(session: Session, scope: Scope) -> list[Held]:
    """What the scope has, the newest first; three statements."""
    conditions = _conditions(scope)
    keys = [dimension.key.label(code) for code, dimension in DELIBERATION_DIMENSIONS.items()]
    columns = (
        Deliberation.id,
        Deliberation.title,
        Deliberation.rules,
        Deliberation.entitled,
        Deliberation.attended,
    )
    rows = select(*columns, held_at.label("at"), *keys).where(*conditions)
    topics = _topics(session, conditions)
    told = _told_by_text(session, topics)
    return [
        _held(row, topics.get(row.id, []), told)
        for row in session.execute(rows.order_by(held_at.desc(), Deliberation.id.desc()))
    ]


def held_by(session: Session, scheme: Scheme, dimension: str, held: Sequence[Held]) -> list[HeldTogether]:
    """A row for each value: months in their order, all else by how many were held. One statement."""
    names = DELIBERATION_DIMENSIONS[dimension].names(session, scheme)
    found: dict[Any, HeldTogether] = {}
    for one in held:
        key = one.keys[dimension]
        found.setdefault(key, HeldTogether(key, names.get(key) or str(key))).held.append(one)
    if dimension == "month":
        return sorted(found.values(), key=lambda row: row.name)
    return sorted(found.values(), key=lambda row: (-len(row.held), row.name))


def _conditions(scope: Scope) -> list[ColumnElement[bool]]:
    found = [Deliberation.state == DeliberationState.CLOSED]
    if scope.received_from:
        found.append(held_at >= scope.received_from)
    if scope.received_until:
        found.append(held_at < scope.received_until)
    return found + [is_at(DELIBERATION_DIMENSIONS[code], value) for code, value in scope.narrowed.items()]


@dataclass(frozen=True)
class _Counted:
    """A topic with its last count. is_answered: its case was answered afterwards."""

    decision_id: int | None
    outcome: Outcome | None
    took_part: int
    is_answered: bool


def _topics(session: Session, conditions: Sequence[ColumnElement[bool]]) -> dict[int, list[_Counted]]:
    """By deliberation."""
    rows = session.execute(
        select(
            Topic.deliberation_id,
            Topic.id,
            Decision.id.label("decision_id"),
            Decision.outcome,
            Decision.took_part,
            (Suggestion.answered_at >= Decision.at).label("is_answered"),
        )
        .join(Deliberation, Deliberation.id == Topic.deliberation_id)
        .outerjoin(Decision, Decision.topic_id == Topic.id)
        .outerjoin(Suggestion, Suggestion.id == Topic.suggestion_id)
        .where(*conditions)
        .order_by(Topic.deliberation_id, Topic.id, Decision.id)
    )
    found: dict[int, list[_Counted]] = {}
    for (deliberation_id, _), counts in groupby(rows, key=lambda row: (row[0], row[1])):
        last = list(counts)[-1]
        topic = _Counted(last.decision_id, last.outcome, last.took_part or 0, bool(last.is_answered))
        found.setdefault(deliberation_id, []).append(topic)
    return found


def _told_by_text(session: Session, topics: Mapping[int, Sequence[_Counted]]) -> set[int]:
    """The decisions whose result left as a text (`handling.deliberation.notices.announce_result`)."""
    wanted = [topic.decision_id for counted in topics.values() for topic in counted if topic.decision_id]
    if not wanted:
        return set()
    left = (NoticeState.SENT, NoticeState.DELIVERED)
    keys = select(Notice.key).where(Notice.template == "vote_result", Notice.state.in_(left))
    return {int(key.split(":")[1]) for key in session.scalars(keys)}


def _held(row: Any, topics: Sequence[_Counted], told: set[int]) -> Held:
    rules = row.rules
    has_result = any(stage["does"] == "result" for stage in rules["stages"])
    return Held(
        id=row.id,
        title=row.title,
        keys={code: getattr(row, code) for code in DELIBERATION_DIMENSIONS},
        at=row.at,
        of_households=rules["voters"] == "households",
        entitled=row.entitled,
        took_part=max([row.attended or 0, *(topic.took_part for topic in topics)]),
        topics=len(topics),
        decided=sum(topic.outcome in DECIDED for topic in topics),
        passed=sum(topic.outcome is Outcome.PASSED for topic in topics),
        is_told=has_result or any(topic.is_answered or topic.decision_id in told for topic in topics),
    )
