"""What a scheme says about its figures: goals, and the weights of the assessment (考核)."""

from typing import Self

from pydantic import Field as Limit
from pydantic import model_validator

from handling.scheme.base import Part

Share = float | None
WHOLE = 100


class Targets(Part):
    """The community's goals: shares of 1; satisfaction from 1 to 5; days as they pass (not working days).
    None: no goal, and no light beside the figure."""

    done: Share = Limit(default=None, ge=0, le=1)
    converted: Share = Limit(default=None, ge=0, le=1)
    participation: Share = Limit(default=None, ge=0, le=1)
    timely: Share = Limit(default=None, ge=0, le=1)
    satisfied: Share = Limit(default=None, ge=0, le=1)
    satisfaction: float | None = Limit(default=None, ge=1, le=5)
    first_answer_days: float | None = Limit(default=None, gt=0)
    closing_days: float | None = Limit(default=None, gt=0)


class Grade(Part):
    """at_least: points of 100."""

    name: str
    at_least: int = Limit(ge=0, le=WHOLE)


class Assessment(Part):
    """How units are assessed each quarter: the weights of the shares, together 100, and the grades, best first.
    helped: of what others ask them for (协办). What residents say (satisfied) should weigh at least 30: under
    that, assessments lose touch with them (S5)."""

    done: int = Limit(default=0, ge=0, le=WHOLE)
    timely: int = Limit(default=0, ge=0, le=WHOLE)
    converted: int = Limit(default=0, ge=0, le=WHOLE)
    helped: int = Limit(default=0, ge=0, le=WHOLE)
    satisfied: int = Limit(default=0, ge=0, le=WHOLE)
    grades: tuple[Grade, ...] = Limit(min_length=1)

    @property
    def weights(self) -> dict[str, int]:
        """measure -> weight, without those that do not count."""
        named = {name: getattr(self, name) for name in ("done", "timely", "converted", "helped", "satisfied")}
        return {name: weight for name, weight in named.items() if weight}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if sum(self.weights.values()) != WHOLE:
            raise ValueError(f"the weights are {sum(self.weights.values())} together, not {WHOLE}")
        points = [grade.at_least for grade in self.grades]
        if points != sorted(points, reverse=True) or points[-1] != 0:
            raise ValueError("grades stand best first, and the last begins at 0")
        return self
