"""What the resident was promised, since when, and whether it was kept."""

from datetime import datetime

from sqlalchemy.orm import Session

from handling.calendar import load_calendar
from handling.forms import Filled
from handling.scheme import Action, Scheme
from handling.scheme.base import TimeLimit
from models import Suggestion, SuggestionState

ANSWERED = ("done", "planned")
ENDED = (SuggestionState.DONE, SuggestionState.INVALID)


def promise_until(suggestion: Suggestion, due: datetime, *, since: datetime) -> None:
    """`since`: when the time began of which the lights show what is left."""
    suggestion.due = due
    suggestion.due_from = since


def promise_within(
    session: Session, scheme: Scheme, suggestion: Suggestion, limit: TimeLimit, *, since: datetime
) -> None:
    """An answer within a time limit of the scheme, on the community's calendar."""
    due = load_calendar(session).end_of(limit, since, scheme.community.staffed)
    promise_until(suggestion, due, since=since)


def note_answer(
    suggestion: Suggestion, action: Action, filled: Filled, promised: datetime | None, now: datetime
) -> None:
    """Keep the moments that the figures measure, after an action changed the case.

    promised: the due time before it, since an answer may name a new day (when a plan is looked at again)."""
    if action.notice and suggestion.first_answered_at is None:
        suggestion.first_answered_at = now
    if action.status == "handling":
        work_anew(suggestion)
    if answers(action) and suggestion.answered_at is None:
        suggestion.answered_at = now
        suggestion.answered_in_time = promised is None or now <= promised
    if converts(action, filled) and suggestion.converted_at is None:
        suggestion.converted_at = now
    if action.status:
        planned = action.status == "planned" and "due" in filled.targets
        suggestion.look_again_at = filled.targets["due"] if planned else None


def answers(action: Action) -> bool:
    """Does it tell those who reported the matter what came of it?"""
    return action.status in ANSWERED or action.state in ENDED


def work_anew(suggestion: Suggestion) -> None:
    """The answer did not hold: it is to be given again, and neighbours no longer read that it was given."""
    suggestion.published_at = None
    suggestion.answered_at = None
    suggestion.answered_in_time = None
    suggestion.converted_at = None
    suggestion.look_again_at = None


def converts(action: Action, filled: Filled) -> bool:
    """Has the suggestion become a measure (转化)? By the action itself, or by what was chosen in it."""
    return action.converts or any(filled.values.get(asked.code) in asked.converts for asked in action.fields)
