"""What figures are made of: the sets of cases that they count, and the ways to split them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from handling.export import CHANNELS
from handling.scheme import Scheme
from models import Campaign, Courtyard, Rating, Station, Suggestion, SuggestionState, Unit, User, Visit, VisitKind
from models.sql_times import shanghai_month

VALID_STATES = (SuggestionState.HANDLING, SuggestionState.DONE)
# 4 and 5 of 5 are satisfied.
SATISFIED = 4
TRACKS = {"routine": "常态征集", "campaign": "专项征集"}
# Scores by text, and those that a visitor wrote down; a visit by text is the same score once more.
SCORES = union_all(
    select(Rating.suggestion_id, Rating.score, Rating.rated_at.label("at")).where(Rating.score.is_not(None)),
    select(Visit.suggestion_id, Visit.score, Visit.done_at.label("at")).where(
        Visit.score.is_not(None), Visit.kind != VisitKind.SMS
    ),
).subquery("scores")
# The key of what has none in an address.
NONE = "none"
UNKNOWN = "没有填"


@dataclass(frozen=True)
class Scope:
    """Which cases: received in the period (aware UTC, `until` exclusive), and narrowed to one value of some
    dimensions, each as it stands in an address. Of deliberations: held in the period."""

    received_from: datetime | None = None
    received_until: datetime | None = None
    narrowed: Mapping[str, str] = field(default_factory=dict)


def scope_conditions(scope: Scope) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if scope.received_from:
        found.append(Suggestion.received_at >= scope.received_from)
    if scope.received_until:
        found.append(Suggestion.received_at < scope.received_until)
    return found + [is_at(DIMENSIONS[code], value) for code, value in scope.narrowed.items()]


def is_at(dimension: "Dimension", value: str) -> ColumnElement[bool]:
    """Rows of this value, as it stands in an address."""
    if value == NONE:
        return or_(dimension.key.is_(None), *([dimension.key == ""] if dimension.words else []))
    same: ColumnElement[bool] = dimension.key == dimension.parse(value)
    return same


def score_counts(score: ColumnElement[Any] | InstrumentedAttribute[Any]) -> tuple[ColumnElement[int], ...]:
    """How many scores, their sum, and how many of them are satisfied."""
    return func.count(score), func.sum(score), func.count(case((score >= SATISFIED, 1)))


def case_sets(now: datetime) -> dict[str, ColumnElement[bool]]:
    """The sets that figures count, and that their lists show: what is counted is what is listed."""
    valid = Suggestion.state.in_(VALID_STATES)
    answered = and_(valid, Suggestion.answered_at.is_not(None))
    late = and_(valid, Suggestion.answered_at.is_(None), Suggestion.due < now, Suggestion.paused_at.is_(None))
    scored = Suggestion.id.in_(select(SCORES.c.suggestion_id))
    satisfied = Suggestion.id.in_(select(SCORES.c.suggestion_id).where(SCORES.c.score >= SATISFIED))
    unsatisfied = Suggestion.id.in_(select(SCORES.c.suggestion_id).where(SCORES.c.score < SATISFIED))
    return {
        "received": true(),
        "valid": valid,
        "open": and_(valid, Suggestion.answered_at.is_(None)),
        "done": Suggestion.state == SuggestionState.DONE,
        "converted": and_(valid, Suggestion.converted_at.is_not(None)),
        "answered": answered,
        "in_time": and_(answered, Suggestion.answered_in_time.is_(True)),
        "owed": or_(answered, late),
        "late": late,
        "not_in_time": or_(and_(answered, Suggestion.answered_in_time.is_(False)), late),
        "first_answered": and_(valid, Suggestion.first_answered_at.is_not(None)),
        "rated": scored,
        "satisfied": satisfied,
        "unsatisfied": unsatisfied,
    }


@dataclass(frozen=True)
class Dimension:
    """A way to split. key: the SQL of a case's value. names: value -> what people read.
    words: the values are words ("" is none too), not keys of a table."""

    name: str
    key: ColumnElement[Any] | InstrumentedAttribute[Any]
    names: Callable[[Session, Scheme], Mapping[Any, str]]
    words: bool = True

    def parse(self, value: str) -> Any:
        """ValueError for what is no key."""
        return value if self.words else int(value)


def names_in(model: Any) -> Callable[[Session, Scheme], Mapping[Any, str]]:
    """The names of a table's rows by their keys."""

    def names(session: Session, _scheme: Scheme) -> Mapping[Any, str]:
        return {row[0]: row[1] for row in session.execute(select(model.id, model.name))}

    return names


def _same(_session: Session, _scheme: Scheme) -> Mapping[Any, str]:
    return {}


def _campaigns(session: Session, _scheme: Scheme) -> Mapping[Any, str]:
    return {row[0]: row[1] for row in session.execute(select(Campaign.id, Campaign.title))}


def _sources(_session: Session, scheme: Scheme) -> Mapping[Any, str]:
    channels = {channel.value: name for channel, name in CHANNELS.items()}
    return channels | {entry.code: entry.name for entry in scheme.channels}


def _levels(_session: Session, scheme: Scheme) -> Mapping[Any, str]:
    return {level.code: f"{level.code} {level.shape} {level.colour}·{level.name}" for level in scheme.levels}


_handlers_unit = select(User.unit_id).where(User.id == Suggestion.handler_id).scalar_subquery()

DIMENSIONS: dict[str, Dimension] = {
    "domain": Dimension("领域", Suggestion.domain, _same),
    "courtyard": Dimension("院落", Suggestion.courtyard_id, names_in(Courtyard), words=False),
    "station": Dimension("征集点", Suggestion.station_id, names_in(Station), words=False),
    "channel": Dimension(
        "来源", case((Suggestion.source != "", Suggestion.source), else_=Suggestion.channel), _sources
    ),
    "handler": Dimension("责任人", Suggestion.handler_id, names_in(User), words=False),
    "unit": Dimension("单位", func.coalesce(Suggestion.unit_id, _handlers_unit), names_in(Unit), words=False),
    "month": Dimension("月份", shanghai_month(Suggestion.received_at), _same),
    "level": Dimension("级别", Suggestion.level, _levels),
    "track": Dimension(
        "征集方式",
        case((Suggestion.campaign_id.is_(None), "routine"), else_="campaign"),
        lambda _session, _scheme: TRACKS,
    ),
    "campaign": Dimension("专项征集", Suggestion.campaign_id, _campaigns, words=False),
}
