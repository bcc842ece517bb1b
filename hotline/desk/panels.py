"""Parts of the case page that a feature brings: what it shows, and the template that shows it."""

from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Panel:
    code: str
    title: str
    template: str
    data: dict[str, Any] = field(default_factory=dict)


_PANELS: list[tuple[int, Panel, Show]] = []


def panel(code: str, title: str, template: str, *, rank: int = 50) -> Callable[[Show], Show]:
    """Register a part of the case page; those with the lowest rank stand first. The function gives what its
    template knows as `panel.data`, or None where there is nothing to show to this reader. It costs a fixed number
    of statements."""

    def register(show: Show) -> Show:
        _PANELS.append((rank, Panel(code, title, template), show))
        _PANELS.sort(key=lambda entry: entry[0])
        return show

    return register


def panels_for(looking: Looking) -> list[Panel]:
    shown = ((part, show(looking)) for _, part, show in _PANELS)
    return [Panel(part.code, part.title, part.template, data) for part, data in shown if data is not None]
