"""满意度 by text or by key: the request that the resident has not answered, and the score that answers it."""

import enum
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.asking import Asking, OpenQuestion
from handling.commands import parse_command
from handling.scheme import Scheme
from handling.scheme.versions import scheme_of
from handling.status import leading
from handling.visits import SCORES, take_score
from models import Notice, Rating, Resident, Suggestion, SuggestionState, TextKind


class Rated(enum.Enum):
    """What to say to a score: thanks, an ear for what went wrong, or that it begins anew."""

    HAPPY = "happy"
    LOW = "low"
    REOPENED = "reopened"


def open_rating(asking: Asking) -> OpenQuestion | None:
    """The claimant for `handling.open_questions`."""
    rating = newest_request(asking.session, asking.resident)
    return None if rating is None else OpenQuestion(rating.requested_at, lambda: _take(asking, rating))


def newest_request(session: Session, resident: Resident) -> Rating | None:
    asked = (
        select(Rating)
        .join(Suggestion)
        .where(Suggestion.resident_id == resident.id, Rating.score.is_(None))
        .order_by(Rating.requested_at.desc(), Rating.id.desc())
    )
    return session.scalars(asked.limit(1)).one_or_none()


def _take(asking: Asking, rating: Rating) -> bool:
    command = parse_command(asking.text.body)
    if command is None or command.kind != "rating" or command.number is None:
        return False
    asking.text.kind = TextKind.RATING
    asking.text.suggestion = rating.suggestion
    template = take_score(asking.session, asking.scheme, rating, command.number, asking.now)
    asking.reply(template, suggestion=rating.suggestion)
    return True


def rating_asked(session: Session, notice: Notice) -> Rating | None:
    """The request for which this notice asks, answered or not. Locked: of two webhooks the second waits."""
    asked = (
        select(Rating)
        .where(Rating.suggestion_id == notice.suggestion_id, Rating.requested_at == notice.created_at)
        .order_by(Rating.id)
        .limit(1)
        .with_for_update()
    )
    return session.scalars(asked).one_or_none() if notice.suggestion_id else None


def rate_by_key(session: Session, scheme: Scheme, notice: Notice, digits: str, now: datetime) -> Rated | None:
    """Takes the score once; a request that comes twice is answered alike. None when it is no score."""
    rating = rating_asked(session, notice)
    if rating is None or digits not in {str(score) for score in SCORES}:
        return None
    if rating.score is None:
        take_score(session, scheme, rating, int(digits), now)
    lead = leading(rating.suggestion)
    assert rating.score
    if rating.score > scheme_of(session, lead, scheme).visits.unhappy:
        return Rated.HAPPY
    return Rated.REOPENED if lead.state is SuggestionState.HANDLING else Rated.LOW
