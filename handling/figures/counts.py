"""The figures (办结率, 转化率, 参与率, 满意度, 及时率, times), counted by the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, String, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from handling.figures.lists import COUNTED, Measured, Times
from handling.figures.parts import (
    DIMENSIONS,
    NONE,
    SCORES,
    UNKNOWN,
    Scope,
    case_sets,
    scope_conditions,
    score_counts,
)
from handling.queries import Page, page_at
from handling.scheme import Scheme
from models import Courtyard, Suggestion
from models.sql_times import seconds_between

DAY = 86400.0
Key = ColumnElement[Any] | InstrumentedAttribute[Any]


def measure(session: Session, scheme: Scheme, scope: Scope, *, now: datetime) -> Measured:
    """Everything in the scope as one row: four statements."""
    found = _measured(session, literal("all", String), scope, now)
    row = found.get("all", Measured())
    row.households = _households(session, scheme, scope)
    return row


def measure_by(session: Session, scheme: Scheme, dimension: str, scope: Scope, *, now: datetime) -> list[Measured]:
    """A row for each value: five statements. Months in their order, all else by the number of valid cases."""
    split = DIMENSIONS[dimension]
    found = _measured(session, split.key, scope, now)
    names = split.names(session, scheme)
    homes = _households_by_courtyard(session) if dimension == "courtyard" else {}
    for key, row in found.items():
        row.name = names.get(key, "" if key is None else str(key)) or UNKNOWN
        row.households = homes.get(key)
    if dimension == "month":
        return sorted(found.values(), key=lambda row: str(row.key))
    return sorted(found.values(), key=lambda row: (-row.counts["valid"], row.name))


def figure_cases(
    session: Session, cases: str, scope: Scope, *, now: datetime, page: int, per_page: int = 50
) -> Page[Suggestion]:
    """The cases of one set, the newest first: two statements. KeyError for an unknown set."""
    return cases_where(session, [case_sets(now)[cases], *scope_conditions(scope)], page=page, per_page=per_page)


def cases_where(
    session: Session, conditions: Sequence[ColumnElement[bool]], *, page: int, per_page: int = 50
) -> Page[Suggestion]:
    """The newest first: two statements."""
    total = session.scalar(select(func.count(Suggestion.id)).where(*conditions)) or 0
    number = page_at(page, total, per_page)
    keys = select(Suggestion.id).where(*conditions).order_by(Suggestion.number.desc())
    shown = keys.limit(per_page).offset((number - 1) * per_page)
    rows = (
        select(Suggestion)
        .where(Suggestion.id.in_(shown))
        .order_by(Suggestion.number.desc())
        .options(joinedload(Suggestion.handler), joinedload(Suggestion.courtyard))
    )
    return Page(list(session.scalars(rows)), number, total, per_page)


def _measured(session: Session, key: Key, scope: Scope, now: datetime) -> dict[Any, Measured]:
    conditions = scope_conditions(scope)
    found: dict[Any, Measured] = {}
    for row in session.execute(_counting(key, conditions, now)):
        found[row[0]] = Measured(key=row[0], counts=dict(zip(COUNTED, row[2:], strict=True)), residents=row[1])
    for value, count, total, satisfied in session.execute(_scoring(key, conditions)):
        measured = found[value]
        measured.scores, measured.score_sum, measured.satisfied_scores = count, total, satisfied
    sets = case_sets(now)
    first = seconds_between(Suggestion.received_at, Suggestion.first_answered_at)
    for value, times in _times(session, key, first, [*conditions, sets["first_answered"]]).items():
        found[value].first_answer = times
    closing = seconds_between(Suggestion.received_at, Suggestion.done_at)
    for value, times in _times(session, key, closing, [*conditions, sets["done"]]).items():
        found[value].closing = times
    return found


def _counting(key: Key, conditions: list[ColumnElement[bool]], now: datetime) -> Executable:
    sets = case_sets(now)
    shown = key.label("split")
    residents = func.count(func.distinct(case((sets["valid"], Suggestion.resident_id))))
    counts = [func.count(case((sets[name], 1))) for name in COUNTED]
    return select(shown, residents, *counts).where(*conditions).group_by(shown)


def _scoring(key: Key, conditions: list[ColumnElement[bool]]) -> Executable:
    shown = key.label("split")
    return (
        select(shown, *score_counts(SCORES.c.score))
        .select_from(Suggestion)
        .join(SCORES, SCORES.c.suggestion_id == Suggestion.id)
        .where(*conditions)
        .group_by(shown)
    )


def _times(
    session: Session,
    key: Key,
    seconds: ColumnElement[float],
    conditions: list[ColumnElement[bool]],
) -> Mapping[Any, Times]:
    """Median and p90 by the nearest rank, with window functions that both databases have."""
    measured = select(key.label("split"), seconds.label("seconds")).where(*conditions).subquery()
    split = measured.c.split
    ranked = select(
        split,
        measured.c.seconds,
        func.row_number().over(partition_by=split, order_by=measured.c.seconds).label("place"),
        func.count().over(partition_by=split).label("number"),
    ).subquery()
    at = ranked.c
    median = func.max(case((at.place == (at.number + 1) // 2, at.seconds)))
    p90 = func.max(case((at.place == (at.number * 9 + 9) // 10, at.seconds)))
    rows = session.execute(select(at.split, median, p90).group_by(at.split))
    return {row[0]: Times(float(row[1]) / DAY, float(row[2]) / DAY) for row in rows}


def _households(session: Session, scheme: Scheme, scope: Scope) -> int | None:
    """Of the courtyard that the scope is narrowed to, else of the community; None when nobody says."""
    courtyard = scope.narrowed.get("courtyard")
    if courtyard and courtyard != NONE:
        return _households_by_courtyard(session).get(int(courtyard))
    return scheme.community.households or sum(_households_by_courtyard(session).values()) or None


def _households_by_courtyard(session: Session) -> dict[int, int]:
    rows = session.execute(
        select(Courtyard.id, Courtyard.households).where(Courtyard.households > 0, Courtyard.active)
    )
    return {row[0]: row[1] or 0 for row in rows}
