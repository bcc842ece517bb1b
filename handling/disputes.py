"""Mediation platforms: each has its own time; what is not settled in it goes up to the next. Who may read a case
that is confidential."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from handling.assistance import is_helper
from handling.deeds import may_lead, record
from handling.scheme import Action, Scheme
from handling.scheme.versions import scheme_of
from models import Assistance, Suggestion, SuggestionState, User


def next_platform(scheme: Scheme, case: Suggestion) -> Action | None:
    """The action that takes an unsettled dispute up; None where the case is on no platform, or on the last."""
    step = scheme.find_step(case.step)
    return step.action(step.moves_up) if step is not None and step.moves_up else None


def platform_is_over(scheme: Scheme, case: Suggestion, now: datetime) -> bool:
    """Its time has passed without a settlement."""
    waiting = case.state is SuggestionState.HANDLING and case.paused_at is None
    return waiting and case.due is not None and case.due < now and next_platform(scheme, case) is not None


def flag_platforms(session: Session, scheme: Scheme, now: datetime) -> int:
    """One event for each platform whose time is over, which proposes to go up; how many were flagged now."""
    late = select(Suggestion).where(
        Suggestion.state == SuggestionState.HANDLING, Suggestion.due < now, Suggestion.paused_at.is_(None)
    )
    flagged = 0
    for case in session.scalars(late.order_by(Suggestion.id)):
        rules = scheme_of(session, case, scheme)
        upward = next_platform(rules, case)
        if upward is None or _is_flagged(case):
            continue
        record(session, case, "limit_over", actor=None, now=now, form={"proposed": upward.name})
        flagged += 1
    return flagged


def _is_flagged(case: Suggestion) -> bool:
    """Since it came to this platform."""
    for event in reversed(case.events):
        if event.kind == "limit_over":
            return True
        if "step" in event.changes or "due" in event.changes:
            return False
    return False


def may_read(session: Session, case: Suggestion, user: User) -> bool:
    """A confidential case is for those who work on it: coordinators, its handler, who helps or helped. While it
    waits for review, also for who reviews."""
    if not case.confidential or may_lead(user) or case.handler_id == user.id:
        return True
    return case.claimed_by_id == user.id or is_helper(session, case, user)


def readable_by(user_id: int, *, leads: bool) -> ColumnElement[bool]:
    """The same for lists of suggestions, without the user's row. leads: a coordinator or administrator."""
    if leads:
        return true()
    unit = select(User.unit_id).where(User.id == user_id).scalar_subquery()
    asked = or_(Assistance.user_id == user_id, Assistance.unit_id == unit)
    helped = select(Assistance.suggestion_id).where(asked)
    return or_(Suggestion.confidential.is_(False), Suggestion.handler_id == user_id, Suggestion.id.in_(helped))
