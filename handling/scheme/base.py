"""What all parts of a scheme share, and how long something may take."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Limit

# The words for one thing in three units: a scheme says one of them.
TIME_UNITS = ("working_days", "hours", "staffed_hours")


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeLimit(Part):
    """working_days: until 18:00 of the last of them. hours: round the clock (an emergency knows no night).
    staffed_hours: only while somebody sits at the duty phone (`[community] staffed`, working days). One of the
    three, or none where a limit may be missing."""

    working_days: int | None = Limit(default=None, ge=0, le=250)
    hours: int | None = Limit(default=None, ge=1, le=2000)
    staffed_hours: int | None = Limit(default=None, ge=1, le=500)

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if sum(getattr(self, unit) is not None for unit in TIME_UNITS) > 1:
            raise ValueError("one time limit: working_days, hours or staffed_hours")
        return self

    @property
    def is_limited(self) -> bool:
        return any(getattr(self, unit) is not None for unit in TIME_UNITS)


class Timed(TimeLimit):
    """What cannot be without a time limit."""

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if not self.is_limited:
            raise ValueError("a time limit is missing: working_days, hours or staffed_hours")
        return self
