"""A deed at a case that is no action of its scheme: the reasons against it, and the event that records it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from handling.history import changes_since, snapshot
from models import Event, Role, Suggestion, SuggestionState, User

LEADERS = (Role.COORDINATOR, Role.ADMINISTRATOR)


class StepNotAllowed(Exception):
    """The message says in Chinese why not."""


class StaleCase(Exception):
    """Somebody else changed the case since the page was shown."""

    def __init__(self) -> None:
        super().__init__("刚才有人改过这件事，请刷新后再办")


@contextmanager
def refusing_stale() -> Iterator[None]:
    """The optimistic lock: somebody else's commit came first. Any look at the database may find that out, since it
    writes first what has changed."""
    try:
        yield
    except StaleDataError as error:
        raise StaleCase from error


@contextmanager
def recorded(
    session: Session,
    case: Suggestion,
    kind: str,
    *,
    actor: User | None,
    now: datetime,
    form: Mapping[str, Any] | None = None,
    note: str = "",
) -> Iterator[Event]:
    """What happens inside is one event of the case, with its changes. actor None: the system or the resident.
    StaleCase when somebody else changed the case meanwhile."""
    before = snapshot(case)
    event = _event(case, kind, actor=actor, now=now, form=form, note=note)
    with refusing_stale():
        yield event
        case.events.append(event)
        # The version rises whatever the deed changes, so that of two people at once one is refused.
        flag_modified(case, "step")
        session.flush()
    event.changes = changes_since(before, case)
    session.flush()


def record(
    session: Session,
    case: Suggestion,
    kind: str,
    *,
    actor: User | None,
    now: datetime,
    form: Mapping[str, Any] | None = None,
    note: str = "",
) -> Event:
    """`recorded` for a deed that changes nothing in the case's own row."""
    with recorded(session, case, kind, actor=actor, now=now, form=form, note=note) as event:
        return event


def note_event(
    session: Session,
    case: Suggestion,
    kind: str,
    *,
    actor: User | None,
    now: datetime,
    form: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    note: str = "",
) -> None:
    """What happened beside the case: written into its history, and nobody's open page is stale by it."""
    event = _event(case, kind, actor=actor, now=now, form=form, note=note)
    event.suggestion, event.changes = case, dict(changes or {})
    session.add(event)
    session.flush()


def _event(
    case: Suggestion, kind: str, *, actor: User | None, now: datetime, form: Mapping[str, Any] | None, note: str
) -> Event:
    """In the step in which the case is now."""
    return Event(at=now, actor=actor, kind=kind, step=case.step, form=dict(form or {}), note=note)


def may_lead(user: User) -> bool:
    return user.active and user.role in LEADERS


def may_work(case: Suggestion, user: User) -> bool:
    """Its handler, and those who coordinate."""
    return may_lead(user) or (user.active and user.role is Role.HANDLER and case.handler_id == user.id)


def check_working(case: Suggestion, user: User) -> None:
    """StepNotAllowed when the case is not in hand, or not in this person's."""
    if case.state is not SuggestionState.HANDLING:
        raise StepNotAllowed("这件事现在不在办理中")
    if not may_work(case, user):
        raise StepNotAllowed("这件事不是您的")


def check_leading(user: User) -> None:
    if not may_lead(user):
        raise StepNotAllowed("要由统筹员来定")
