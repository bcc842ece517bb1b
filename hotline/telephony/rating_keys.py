"""满意度 by telephone key: who is called back after closing presses 1 to 5, on a landline too.

A key counts at any moment of the call; silence repeats the message once and rates nothing."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort
from sqlalchemy.orm import Session

from handling.ratings import Rated, rate_by_key, rating_asked
from hotline.current import current
from hotline.telephony import posted
from models import Notice

QUESTION = "rate_please"
# In the message of a notice that asks: where else to say how it went, once the question has been answered.
INSTEAD = "opinion_please"
AGAIN = "callback_again"
BYE = "callback_bye"
ANSWERS = {Rated.HAPPY: "rate_noted", Rated.LOW: "rate_low", Rated.REOPENED: "rate_reopened"}


def add_to(blueprint: Blueprint) -> None:
    """Under the carrier's webhooks, where signatures are checked."""
    blueprint.add_url_rule("/notice/<int:notice_id>/rating/<int:attempt>", "rating_key", pressed, methods=["POST"])


def ask(session: Session, notice: Notice) -> Response | None:
    """The message with its question; None when this notice asks for no rating, or no longer."""
    rating = rating_asked(session, notice) if INSTEAD in notice.prompts else None
    if rating is None or rating.score is not None:
        return None
    first, _ = _message(notice)
    return _ask_key(notice, [*first, QUESTION], attempt=1)


def pressed(notice_id: int, attempt: int) -> Response:
    """A key, or none: the Gather was left alone."""
    digits = posted.value("Digits")
    with current().database.write() as session:
        notice = session.get(Notice, notice_id) or abort(404)
        rated = rate_by_key(session, current().scheme, notice, digits, current().clock.now())
        if rated is not None:
            return posted.bye([ANSWERS[rated], BYE])
        if attempt > 1:
            return posted.bye([BYE])
        _, second = _message(notice)
        return _ask_key(notice, [QUESTION] if digits else [*second, QUESTION], attempt=2)


def _message(notice: Notice) -> tuple[list[str], list[str]]:
    """What the call-back says the first time and, after AGAIN, the second time."""
    said = [key for key in notice.prompts if key not in (INSTEAD, BYE)]
    middle = said.index(AGAIN) if AGAIN in said else len(said)
    return said[:middle], said[middle:]


def _ask_key(notice: Notice, words: Sequence[str], *, attempt: int) -> Response:
    return posted.ask(words, f"/twilio/notice/{notice.id}/rating/{attempt}")
