"""Quarters, and 考核 of units in each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.figures.counts import measure_by
from handling.figures.helps import helped_by
from handling.figures.lists import FIGURES, Figure, Measured
from handling.figures.parts import DIMENSIONS, Scope
from handling.scheme import Scheme
from handling.scheme.figures import WHOLE

MONTHS = 3
HELPED = Figure(
    "helped",
    "协办及时率",
    "请来协办、期限内答复的 ÷（答复了的 + 到期还没答复的）。没有定期限的，答复了就算及时；统筹员说不等了的不算。"
    "看这个季度请的协办；请到人的，也算他单位的。",
    "share",
    "",
    "协办的",
    lambda row: row.helped.in_time / row.helped.owed if row.helped else None,
)
# By code, what can weigh in an assessment.
MEASURES = {figure.code: figure for figure in (*FIGURES, HELPED)}


@dataclass(frozen=True)
class Quarter:
    """number: 1 to 4."""

    year: int
    number: int

    @property
    def begins(self) -> datetime:
        return datetime(self.year, self.number * MONTHS - 2, 1, tzinfo=SHANGHAI)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return self.after().begins

    @property
    def last_day(self) -> date:
        return self.ends.date() - timedelta(days=1)

    @property
    def code(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def name(self) -> str:
        return f"{self.year}年{'一二三四'[self.number - 1]}季度"

    def after(self) -> "Quarter":
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    def before(self) -> "Quarter":
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)


def quarter_of(moment: datetime) -> Quarter:
    local = moment.astimezone(SHANGHAI)
    return Quarter(local.year, (local.month + MONTHS - 1) // MONTHS)


def read_quarter(code: str) -> Quarter | None:
    """ "2026-Q1"; None for what is none."""
    year, _, number = code.partition("-Q")
    if not (year.isdecimal() and year.isascii() and 2000 <= int(year) < 2200 and number in ("1", "2", "3", "4")):
        return None
    return Quarter(int(year), int(number))


@dataclass(frozen=True)
class Assessed:
    """A unit or handler in a quarter. points: of 100; None without any measure. parts: measure -> its share of 1,
    None where there is nothing to count; its weight is then shared among the others."""

    row: Measured
    points: float | None
    grade: str
    parts: dict[str, float | None]


def assess(session: Session, scheme: Scheme, quarter: Quarter, *, by: str, now: datetime) -> list[Assessed]:
    """The best first, by the weights of the scheme; empty without [assessment]. by: "unit" or "handler"."""
    if scheme.assessment is None:
        return []
    scope = Scope(received_from=quarter.begins, received_until=quarter.ends)
    rows = {row.key: row for row in measure_by(session, scheme, by, scope, now=now) if row.key is not None}
    if HELPED.code in scheme.assessment.weights:
        names = DIMENSIONS[by].names(session, scheme)
        for key, helped in helped_by(session, by, quarter.begins, quarter.ends, now=now).items():
            rows.setdefault(key, Measured(key=key, name=names[key])).helped = helped
    judged = [_assessed(scheme, row) for row in rows.values() if row.counts["valid"] or row.helped]
    return sorted(judged, key=lambda one: (-(one.points if one.points is not None else -1), one.row.name))


def _assessed(scheme: Scheme, row: Measured) -> Assessed:
    assert scheme.assessment is not None
    weights = scheme.assessment.weights
    parts = {code: MEASURES[code].value(row) for code in weights}
    known = {code: share for code, share in parts.items() if share is not None}
    whole = sum(weights[code] for code in known)
    if not whole:
        return Assessed(row, None, "", parts)
    points = sum(weights[code] * share for code, share in known.items()) * WHOLE / whole
    grade = next(grade.name for grade in scheme.assessment.grades if round(points, 1) >= grade.at_least)
    return Assessed(row, points, grade, parts)
