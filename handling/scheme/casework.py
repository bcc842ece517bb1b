"""What a scheme says about working a case and about what comes after it: units, follow-up visits, upkeep."""

from typing import Literal

from pydantic import Field as Limit

from handling.scheme.base import Part

# An evaluation by the resident is invited by an action, not planned for every case.
PlannedVisit = Literal["phone", "visit", "sms"]


class UnitEntry(Part):
    """A department, property company or partner that handles or helps. kind: the scheme's own word for it."""

    code: str = Limit(max_length=40)
    name: str = Limit(max_length=80)
    kind: str = Limit(default="", max_length=24)
    phone: str = ""


class Visits(Part):
    """回访 after closing: one of each of `kinds`, due `working_days` later. levels: only these, empty for all.

    unhappy: the highest score that is unhappy. reopens: the step where an unhappy case goes on, once; "": it stays
    closed and the coordinator decides."""

    kinds: tuple[PlannedVisit, ...] = ()
    working_days: int = Limit(default=3, ge=0, le=250)
    levels: tuple[str, ...] = ()
    unhappy: int = Limit(default=2, ge=1, le=4)
    reopens: str = ""


class UpkeepRule(Part):
    """长效维护: how often somebody looks. nobody: the choices of the form's field that need no upkeep."""

    interval_days: int = Limit(default=90, ge=1, le=1000)
    nobody: tuple[str, ...] = ("不需要",)
