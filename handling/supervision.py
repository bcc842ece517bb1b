"""催办 and 督办: who is reminded before a case is due, and who hears of it when it is late, each exactly once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handling.assignment import stations_above
from handling.calendar import WorkCalendar, load_calendar
from handling.clock import SHANGHAI
from handling.deeds import note_event
from handling.lights import Running, running_cases
from handling.notices import not_before, queue_notice
from handling.scheme import Scheme
from handling.scheme.supervision import HANDLER
from handling.status import OPEN_STATES
from models import Priority, Role, Suggestion, User, find_or_add
from models import Supervision as Entry

HOUR = timedelta(hours=1)
REMINDED, SUPERVISED, RELIEVED = "reminded", "supervised", "relieved"


@dataclass(frozen=True)
class Deed:
    """One thing to do about a case. `key` makes it happen once for each due time that was promised.
    tier: "handler" or the rank that is told; hours: left before the due time, for a reminder."""

    key: str
    kind: str
    suggestion_id: int
    due: datetime
    tier: str = ""
    hours: int = 0


def deeds_due(session: Session, scheme: Scheme, *, now: datetime) -> list[Deed]:
    """What is to be done now: three statements, whatever the number of cases. Nothing in quiet hours, so that
    nobody reads at eight of what was settled at nine in the evening."""
    if scheme.supervision is None or not_before(Priority.ROUTINE, now) > now:
        return []
    calendar = load_calendar(session)
    found = [deed for case in running_cases(session) for deed in _deeds_of(calendar, scheme, case, now)]
    keys = {deed.key for deed in found}
    in_hand = select(Suggestion.id).where(Suggestion.state.in_(OPEN_STATES), Suggestion.answered_at.is_(None))
    done = set(session.scalars(select(Entry.key).where(Entry.suggestion_id.in_(in_hand)))) if keys else set()
    return [deed for deed in found if deed.key not in done]


def _deeds_of(calendar: WorkCalendar, scheme: Scheme, case: Running, now: datetime) -> Iterator[Deed]:
    if case.due is None or case.paused_at is not None:
        return
    if now < case.due:
        if case.supervised_by:
            yield _deed(RELIEVED, case, case.due)
        yield from _reminder(calendar, scheme, case, case.due, now)
        return
    assert scheme.supervision is not None
    for stage in scheme.supervision.stages:
        if now >= calendar.end_of(stage, case.due, scheme.community.staffed):
            yield _deed(SUPERVISED, case, case.due, tier=stage.tier)


def _reminder(
    calendar: WorkCalendar, scheme: Scheme, case: Running, due: datetime, now: datetime
) -> Iterator[Deed]:
    """The last one that is reached: a worker that was down does not send yesterday's reminder after today's."""
    assert scheme.supervision is not None
    since = case.due_from or case.received_at
    left, whole = _time(calendar, due, now), _time(calendar, due, since)
    reached = [hours for hours in scheme.supervision.remind_hours if left <= hours * HOUR < whole]
    if reached:
        yield _deed(REMINDED, case, due, hours=min(reached))


def _deed(kind: str, case: Running, due: datetime, *, tier: str = "", hours: int = 0) -> Deed:
    what = tier or hours or ""
    return Deed(f"{kind}:{case.id}:{due:%Y%m%dT%H%M}:{what}", kind, case.id, due, tier, hours)


def _time(calendar: WorkCalendar, due: datetime, now: datetime) -> timedelta:
    """Until the due time, without free days unless the due time itself lies on one."""
    works = calendar.is_working_day(due.astimezone(SHANGHAI).date())
    return calendar.working_time(now, due) if works else due - now


def do_deed(session: Session, scheme: Scheme, deed: Deed, *, now: datetime) -> bool:
    """Event and notices in the caller's transaction. False when another worker was quicker, or the case has
    moved on since it was looked at."""
    case = session.get(Suggestion, deed.suggestion_id, with_for_update=True, populate_existing=True)
    if case is None or case.state not in OPEN_STATES or case.answered_at or case.paused_at or case.due != deed.due:
        return False
    entry = {"kind": deed.kind, "suggestion_id": case.id, "tier": deed.tier, "at": now}
    _, is_new = find_or_add(session, Entry, key="key", value=deed.key, **entry)
    if not is_new:
        return False
    if deed.kind == RELIEVED:
        _supervise(session, case, RELIEVED, tier="", form={}, now=now)
    elif deed.kind == REMINDED:
        _remind(session, scheme, case, deed, now)
    else:
        _escalate(session, scheme, case, deed, now)
    session.flush()
    return True


def _remind(session: Session, scheme: Scheme, case: Suggestion, deed: Deed, now: datetime) -> None:
    told = responsible_for(session, case)
    hours = max(1, ceil((deed.due - now) / HOUR))
    form = {"who": _names(told), "hours_left": hours}
    note_event(session, case, REMINDED, actor=None, now=now, form=form)
    _tell(session, scheme, case, deed, told, "staff_due", {"hours_left": hours}, now)


def _escalate(session: Session, scheme: Scheme, case: Suggestion, deed: Deed, now: datetime) -> None:
    late = {"late_by": late_text(now - deed.due)}
    if deed.tier == HANDLER:
        told = responsible_for(session, case)
        form = {"who": _names(told), **late}
        note_event(session, case, SUPERVISED, actor=None, now=now, form=form)
        _tell(session, scheme, case, deed, told, "staff_late", late, now)
        return
    ranks = [tier.code for tier in scheme.tiers]
    # Nobody supervises who ranks no higher than the handler, and a supervision never climbs down.
    floor = max(_rank(ranks, case.handler.tier if case.handler else ""), _rank(ranks, case.supervised_by))
    if _rank(ranks, deed.tier) <= floor:
        return
    told = supervisors_of(session, case, deed.tier)
    form = {"tier": scheme.tier(deed.tier).name, "who": _names(told), **late}
    _supervise(session, case, SUPERVISED, tier=deed.tier, form=form, now=now)
    _tell(session, scheme, case, deed, told, "staff_supervise", late, now)


def _supervise(
    session: Session, case: Suggestion, kind: str, *, tier: str, form: Mapping[str, Any], now: datetime
) -> None:
    """Written past the row's version: a handler with an open page is not turned away because a clock struck."""
    changes = {"supervised_by": [case.supervised_by, tier]}
    note_event(session, case, kind, actor=None, now=now, form=form, changes=changes)
    changed = update(Suggestion).where(Suggestion.id == case.id).values(supervised_by=tier)
    session.execute(changed.execution_options(synchronize_session=False))
    session.refresh(case, ["supervised_by"])


