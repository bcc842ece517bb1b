"""红黄绿灯: how much of its time a case has left, and how handlers and units stand. Colour never speaks alone:
each light has a shape and a word."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from handling.calendar import WorkCalendar, load_calendar
from handling.clock import SHANGHAI
from handling.scheme import Scheme
from handling.scheme.supervision import Lights
from handling.status import OPEN_STATES
from models import Suggestion, SuggestionState, Unit, User


class Light(enum.StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"


@dataclass(frozen=True)
class Sign:
    """css: the class of the badge, "" for the neutral one."""

    word: str
    shape: str
    css: str


SIGNS = {
    Light.GREEN: Sign("绿灯", "✔", "green"),
    Light.YELLOW: Sign("黄灯", "◐", "yellow"),
    Light.RED: Sign("红灯", "✖", "red"),
    Light.PAUSED: Sign("暂停", "‖", ""),
}
NOBODY = "还没有责任人"


@dataclass(frozen=True)
class Running:
    """A case in hand whose answer is not given yet. unit_id: of the case, else of its handler."""

    id: int
    number: int
    state: SuggestionState
    level: str
    domain: str
    confidential: bool
    received_at: datetime
    due_from: datetime | None
    due: datetime | None
    paused_at: datetime | None
    paused_for: str
    answered_at: datetime | None
    supervised_by: str
    handler_id: int | None
    handler_name: str | None
    unit_id: int | None
    unit_name: str | None


@dataclass
class Team:
    """A handler or a unit: `counts` of the open cases by light, and the own light."""

    id: int | None
    name: str
    counts: dict[Light, int] = field(default_factory=lambda: dict.fromkeys(Light, 0))
    light: Light = Light.GREEN

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def share(self, light: Light) -> float:
        return self.counts[light] / self.total if self.total else 0.0


@dataclass(frozen=True)
class Board:
    """`late`: the cases over their time, the longest first."""

    handlers: list[Team]
    units: list[Team]
    late: list[Running]
    counts: dict[Light, int]


def light_of(calendar: WorkCalendar, lights: Lights, case: Suggestion | Running, now: datetime) -> Light | None:
    """None for a case that promises nothing any more: answered, ended, or without a due time."""
    if case.state not in OPEN_STATES or case.due is None or case.answered_at is not None:
        return None
    if case.paused_at is not None:
        return Light.PAUSED
    left = share_left(calendar, case.due_from or case.received_at, case.due, now)
    if now > case.due or left <= lights.red:
        return Light.RED
    return Light.YELLOW if left <= lights.yellow else Light.GREEN


def share_left(calendar: WorkCalendar, since: datetime, due: datetime, now: datetime) -> float:
    """From 1 to 0. A holiday takes nothing from a limit in working days; where the due time itself lies on a free
    day the limit runs round the clock, and all time counts."""
    if now >= due:
        return 0.0
    works = calendar.is_working_day(due.astimezone(SHANGHAI).date())
    whole = calendar.working_time(since, due) if works else due - since
    left = calendar.working_time(max(now, since), due) if works else due - max(now, since)
    return left / whole if whole > timedelta() else 1.0


def team_light(lights: Lights, team: Team) -> Light:
    """By the share of red cases; without any red one, yellow while some case is."""
    red = team.share(Light.RED)
    if red and red >= lights.team_red:
        return Light.RED
    if (red and red >= lights.team_yellow) or team.counts[Light.YELLOW]:
        return Light.YELLOW
    return Light.GREEN


def lights_board(session: Session, scheme: Scheme, *, now: datetime) -> Board:
    """Two statements, whatever the number of cases."""
    calendar = load_calendar(session)
    handlers: dict[int | None, Team] = {}
    units: dict[int | None, Team] = {}
    counts = dict.fromkeys(Light, 0)
    late: list[Running] = []
    for case in running_cases(session):
        light = light_of(calendar, scheme.lights, case, now)
        if light is None:
            continue
        counts[light] += 1
        _team(handlers, case.handler_id, case.handler_name or NOBODY).counts[light] += 1
        if case.unit_id is not None:
            _team(units, case.unit_id, case.unit_name or "").counts[light] += 1
        if case.due is not None and case.due < now and light is Light.RED:
            late.append(case)
    late.sort(key=lambda case: (case.due or now, case.number))
    return Board(_judged(scheme.lights, handlers), _judged(scheme.lights, units), late, counts)


def running_cases(session: Session) -> Iterable[Running]:
    """Every case that still owes an answer, with the names of its handler and unit: one statement."""
    of_handler = aliased(Unit)
    rows = (
        select(
            *(
                getattr(Suggestion, name)
                for name in (
                    *("id", "number", "state", "level", "domain", "confidential", "received_at", "due_from"),
                    *("due", "paused_at", "paused_for", "answered_at", "supervised_by", "handler_id"),
                )
            ),
            User.name.label("handler_name"),
            func.coalesce(Suggestion.unit_id, User.unit_id).label("unit_id"),
            func.coalesce(Unit.name, of_handler.name).label("unit_name"),
        )
        .outerjoin(User, User.id == Suggestion.handler_id)
        .outerjoin(Unit, Unit.id == Suggestion.unit_id)
        .outerjoin(of_handler, of_handler.id == User.unit_id)
        .where(Suggestion.state.in_(OPEN_STATES), Suggestion.answered_at.is_(None))
        .order_by(Suggestion.id)
    )
    return (Running(**row._asdict()) for row in session.execute(rows))


def _team(teams: dict[int | None, Team], key: int | None, name: str) -> Team:
    return teams.setdefault(key, Team(key, name))


def _judged(lights: Lights, teams: dict[int | None, Team]) -> list[Team]:
    """The worst first."""
    for team in teams.values():
        team.light = team_light(lights, team)
    worst = (Light.RED, Light.YELLOW, Light.GREEN)
    return sorted(teams.values(), key=lambda t: (worst.index(t.light), -t.share(Light.RED), -t.total, t.name))
