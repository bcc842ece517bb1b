"""Parts of the case page that a feature brings: what it shows, and the template that shows it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handling.scheme import Scheme
from models import Suggestion, User


@dataclass(frozen=True)
class Looking:
    """Who looks at which case, when."""

    session: Session
    scheme: Scheme
    case: Suggestion
    user: User
    now: datetime


Show = Callable[[Looking], dict[str, Any] | None]


BESIDE = 50


@dataclass(frozen=True)
class Panel:
    code: str
    title: str
    template: str
    rank: int
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def beside(self) -> bool:
        """What belongs to the case stands beside its story; what is to be done or waited for above it."""
        return self.rank >= BESIDE


_PANELS: list[tuple[Panel, Show]] = []


def panel(code: str, title: str, template: str, *, rank: int = BESIDE) -> Callable[[Show], Show]:
    """Register a part of the case page; those with the lowest rank stand first. The function gives what its
    template knows as `panel.data`, or None where there is nothing to show to this reader. It costs a fixed number
    of statements."""

    def register(show: Show) -> Show:
        _PANELS.append((Panel(code, title, template, rank), show))
        _PANELS.sort(key=lambda entry: entry[0].rank)
        return show

    return register


def panels_for(looking: Looking) -> list[Panel]:
    shown = ((part, show(looking)) for part, show in _PANELS)
    return [replace(part, data=data) for part, data in shown if data is not None]