def _tell(
    session: Session,
    scheme: Scheme,
    case: Suggestion,
    deed: Deed,
    people: list[User],
    template: str,
    variables: Mapping[str, object],
    now: datetime,
) -> None:
    for person in people:
        if person.phone:
            queue_notice(
                session,
                scheme,
                key=f"{deed.key}:{person.id}",
                template=template,
                suggestion=case,
                to_number=person.phone,
                priority=Priority.ROUTINE,
                variables=variables,
                now=now,
            )


def responsible_for(session: Session, case: Suggestion) -> list[User]:
    """The handler; those who coordinate while there is none."""
    if case.handler is not None and case.handler.active:
        return [case.handler]
    return _coordinators(session)


def supervisors_of(session: Session, case: Suggestion, tier: str) -> list[User]:
    """The people of that rank: those of the case's station or the nearest one above it, else those who have no
    place, else all; those who coordinate where the rank is empty."""
    people = list(session.scalars(select(User).where(User.active, User.tier == tier).order_by(User.id)))
    if not people:
        return _coordinators(session)
    for station in stations_above(case.station):
        near = [person for person in people if person.station_id == station.id]
        if near:
            return near
    return [person for person in people if person.station_id is None] or people


def _coordinators(session: Session) -> list[User]:
    rows = select(User).where(User.active, User.role == Role.COORDINATOR).order_by(User.id)
    return list(session.scalars(rows))


def _rank(ranks: list[str], tier: str) -> int:
    return ranks.index(tier) if tier in ranks else -1


def _names(people: list[User]) -> str:
    return "、".join(person.name for person in people)


def late_text(late: timedelta) -> str:
    """ "5小时", "2天"."""
    hours = max(1, int(late / HOUR))
    return f"{hours}小时" if hours < 24 else f"{hours // 24}天"
