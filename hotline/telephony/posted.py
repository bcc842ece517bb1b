"""What a carrier's webhook posts, and how it is answered."""

from collections.abc import Sequence

from flask import Response, abort, request
from sqlalchemy.orm import Session

from hotline.current import current
from hotline.telephony import inbound
from hotline.telephony.inbound import CallFacts
from hotline.telephony.twiml import CallScript
from models import Call


def value(name: str, limit: int | None = 1000) -> str:
    # PostgreSQL stores no NUL; no carrier sends one on purpose.
    return request.form.get(name, "").replace("\0", "")[:limit]


def sid(name: str) -> str:
    return value(name, limit=64) or abort(400)


def seconds() -> int | None:
    """RecordingDuration; None when this webhook does not tell it."""
    told = value("RecordingDuration")
    return int(told) if told.isascii() and told.isdigit() else None


def call(session: Session) -> Call:
    """The row of the inbound call that this webhook is about."""
    facts = CallFacts(
        sid=sid("CallSid"),
        from_number=value("From", limit=64),
        to_number=value("To", limit=64),
        status=value("CallStatus", limit=24),
    )
    return inbound.register_call(session, facts, current().clock.now())


def twiml(xml: str) -> Response:
    return Response(xml, mimetype="text/xml")


def bye(words: Sequence[str]) -> Response:
    """Say the prompts, then hang up."""
    return twiml(script().bye(words))


def speak(words: Sequence[str], *, attempt: int = 1) -> Response:
    """Say the prompts, then record."""
    return twiml(script().speak(words, attempt=attempt))


def to_the_tone(words: Sequence[str] = (), *, attempt: int = 1) -> Response:
    """Who rang may still say what is on their mind, as on every call."""
    return speak([*words, "consent_short", "speak"], attempt=attempt)


def ask(words: Sequence[str], path: str) -> Response:
    """Say the prompts, and wait for one key, which goes to `path`."""
    return twiml(script().ask(words, path))


def script() -> CallScript:
    hotline = current()
    return CallScript(hotline.settings.public_url, hotline.prompts)


def done() -> Response:
    return Response(status=204)
