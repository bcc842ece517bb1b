"""The case that somebody works on with experts, a deliberation or its money."""

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.desk.access import LEADERS, me
from models import Suggestion, SuggestionState

OPEN = (SuggestionState.REVIEW, SuggestionState.HANDLING, SuggestionState.DONE)


def may_work_on(case: Suggestion) -> bool:
    """Coordinators and administrators, and the handler of the case; not after it was merged or refused."""
    return case.state in OPEN and (me().role in LEADERS or case.handler_id == me().id)


def case_at_work(session: Session, number: int) -> Suggestion:
    """404 for no such case, 403 for who may not work on it."""
    case = session.scalar(select(Suggestion).where(Suggestion.number == number)) or abort(404)
    if not may_work_on(case):
        abort(403)
    return case
