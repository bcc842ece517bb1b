"""Planned cases (C 类) that were answered with the day on which they are looked at again: they are."""

from datetime import datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handling.calendar import load_calendar
from handling.clock import SHANGHAI
from handling.deeds import recorded
from handling.notices import not_before, queue_notice, tell_of_event
from handling.promises import promise_within, work_anew
from handling.scheme import Scheme
from handling.scheme.versions import scheme_of
from handling.status import reports_by_resident
from handling.supervision import responsible_for
from models import Event, Priority, Suggestion, SuggestionState

LOOKED_AGAIN = "looked_again"
GOING_ON = (SuggestionState.HANDLING, SuggestionState.DONE)


def to_look_at(session: Session, *, now: datetime) -> list[int]:
    """The cases whose day has come, from eight in the morning of a working day; ids."""
    today = now.astimezone(SHANGHAI).date()
    if not load_calendar(session).is_working_day(today) or not_before(Priority.ROUTINE, now) > now:
        return []
    tomorrow = datetime.combine(today + timedelta(days=1), time(), SHANGHAI)
    come = select(Suggestion.id).where(
        Suggestion.look_again_at < tomorrow,
        or_(Suggestion.state == SuggestionState.HANDLING, Suggestion.state == SuggestionState.DONE),
    )
    return list(session.scalars(come.order_by(Suggestion.id)))


def look_again(session: Session, scheme: Scheme, suggestion_id: int, *, now: datetime) -> bool:
    """Back to the step where it was planned and into the handler's hands, with the time limit of its level from
    now on; its handler and everybody who reported it hear that. False when somebody else was quicker, or it is
    out of hand."""
    case = session.get(Suggestion, suggestion_id, with_for_update=True, populate_existing=True)
    if case is None or case.look_again_at is None or case.state not in GOING_ON:
        return False
    scheme = scheme_of(session, case, scheme)
    with recorded(session, case, LOOKED_AGAIN, actor=None, now=now) as event:
        case.state, case.done_at = SuggestionState.HANDLING, None
        case.step = planning_step(scheme, case)
        work_anew(case)
        level = scheme.find_level(case.level)
        if level is not None:
            promise_within(session, scheme, case, level, since=now)
    _tell(session, scheme, case, event, now)
    return True


def planning_step(scheme: Scheme, case: Suggestion) -> str:
    """The step of the last action that planned it; its present one when the rules no longer have that."""
    planning = {action.code for step in scheme.steps for action in step.actions if action.status == "planned"}
    steps = (event.step for event in reversed(case.events) if event.kind in planning)
    step = next(steps, case.step)
    return step if scheme.find_step(step) else case.step


def _tell(session: Session, scheme: Scheme, case: Suggestion, event: Event, now: datetime) -> None:
    for report in reports_by_resident(session, case):
        tell_of_event(session, scheme, report, event, "looked_again", now)
    for person in responsible_for(session, case):
        if person.phone:
            queue_notice(
                session,
                scheme,
                key=f"event:{event.id}:staff:{person.id}",
                template="staff_look_again",
                suggestion=case,
                to_number=person.phone,
                priority=Priority.ROUTINE,
                now=now,
            )
