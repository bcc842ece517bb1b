"""撤回: the resident no longer asks for it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.deeds import StepNotAllowed, may_work, record, recorded
from handling.intake import phones_on_duty
from handling.notices import queue_notice, tell_of_event
from handling.scheme import Scheme
from handling.status import leading
from models import Priority, Suggestion, SuggestionState, Urgency, User

WITHDRAWABLE = (SuggestionState.REVIEW, SuggestionState.HANDLING, SuggestionState.MERGED)


def may_be_withdrawn(case: Suggestion) -> bool:
    """While it is in hand, here or in the case that it was merged into."""
    ended = leading(case).state not in WITHDRAWABLE
    return case.state in WITHDRAWABLE and not ended


def withdraw(
    session: Session,
    scheme: Scheme,
    case: Suggestion,
    *,
    actor: User | None,
    reason: str = "",
    now: datetime,
    priority: Priority = Priority.ROUTINE,
) -> str:
    """The resident said so, by text (actor None) or to somebody at the desk. Neighbours who reported the same
    matter still want it: then the case goes on. The template that the resident was told with.

    StepNotAllowed when it is over, or not this person's."""
    if not may_be_withdrawn(case):
        raise StepNotAllowed("这件事已经办完，不能撤回")
    if actor is not None and not may_work(case, actor):
        raise StepNotAllowed("这件事不是您的")
    shared = case.state is not SuggestionState.MERGED and others_want_it(session, case)
    with recorded(session, case, "withdrawn", actor=actor, now=now, note=reason.strip()) as event:
        if not shared:
            case.state, case.done_at, case.merged_into_id = SuggestionState.WITHDRAWN, now, None
            case.paused_at, case.paused_for = None, ""
            case.claimed_by = case.claimed_until = None
    template = "withdrawn_shared" if shared else "withdrawn"
    tell_of_event(session, scheme, case, event, template, now, priority=priority)
    return template


def withdraw_by_text(
    session: Session,
    scheme: Scheme,
    case: Suggestion,
    *,
    now: datetime,
    priority: Priority,
    duty_phones: Sequence[str] = (),
) -> None:
    """A short text is not enough to let go of an emergency: who is on duty, and the handler, ring and ask."""
    if case.urgency is not Urgency.EMERGENCY:
        withdraw(session, scheme, case, actor=None, now=now, priority=priority)
        return
    event = record(session, case, "withdrawal_asked", actor=None, now=now)
    tell_of_event(session, scheme, case, event, "withdraw_emergency", now, priority=priority)
    phones = [*phones_on_duty(session, duty_phones), case.handler.phone if case.handler else None]
    for phone in dict.fromkeys(phone for phone in phones if phone):
        queue_notice(
            session,
            scheme,
            key=f"withdrawal:{event.id}:{phone}",
            template="withdraw_check",
            suggestion=case,
            to_number=phone,
            priority=Priority.EMERGENCY,
            variables={"caller": case.resident.phone if case.resident else ""},
            now=now,
        )


def others_want_it(session: Session, case: Suggestion) -> bool:
    same = select(Suggestion.id).where(
        Suggestion.merged_into_id == case.id, Suggestion.state == SuggestionState.MERGED
    )
    return session.scalar(same.limit(1)) is not None
