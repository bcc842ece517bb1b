"""满意度测评 by quarter: scores that residents gave when a matter was closed, and their answers to the quarterly
questionnaire (`handling/questionnaires/satisfaction.toml`), told apart."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from handling.clock import SHANGHAI
from handling.figures.assessment import Quarter, quarter_of
from handling.figures.counts import cases_where
from handling.figures.parts import SCORES, score_counts
from handling.queries import Page
from models import Answer, Campaign, Participation, Question, QuestionKind, Suggestion
from models.sql_times import shanghai_month

# The bundled questionnaire; its first question of 1 to 5 asks how satisfied one is on the whole.
QUESTIONNAIRE = "satisfaction"
LOWEST, HIGHEST = 1, 5
RATED = "居民办结后打的分，1 到 5 分：短信回的、按键打的和回访时说的都算。"
SURVEYED = "居民答满意度测评问卷时，第一道 1 到 5 分的题打的分，不管他的事是什么时候办的。"


@dataclass(frozen=True)
class Scores:
    """How many scores, their sum, and how many of them are satisfied."""

    number: int = 0
    total: int = 0
    satisfied_number: int = 0

    @property
    def average(self) -> float | None:
        return self.total / self.number if self.number else None

    @property
    def satisfied(self) -> float | None:
        return self.satisfied_number / self.number if self.number else None

    def __add__(self, other: "Scores") -> "Scores":
        return Scores(
            self.number + other.number,
            self.total + other.total,
            self.satisfied_number + other.satisfied_number,
        )


@dataclass(frozen=True)
class Surveyed:
    """The answers to one campaign's questionnaire."""

    campaign_id: int
    title: str
    scores: Scores


@dataclass(frozen=True)
class QuarterScores:
    """Scores that were given in a quarter, whenever the case came. rated: after closing."""

    quarter: Quarter
    rated: Scores
    campaigns: tuple[Surveyed, ...]

    @property
    def surveyed(self) -> Scores:
        return sum((campaign.scores for campaign in self.campaigns), Scores())


def satisfaction_by_quarter(session: Session, *, now: datetime, quarters: int = 8) -> list[QuarterScores]:
    """The last quarters, the oldest first; two statements."""
    shown = [quarter_of(now)]
    for _ in range(quarters - 1):
        shown.insert(0, shown[0].before())
    rated = _rated(session, shown[0].begins)
    surveyed = _surveyed(session, shown[0].begins)
    return [QuarterScores(one, rated[one], tuple(surveyed[one].values())) for one in shown]


def rated_cases(session: Session, quarter: Quarter, *, page: int) -> Page[Suggestion]:
    """The cases behind `rated`; two statements."""
    given = select(SCORES.c.suggestion_id).where(SCORES.c.at >= quarter.begins, SCORES.c.at < quarter.ends)
    return cases_where(session, [Suggestion.id.in_(given)], page=page)


def _rated(session: Session, since: datetime) -> dict[Quarter, Scores]:
    month = shanghai_month(SCORES.c.at).label("month")
    rows = session.execute(
        select(month, *score_counts(SCORES.c.score)).where(SCORES.c.at >= since).group_by(month)
    )
    found: dict[Quarter, Scores] = defaultdict(Scores)
    for text, *counts in rows:
        found[_quarter_with(text)] += Scores(*counts)
    return found


def _surveyed(session: Session, since: datetime) -> dict[Quarter, dict[int, Surveyed]]:
    """By quarter and campaign."""
    month = shanghai_month(Answer.answered_at).label("month")
    rows = session.execute(
        select(month, Campaign.id, Campaign.title, *score_counts(Answer.value))
        .join(Participation, Participation.id == Answer.participation_id)
        .join(Campaign, Campaign.id == Participation.campaign_id)
        .join(Question, Question.id == Answer.question_id)
        .where(Campaign.template == QUESTIONNAIRE, _asks_on_the_whole())
        .where(Answer.value.is_not(None), Answer.answered_at >= since)
        .group_by(month, Campaign.id, Campaign.title)
        .order_by(Campaign.id)
    )
    found: dict[Quarter, dict[int, Surveyed]] = defaultdict(dict)
    for text, campaign_id, title, *counts in rows:
        of_quarter = found[_quarter_with(text)]
        known = of_quarter.get(campaign_id)
        scores = Scores(*counts) + (known.scores if known else Scores())
        of_quarter[campaign_id] = Surveyed(campaign_id, title, scores)
    return found


def _asks_on_the_whole() -> ColumnElement[bool]:
    """The first question of its campaign with scores of 1 to 5."""
    earlier = aliased(Question)

    def of_scores(question: type[Question]) -> ColumnElement[bool]:
        return and_(question.kind == QuestionKind.SCALE, question.low == LOWEST, question.high == HIGHEST)

    first = select(func.min(earlier.position)).where(
        earlier.campaign_id == Question.campaign_id, of_scores(earlier)
    )
    return and_(of_scores(Question), Question.position == first.scalar_subquery())


def _quarter_with(month: str) -> Quarter:
    """month: "2026-03"."""
    return quarter_of(datetime.combine(date.fromisoformat(f"{month}-01"), time(), SHANGHAI))
