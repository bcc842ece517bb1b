"""Waiting for somebody else: the clock of a case stands still, and everybody sees for whom."""

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from handling.calendar import CLOSING, WorkCalendar, closing_time, load_calendar
from handling.clock import SHANGHAI
from handling.deeds import StepNotAllowed, check_working, recorded
from handling.forms import FormInvalid
from handling.notices import queue_notice
from handling.promises import promise_until
from handling.scheme import Scheme
from models import Event, Priority, Suggestion, User

LONGEST_NAME = 60


def pause_case(
    session: Session, scheme: Scheme, case: Suggestion, user: User, *, waits_for: str, now: datetime
) -> Event:
    """waits_for: who has to act, as the resident will read it. StepNotAllowed, FormInvalid."""
    check_working(case, user)
    if case.paused_at is not None:
        raise StepNotAllowed(f"已经在等{case.paused_for}")
    waits_for = " ".join(waits_for.split())
    if not 0 < len(waits_for) <= LONGEST_NAME:
        raise FormInvalid({"waits_for": f"请写明在等谁，最多{LONGEST_NAME}字"})
    with recorded(session, case, "paused", actor=user, now=now, form={"waits_for": waits_for}) as event:
        case.paused_at, case.paused_for = now, waits_for
    _tell(session, scheme, case, event, "paused", {"waits_for": waits_for}, now)
    return event


def resume_case(session: Session, scheme: Scheme, case: Suggestion, user: User | None, *, now: datetime) -> Event:
    """Go on, with the lost time given back. user None: the system, because what was waited for has come."""
    if case.paused_at is None:
        raise StepNotAllowed("这件事没有停")
    if user is not None:
        check_working(case, user)
    with recorded(session, case, "resumed", actor=user, now=now) as event:
        give_back_time(session, case, now)
    _tell(session, scheme, case, event, "resumed", {}, now)
    return event


def give_back_time(session: Session, case: Suggestion, now: datetime) -> None:
    """The due time moves by the working time that passed while the case waited; no longer waiting."""
    assert case.paused_at is not None
    if case.due is not None:
        calendar = load_calendar(session)
        lost = calendar.working_time(case.paused_at, now)
        since = (case.due_from or case.received_at) + (now - case.paused_at)
        promise_until(case, later_by(calendar, case.due, lost), since=since)
    case.paused_at, case.paused_for = None, ""


def later_by(calendar: WorkCalendar, due: datetime, lost: timedelta) -> datetime:
    """`due` and as much working time more, to the closing of that day: a promise for a day stays one."""
    ends_a_day = due.astimezone(SHANGHAI).time() == CLOSING
    moved = due
    while lost > timedelta():
        local = moved.astimezone(SHANGHAI)
        midnight = datetime.combine(local.date() + timedelta(days=1), time(), SHANGHAI)
        step = midnight - local
        if calendar.is_working_day(local.date()):
            step = min(step, lost)
            lost -= step
        moved = local + step
    if not ends_a_day:
        return moved
    day = moved.astimezone(SHANGHAI).date()
    while not calendar.is_working_day(day) or closing_time(day) < moved:
        day += timedelta(days=1)
    return closing_time(day)


def _tell(
    session: Session,
    scheme: Scheme,
    case: Suggestion,
    event: Event,
    template: str,
    variables: dict[str, str],
    now: datetime,
) -> None:
    queue_notice(
        session,
        scheme,
        key=f"event:{event.id}:{case.id}",
        template=template,
        suggestion=case,
        resident=case.resident,
        priority=Priority.ROUTINE,
        variables=variables,
        now=now,
    )
