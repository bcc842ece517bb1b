"""What a campaign brought: who took part, how each question was answered, and what became of the suggestions."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import mean, median

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from handling.quotes import quotable
from models import (
    Answer,
    AnswerMeans,
    Campaign,
    Medium,
    Notice,
    NoticeState,
    Participation,
    ParticipationState,
    Question,
    QuestionKind,
    Resident,
    Suggestion,
    SuggestionState,
)

MEANS = {AnswerMeans.SMS: "短信", AnswerMeans.KEY: "电话按键", AnswerMeans.VOICE: "电话里说"}
# Fewer than this in a group and a table would tell how somebody answered: they are counted together.
SMALLEST_GROUP = 5
TOGETHER = "其他（每组不到5人）"
# 高龄 is one of the care words of a resident's file; ages themselves are not kept.
AGED = "高龄"
MOST_QUOTES = 50
GOT_THROUGH = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.UNKNOWN)


@dataclass(frozen=True)
class Progress:
    """How far it has come, in residents. listed: all that were chosen for an invitation; invited: those whose
    invitation has left; undelivered: those whom it did not reach; answered: at least one question, of all;
    answered_invited: the same among those invited."""

    listed: int = 0
    waiting: int = 0
    invited: int = 0
    undelivered: int = 0
    joined: int = 0
    answering: int = 0
    done: int = 0
    stopped: int = 0
    lapsed: int = 0
    answered: int = 0
    answered_invited: int = 0

    @property
    def response_rate(self) -> float | None:
        """Invited residents who answered at least one question ÷ those whom the invitation reached."""
        reached = self.invited - self.undelivered
        return self.answered_invited / reached if reached > 0 else None


def progress_of(session: Session, campaign_id: int) -> Progress:
    """One statement."""
    has_answer = exists().where(Answer.participation_id == Participation.id)
    rows = session.execute(
        select(Participation.state, Participation.medium, Notice.state, Notice.sent_at, has_answer)
        .outerjoin(Notice, Notice.id == Participation.notice_id)
        .where(Participation.campaign_id == campaign_id)
    )
    counted: Counter[str] = Counter()
    for state, medium, notice, sent_at, answered in rows:
        listed = medium is not None
        left = listed and (notice in GOT_THROUGH or (notice is not None and sent_at is not None))
        counted["listed"] += listed
        counted["joined"] += not listed
        counted["invited"] += left
        counted["undelivered"] += notice is NoticeState.FAILED and sent_at is not None
        counted["waiting"] += state is ParticipationState.WAITING and listed
        counted["answered"] += answered
        counted["answered_invited"] += answered and left
        if state.value in ("answering", "done", "stopped", "lapsed"):
            counted[state.value] += 1
    return Progress(**counted)


@dataclass(frozen=True)
class Line:
    """One possible answer: how many gave it, and their share of those who answered."""

    label: str
    count: int
    share: float


@dataclass(frozen=True)
class Table:
    """A cross table: a row for each group with its size and the counts in the order of the lines; for free
    numbers the mean alone."""

    title: str
    groups: list[tuple[str, int, list[float]]]


@dataclass(frozen=True)
class Numbers:
    mean: float
    median: float
    lowest: int
    highest: int


@dataclass(frozen=True)
class QuestionResult:
    """lines: for choices and scores. numbers: for scores and free numbers. quotes: for free words."""

    question: Question
    answered: int
    lines: list[Line] = field(default_factory=list)
    numbers: Numbers | None = None
    tables: list[Table] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)


def question_results(session: Session, campaign: Campaign) -> list[QuestionResult]:
    """Two statements for all questions together."""
    rows = session.scalars(
        select(Answer)
        .join(Participation)
        .where(Participation.campaign_id == campaign.id)
        .options(
            joinedload(Answer.suggestion),
            joinedload(Answer.participation).joinedload(Participation.resident).joinedload(Resident.courtyard),
        )
        .order_by(Answer.id)
    )
    by_question: dict[int, list[Answer]] = defaultdict(list)
    for answer in rows:
        by_question[answer.question_id].append(answer)
    return [_result(question, by_question[question.id]) for question in campaign.questions]


def campaign_suggestions(session: Session, campaign_id: int) -> list[Suggestion]:
    """Everything that came with it, the oldest first; what is confidential is left out."""
    rows = (
        select(Suggestion)
        .where(Suggestion.campaign_id == campaign_id, Suggestion.confidential.is_(False))
        .options(joinedload(Suggestion.courtyard), joinedload(Suggestion.handler))
        .order_by(Suggestion.number)
    )
    return list(session.scalars(rows))


@dataclass(frozen=True)
class Outcomes:
    """Suggestions of a campaign by what became of them. adopted: made into a measure (转化), or done."""

    total: int
    adopted: int
    handling: int
    waiting: int
    refused: int

    @property
    def adoption_rate(self) -> float | None:
        """Adopted ÷ those that are valid."""
        valid = self.total - self.refused
        return self.adopted / valid if valid > 0 else None


OUTCOMES = {"adopted": "已采纳", "handling": "正在办", "waiting": "待核对", "refused": "没有采纳"}


def outcome_of(suggestion: Suggestion) -> str:
    """A key of OUTCOMES."""
    if suggestion.converted_at is not None or suggestion.state is SuggestionState.DONE:
        return "adopted"
    if suggestion.state in (SuggestionState.INVALID, SuggestionState.WITHDRAWN):
        return "refused"
    return "waiting" if suggestion.state is SuggestionState.REVIEW else "handling"


def outcomes_of(suggestions: Iterable[Suggestion]) -> Outcomes:
    """Those merged into another count with what became of that one's state: as in hand."""
    counted = Counter(outcome_of(suggestion) for suggestion in suggestions)
    return Outcomes(total=sum(counted.values()), **{name: counted[name] for name in OUTCOMES})


