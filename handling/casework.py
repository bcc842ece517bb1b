"""Working a case: what a person may do with it now, and doing it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from handling.calendar import load_calendar
from handling.forms import Filled, FormInvalid, read_form, show_value
from handling.history import changes_since, snapshot
from handling.intake import set_courtyard, set_level
from handling.needs import unmet_need
from handling.notices import queue_notice
from handling.points import award, balance_of
from handling.promises import note_answer, promise_until, promise_within
from handling.scheme import Action, Scheme
from handling.scheme_checks import VARIABLES
from handling.scheme_versions import scheme_of
from models import (
    Event,
    Priority,
    Rating,
    Role,
    Suggestion,
    SuggestionState,
    User,
)

__all__ = [
    "FormInvalid",
    "StaleCase",
    "StepNotAllowed",
    "actions_for",
    "blocked_actions",
    "reason_against",
    "take_action",
]

CLOSING = (SuggestionState.DONE, SuggestionState.INVALID)


class StepNotAllowed(Exception):
    """The message says in Chinese why not."""


class StaleCase(Exception):
    """Somebody else changed the case since the page was shown."""

    def __init__(self) -> None:
        super().__init__("刚才有人改过这件事，请刷新后再办")


def actions_for(scheme: Scheme, suggestion: Suggestion, user: User) -> list[Action]:
    """What this person may do with the case now, in the scheme's order."""
    return [action for action, reason in _judged(scheme, suggestion, user) if not reason]


def blocked_actions(scheme: Scheme, suggestion: Suggestion, user: User) -> list[tuple[Action, str]]:
    """What this person could do if something else were done first, with the reason in Chinese."""
    return [
        (action, reason)
        for action, reason in _judged(scheme, suggestion, user)
        if reason and not _barred(scheme, suggestion, user, action)
    ]


def _judged(scheme: Scheme, suggestion: Suggestion, user: User) -> list[tuple[Action, str]]:
    scheme = scheme_of(object_session(suggestion), suggestion, scheme)
    step = scheme.find_step(suggestion.step)
    actions = [action for action in step.actions if action.page == "case"] if step else []
    return [(action, reason_against(scheme, suggestion, user, action)) for action in actions]


def reason_against(scheme: Scheme, suggestion: Suggestion, user: User, action: Action) -> str:
    """Why this person may not do it now, in Chinese; "" when they may."""
    barred = _barred(scheme, suggestion, user, action)
    if barred:
        return barred
    if action.points and any(event.kind == action.code for event in suggestion.events):
        return "已经发过了"
    return unmet_need(scheme, suggestion, action)


def _barred(scheme: Scheme, suggestion: Suggestion, user: User, action: Action) -> str:
    if action.page != "case" or suggestion.state is not SuggestionState.HANDLING:
        return "这件事现在不在办理中"
    if not may_act(user, action):
        return f"您的角色不能做“{action.name}”"
    if user.role is Role.HANDLER and suggestion.handler_id != user.id:
        return "这件事不是您的"
    if action.levels and suggestion.level not in action.levels:
        return f"{suggestion.level}类没有“{action.name}”"
    return ""


def may_act(user: User, action: Action) -> bool:
    """An administrator may do whatever a coordinator may."""
    role = Role.COORDINATOR if user.role is Role.ADMINISTRATOR else user.role
    return user.active and role in action.roles


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
    before = snapshot(suggestion)
    event = Event(at=now, actor=user, kind=action.code, step=suggestion.step, form=filled.values)
    _apply(session, scheme, suggestion, action, filled, now)
    suggestion.events.append(event)
    flush_or_stale(session)
    event.changes = changes_since(before, suggestion)
    told = _reward(session, scheme, suggestion, action, user, now)
    # A field that sets the level says “A”, the case's own variable “A类”.
    told |= {code: show_value(action, code, v) for code, v in filled.values.items() if code not in VARIABLES}
    _tell(session, scheme, suggestion, action, event, told, now)
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
    if "feedback" in targets:
        suggestion.feedback = targets["feedback"]
    if action.publishes:
        suggestion.published_at = now
    enter_next(session, scheme, suggestion, action, now, due_is_set="due" in targets)
    if action.state is not None:
        suggestion.state = action.state
        suggestion.done_at = now if action.state in CLOSING else None
    note_answer(suggestion, action, filled, promised, now)
    # The version rises whatever the action changes, so that of two people at once one is refused.
    flag_modified(suggestion, "step")


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
    if step.is_limited and not due_is_set:
        promise_within(session, scheme, suggestion, step, since=now)


def flush_or_stale(session: Session) -> None:
    """The optimistic lock: somebody else's commit came first."""
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleCase from error


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
    ends = action.state in CLOSING or action.status in ("done", "planned")
    reported = [suggestion, *(_merged_into(session, suggestion) if ends else [])]
    residents: set[int | None] = {None}
    for one in reported:
        if one.resident_id in residents:
            continue
        residents.add(one.resident_id)
        if action.asks_rating:
            session.add(Rating(suggestion=one, requested_at=now))
        if action.notice:
            queue_notice(
                session,
                scheme,
                key=f"event:{event.id}:{one.id}",
                template=action.notice,
                suggestion=one,
                resident=one.resident,
                priority=Priority.ROUTINE,
                variables=variables,
                now=now,
            )


def _merged_into(session: Session, suggestion: Suggestion) -> list[Suggestion]:
    """Every report that is carried on in this one, directly or through others."""
    found: list[Suggestion] = []
    heads = [suggestion.id]
    while heads:
        rows = session.scalars(select(Suggestion).where(Suggestion.merged_into_id.in_(heads))).all()
        fresh = [row for row in rows if row not in found]
        found += fresh
        heads = [row.id for row in fresh]
    return found


def due_warnings(session: Session, suggestion: Suggestion) -> list[str]:
    """What the case page says when the calendar of the due date's year is not known."""
    return load_calendar(session).warnings(suggestion.received_at, suggestion.due)
