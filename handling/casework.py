"""Working a case: what a person may do with it now, and doing it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handling.calendar import load_calendar
from handling.deeds import StaleCase, StepNotAllowed, recorded, refusing_stale
from handling.deliberation.meetings import record_of_action
from handling.deliberation.notices import RESULTS
from handling.forms import Filled, FormInvalid, read_form, show_value
from handling.handler_notices import tell_handler
from handling.intake import set_courtyard, set_level
from handling.notices import tell_of_event
from handling.permission import actions_for, blocked_actions, may_act, may_act_at_station, reason_against
from handling.promises import ENDED, answers, note_answer, promise_until, promise_within
from handling.residents.points import award, balance_of
from handling.scheme import Action, Scheme
from handling.scheme.notice_variables import VARIABLES
from handling.scheme.versions import scheme_of
from handling.status import reports_by_resident
from handling.upkeep import set_upkeep
from handling.visits import invite_proposer, plan_visits
from models import Event, Rating, Suggestion, SuggestionState, User

__all__ = [
    "FormInvalid",
    "StaleCase",
    "StepNotAllowed",
    "actions_for",
    "blocked_actions",
    "may_act",
    "reason_against",
    "take_action",
]


@refusing_stale()
def take_action(
    session: Session,
    scheme: Scheme,
    suggestion: Suggestion,
    user: User,
    action_code: str,
    form: Mapping[str, str],
    *,
    now: datetime,
    version: int | None = None,
) -> Event:
    """Do it: change the case, write the event, tell the resident. scheme: the one in force; the case may have
    begun with an older one, which then says what happens.

    version: that of the page on which the person decided. Raises StaleCase, StepNotAllowed, FormInvalid."""
    if version is not None and version != suggestion.version:
        raise StaleCase
    scheme = scheme_of(session, suggestion, scheme)
    step = scheme.find_step(suggestion.step)
    if step is None:
        raise StepNotAllowed(f"现在的办理流程里没有“{suggestion.step}”这一步")
    action = step.action(action_code)
    if action is None:
        raise StepNotAllowed("这件事现在不在这一步，请刷新再看")
    reason = reason_against(scheme, suggestion, user, action)
    if reason:
        raise StepNotAllowed(reason)
    filled = read_form(session, scheme, action, form, now)
    with recorded(session, suggestion, action.code, actor=user, now=now, form=filled.values) as event:
        if suggestion.handler is None and may_act_at_station(suggestion, user, action):
            suggestion.handler = user
        _apply(session, scheme, suggestion, action, filled, now)
    told = _reward(session, scheme, suggestion, action, user, now)
    # A field that sets the level says “A”, the case's own variable “A类”.
    told |= {code: show_value(action, code, v) for code, v in filled.values.items() if code not in VARIABLES}
    if action.deliberation:
        outcome = record_of_action(session, scheme, suggestion, action, filled.values, user, now)
        told["decided"] = RESULTS[outcome]
    _tell(session, scheme, suggestion, action, event, told, now)
    tell_handler(session, scheme, suggestion, event, user, now)
    if action.invites:
        invite_proposer(session, scheme, suggestion, user, now)
    session.flush()
    return event


def _apply(
    session: Session, scheme: Scheme, suggestion: Suggestion, action: Action, filled: Filled, now: datetime
) -> None:
    targets, promised = filled.targets, suggestion.due
    if "level" in targets:
        set_level(session, scheme, suggestion, targets["level"])
    if "due" in targets:
        promise_until(suggestion, targets["due"], since=now)
    if "handler" in targets:
        suggestion.handler = targets["handler"]
    if "courtyard" in targets:
        set_courtyard(suggestion, targets["courtyard"])
    if "unit" in targets:
        suggestion.unit = targets["unit"]
    if "upkeep" in targets:
        set_upkeep(session, scheme, suggestion, targets["upkeep"], now)
    if "feedback" in targets:
        suggestion.feedback = targets["feedback"]
    if action.publishes:
        suggestion.published_at = now
    enter_next(session, scheme, suggestion, action, now, due_is_set="due" in targets)
    if action.state is not None:
        suggestion.state = action.state
        suggestion.done_at = now if action.state in ENDED else None
    if action.state is SuggestionState.DONE:
        plan_visits(session, scheme, suggestion, now)
    note_answer(suggestion, action, filled, promised, now)


def enter_next(
    session: Session,
    scheme: Scheme,
    suggestion: Suggestion,
    action: Action,
    now: datetime,
    *,
    due_is_set: bool = False,
) -> None:
    """Go where the action leads. A step with a time of its own promises anew, unless somebody named a day."""
    if not action.next:
        return
    suggestion.step = action.next
    step = scheme.step(action.next)
    suggestion.confidential = suggestion.confidential or step.confidential
    if step.is_limited and not due_is_set:
        promise_within(session, scheme, suggestion, step, since=now)


def _reward(
    session: Session, scheme: Scheme, suggestion: Suggestion, action: Action, user: User, now: datetime
) -> dict[str, Any]:
    """Points of the action's rule, once for each suggestion; what the notice says about them."""
    resident = suggestion.resident
    if not action.points or resident is None:
        return {"points": 0, "balance": 0}
    rule = scheme.points_rule(action.points)
    award(session, rule, resident, suggestion=suggestion, actor=user, now=now)
    return {"points": rule.points, "balance": balance_of(session, resident.id)}


def _tell(
    session: Session,
    scheme: Scheme,
    suggestion: Suggestion,
    action: Action,
    event: Event,
    variables: dict[str, Any],
    now: datetime,
) -> None:
    for one in reports_by_resident(session, suggestion) if answers(action) else [suggestion]:
        if action.asks_rating and one.resident_id is not None:
            session.add(Rating(suggestion=one, requested_at=now))
        if action.notice:
            tell_of_event(session, scheme, one, event, action.notice, now, variables=variables)


def due_warnings(session: Session, suggestion: Suggestion) -> list[str]:
    """What the case page says when the calendar of the due date's year is not known."""
    return load_calendar(session).warnings(suggestion.received_at, suggestion.due)
