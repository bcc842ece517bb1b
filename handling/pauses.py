"""Waiting for somebody else: the clock of a case stands still, and everybody sees for whom."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from handling.calendar import CLOSING, WorkCalendar, load_calendar
from handling.clock import SHANGHAI
from handling.deeds import StepNotAllowed, check_working, recorded
from handling.forms import FormInvalid
from handling.notices import tell_of_event
from handling.promises import promise_until
from handling.scheme import Scheme
from models import Event, Suggestion, User

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
    tell_of_event(session, scheme, case, event, "paused", now, variables={"waits_for": waits_for})
    return event


def resume_case(session: Session, scheme: Scheme, case: Suggestion, user: User | None, *, now: datetime) -> Event:
    """Go on, with the lost time given back. user None: the system, because what was waited for has come."""
    if case.paused_at is None:
        raise StepNotAllowed("这件事没有停")
    if user is not None:
        check_working(case, user)
    with recorded(session, case, "resumed", actor=user, now=now) as event:
        give_back_time(session, case, now)
    tell_of_event(session, scheme, case, event, "resumed", now)
    return event


def give_back_time(session: Session, case: Suggestion, now: datetime) -> None:
    """The due time moves by the time that was lost while the case waited; no longer waiting."""
    assert case.paused_at is not None
    if case.due is not None:
        since = (case.due_from or case.received_at) + (now - case.paused_at)
        promise_until(case, later(load_calendar(session), case.due, case.paused_at, now), since=since)
    case.paused_at, case.paused_for = None, ""


def later(calendar: WorkCalendar, due: datetime, paused_at: datetime, now: datetime) -> datetime:
    """A promise for a day moves by whole working days, to the nearest; one for an hour by the time that passed."""
    if due.astimezone(SHANGHAI).time() != CLOSING:
        return due + (now - paused_at)
    lost = round(calendar.working_time(paused_at, now) / timedelta(days=1))
    return calendar.due(due, lost).astimezone(UTC) if lost else due
