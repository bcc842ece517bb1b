"""满意度 by text: the newest request that the resident has not answered, and the score that answers it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.asking import Asking, OpenQuestion
from handling.commands import parse_command
from handling.visits import take_score
from models import Rating, Resident, Suggestion, TextKind


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
