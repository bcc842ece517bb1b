"""What a scheme says about supervision: lights (红黄绿灯), reminders and escalation (督办), the daily digest."""

from datetime import time
from typing import Self

from pydantic import Field as Limit
from pydantic import model_validator

from handling.scheme.base import Part, Timed

# The stage that speaks to the handler, before any rank above.
HANDLER = "handler"


class Lights(Part):
    """Thresholds as shares of 1.

    yellow, red: a case is of that colour when no more than this share of its time is left (0: when it is late).
    team_yellow, team_red: a handler or unit is of that colour when at least this share of the open cases is red.
    target_yellow: a figure below its target is still yellow down to this share of the target."""

    yellow: float = Limit(default=0.34, ge=0, le=1)
    red: float = Limit(default=0.0, ge=0, le=1)
    team_yellow: float = Limit(default=0.01, ge=0, le=1)
    team_red: float = Limit(default=0.25, ge=0, le=1)
    target_yellow: float = Limit(default=0.9, ge=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.red > self.yellow or self.team_yellow > self.team_red:
            raise ValueError("yellow comes before red")
        return self


class Stage(Timed):
    """Who is told of a late case, how long after its due time. tier: "handler", or a rank of the scheme."""

    tier: str


class Supervision(Part):
    """remind_hours: so long before the due time the handler is reminded. stages: who is told when it is late,
    in the order in which they are told. digest: when the day's list is sent on working days, Shanghai time."""

    remind_hours: tuple[int, ...] = ()
    stages: tuple[Stage, ...] = ()
    digest: time | None = None