def listed_campaigns(session: Session) -> list[tuple[Campaign, int, int]]:
    """(campaign, participants who answered, suggestions), the newest first: one statement."""
    answered = (
        select(func.count(func.distinct(Answer.participation_id)))
        .join(Participation, Participation.id == Answer.participation_id)
        .where(Participation.campaign_id == Campaign.id)
        .scalar_subquery()
    )
    suggested = select(func.count(Suggestion.id)).where(Suggestion.campaign_id == Campaign.id).scalar_subquery()
    rows = select(Campaign, answered, suggested).options(selectinload(Campaign.questions))
    return [(row[0], row[1], row[2]) for row in session.execute(rows.order_by(Campaign.id.desc()))]


def _result(question: Question, answers: list[Answer]) -> QuestionResult:
    if question.kind is QuestionKind.SPEECH:
        words = [quotable(_words(answer)) for answer in answers]
        return QuestionResult(question, len(answers), quotes=[text for text in words if text][:MOST_QUOTES])
    values = [answer.value for answer in answers if answer.value is not None]
    labels = labels_of(question)
    counts = Counter(values)
    numeric = bool(values) and question.kind is not QuestionKind.CHOICE
    return QuestionResult(
        question,
        len(values),
        lines=[Line(label, counts[value], counts[value] / max(1, len(values))) for value, label in labels.items()],
        tables=[table for table in _tables(question, answers) if len(table.groups) > 1],
        numbers=Numbers(mean(values), median(values), min(values), max(values)) if numeric else None,
    )


def labels_of(question: Question) -> dict[int, str]:
    """Possible values and their names; none for free numbers."""
    if question.kind is QuestionKind.CHOICE:
        return dict(enumerate(question.choices, start=1))
    if question.kind is QuestionKind.SCALE:
        return {score: f"{score} 分" for score in range(question.low, question.high + 1)}
    return {}


def _words(answer: Answer) -> str:
    """As a volunteer has corrected it, where it became a suggestion."""
    return answer.suggestion.text if answer.suggestion is not None else answer.text


def _tables(question: Question, answers: list[Answer]) -> list[Table]:
    ways: dict[str, Callable[[Answer], str]] = {
        "按院落": lambda a: r.name if (r := a.participation.resident.courtyard) else "没有登记院落",
        "按年龄": lambda a: AGED if AGED in a.participation.resident.care else "其他",
        "按参加方式": lambda a: MEANS[a.means],
        "按怎么来的": lambda a: "自己来的" if a.participation.medium is None else _invited(a.participation.medium),
    }
    return [_table(title, group, question, answers) for title, group in ways.items()]


def _invited(medium: Medium) -> str:
    return "打电话邀请" if medium is Medium.CALL else "短信邀请"


def _table(title: str, group_of: Callable[[Answer], str], question: Question, answers: list[Answer]) -> Table:
    grouped: dict[str, list[int]] = defaultdict(list)
    for answer in answers:
        if answer.value is not None:
            grouped[group_of(answer)].append(answer.value)
    grouped = _without_small_groups(grouped)
    labels = labels_of(question)
    return Table(
        title,
        [
            (name, len(values), [values.count(v) for v in labels] if labels else [round(mean(values), 1)])
            for name, values in sorted(grouped.items(), key=lambda item: (item[0] == TOGETHER, -len(item[1])))
        ],
    )


def _without_small_groups(grouped: dict[str, list[int]]) -> dict[str, list[int]]:
    """Small groups count together; while that is still small, the next one joins them, or it could be told by
    subtraction."""
    kept = {name: values for name, values in grouped.items() if len(values) >= SMALLEST_GROUP}
    together = [value for name, values in grouped.items() if name not in kept for value in values]
    while together and len(together) < SMALLEST_GROUP and kept:
        together += kept.pop(min(kept, key=lambda name: len(kept[name])))
    return {**kept, TOGETHER: together} if together else kept
