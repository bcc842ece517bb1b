"""The figures by name: what each counts in words, how it follows from the counts, the light beside its goal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from handling.figures.helps import Helped
from handling.figures.parts import NONE
from handling.lights import Light
from handling.scheme import Scheme

COUNTED = ("received", "valid", "open", "done", "converted", "answered", "in_time", "owed", "late")


@dataclass(frozen=True)
class Times:
    """Elapsed days, nights and days off included: half of the cases took no longer than the median, nine of ten
    no longer than p90."""

    median: float
    p90: float


@dataclass
class Measured:
    """Of one value of a dimension, or of all: counts of cases by the names of `case_sets`, and what follows.
    residents: different ones with a valid suggestion. scores: how many, their sum, and how many are satisfied."""

    key: Any = None
    name: str = ""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    residents: int = 0
    scores: int = 0
    score_sum: int = 0
    satisfied_scores: int = 0
    households: int | None = None
    first_answer: Times | None = None
    closing: Times | None = None
    # Of units and handlers in their assessment alone.
    helped: Helped | None = None

    @property
    def address(self) -> str:
        """The key as it stands in an address."""
        return NONE if self.key in (None, "") else str(self.key)

    def share(self, part: str, whole: str) -> float | None:
        return self.counts[part] / self.counts[whole] if self.counts[whole] else None


Value = Callable[[Measured], float | None]


@dataclass(frozen=True)
class Figure:
    """code: also the name of its goal in the scheme's targets. definition: what is counted, for people.
    kind: share (of 1), score (1 to 5), days. cases: the set of `case_sets` that its link lists, in the words
    of `listed`."""

    code: str
    name: str
    definition: str
    kind: str
    cases: str
    listed: str
    value: Value


def _participation(row: Measured) -> float | None:
    return min(1.0, row.residents / row.households) if row.households and row.counts["valid"] else None


def _satisfied(row: Measured) -> float | None:
    return row.satisfied_scores / row.scores if row.scores else None


def _score(row: Measured) -> float | None:
    return row.score_sum / row.scores if row.scores else None


FIGURES = (
    Figure(
        "done",
        "办结率",
        "办结的 ÷ 有效的。有效：核对过、在办或办结的；无效、并案、撤回的不算。",
        "share",
        "done",
        "办结的",
        lambda row: row.share("done", "valid"),
    ),
    Figure(
        "converted",
        "转化率",
        "转化成实事、措施的 ÷ 有效的。哪一步算转化，办理流程里写明。",
        "share",
        "converted",
        "转化了的",
        lambda row: row.share("converted", "valid"),
    ),
    Figure(
        "timely",
        "及时率",
        "期限内答复的 ÷（答复了的 + 到期还没答复的）。停表等别人的不算到期。",
        "share",
        "not_in_time",
        "不及时的",
        lambda row: row.share("in_time", "owed"),
    ),
    Figure(
        "participation",
        "参与率",
        "提过有效建议的居民（一个号码算一户）÷ 户数。",
        "share",
        "valid",
        "有效的",
        _participation,
    ),
    Figure(
        "satisfied",
        "满意率",
        "打 4 分、5 分的 ÷ 打了分的，短信评分和回访评分都算。",
        "share",
        "unsatisfied",
        "不满意的",
        _satisfied,
    ),
    Figure("satisfaction", "满意度", "评分的平均，1 到 5 分。", "score", "rated", "打了分的", _score),
    Figure(
        "first_answer_days",
        "首次答复",
        "从居民开口，到办理的人第一次告诉他进展：一半的事不超过的天数（中位数）。",
        "days",
        "first_answered",
        "答复过的",
        lambda row: row.first_answer.median if row.first_answer else None,
    ),
    Figure(
        "closing_days",
        "办结用时",
        "从居民开口到办结：一半的事不超过的天数（中位数）。",
        "days",
        "done",
        "办结的",
        lambda row: row.closing.median if row.closing else None,
    ),
)


def light_of_target(scheme: Scheme, figure: Figure, value: float | None) -> Light | None:
    """None without a goal or without a value. Of days, fewer are better."""
    target: float | None = getattr(scheme.targets, figure.code)
    if target is None or value is None:
        return None
    part, whole = (target, value) if figure.kind == "days" else (value, target)
    reached = part / whole if whole else 1.0
    if reached >= 1:
        return Light.GREEN
    return Light.YELLOW if reached >= scheme.lights.target_yellow else Light.RED


class Valued(Protocol):
    """What `shown_value` shows: a share, a score, days or a count."""

    @property
    def kind(self) -> str: ...


def shown_value(figure: Valued, value: float | None) -> str:
    """ "90%", "4.60", "2.5天", "5.0小时" of less than a day, "12" of a count; "—" with nothing to count."""
    if value is None:
        return "—"
    if figure.kind == "count":
        return f"{value:.0f}"
    if figure.kind == "share":
        return f"{value:.1%}".replace(".0%", "%")
    if figure.kind == "days":
        return f"{value:.1f}天" if value >= 1 else f"{value * 24:.1f}小时"
    return f"{value:.2f}"
