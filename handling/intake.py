"""What came in becomes a suggestion (建议): a number, a proposed level, a promise, and an answer."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

import handling.search  # noqa: F401 (from here on, the search follows the cases)
from handling.deeds import note_event
from handling.history import changes_since, snapshot
from handling.notices import queue_notice, reply_priority
from handling.promises import promise_within
from handling.residents import normal_number
from handling.scheme import Scheme
from handling.scheme.versions import scheme_of, version_of
from handling.status import OPEN_STATES
from models import Channel, Courtyard, Priority, Resident, Suggestion, SuggestionState, Urgency, User, next_number

if TYPE_CHECKING:
    from nlp.understanding import Understanding

# Characters of an alert's quote that lead up to the word of danger.
BEFORE_THE_SIGN = 8
# Most urgent first.
URGENCIES = (Urgency.EMERGENCY, Urgency.URGENT, Urgency.NORMAL, Urgency.PLANNING)


def open_suggestion(
    session: Session,
    scheme: Scheme,
    *,
    channel: Channel,
    resident: Resident | None,
    understanding: "Understanding | None",
    received_at: datetime,
    now: datetime,
    duty_phones: Sequence[str] = (),
    needs_listening: bool = False,
    quiet: bool = False,
) -> Suggestion:
    """A new row of the ledger, its acknowledgement, and alerts when it is an emergency.

    understanding: None when no machine could read it (`needs_listening`). quiet: people are told in
    another way (an alarm, a split message)."""
    suggestion = Suggestion(
        number=next_number(session),
        channel=channel,
        received_at=received_at,
        resident=resident,
        scheme=scheme.name,
        scheme_version_id=version_of(session, scheme, now).id,
        step=scheme.first_step.code,
        state=SuggestionState.REVIEW,
        urgency=Urgency.NORMAL,
        needs_listening=needs_listening,
    )
    session.add(suggestion)
    if understanding is not None:
        apply_understanding(session, suggestion, understanding)
    propose_level(session, scheme, suggestion)
    note_event(session, suggestion, "received", actor=None, now=now)
    if not quiet:
        _acknowledge(session, scheme, suggestion, now)
        alert_duty(session, scheme, suggestion, now, duty_phones)
    return suggestion


def extend_suggestion(
    session: Session,
    scheme: Scheme,
    suggestion: Suggestion,
    understanding: "Understanding",
    now: datetime,
    duty_phones: Sequence[str] = (),
) -> None:
    """More was said about the same matter. `understanding` is that of the whole joined text. Urgency only
    rises; there is no second acknowledgement unless it has become an emergency."""
    scheme = scheme_of(session, suggestion, scheme)
    before, urgency, ring = snapshot(suggestion), suggestion.urgency, suggestion.ring
    apply_understanding(session, suggestion, understanding)
    suggestion.urgency = min(urgency, suggestion.urgency, key=URGENCIES.index)
    suggestion.ring = suggestion.ring or ring
    propose_level(session, scheme, suggestion)
    session.flush()
    changes = changes_since(before, suggestion)
    note_event(session, suggestion, "extended", actor=None, now=now, changes=changes)
    if suggestion.ring and not ring:
        queue_notice(
            session,
            scheme,
            key=f"ring:{suggestion.id}",
            template="received_ring",
            suggestion=suggestion,
            resident=suggestion.resident,
            priority=Priority.EMERGENCY,
            now=now,
        )
    alert_duty(session, scheme, suggestion, now, duty_phones)


def apply_understanding(session: Session, suggestion: Suggestion, understanding: "Understanding") -> None:
    """Write the machine's reading into the row."""
    suggestion.text = understanding.text
    suggestion.standard_text = understanding.standard_text
    suggestion.domain = understanding.domain
    suggestion.demand_type = understanding.demand_type
    suggestion.urgency = Urgency(understanding.urgency)
    suggestion.ring = understanding.ring or ""
    suggestion.understanding = understanding.to_json()
    # A place that is known already (the file of who called) stays where nobody says another.
    said = " ".join(dict.fromkeys(place.text for place in understanding.places))[:200]
    suggestion.place = said or suggestion.place or ""
    named = next((place.name for place in understanding.places if place.kind == "courtyard"), None)
    if named is not None:
        found = session.scalars(select(Courtyard).where(Courtyard.name == named)).one_or_none()
        set_courtyard(suggestion, found)


def set_courtyard(suggestion: Suggestion, courtyard: Courtyard | None) -> None:
    """A courtyard brings its station (征集点) with it. The same one leaves the station as it is: a note may lie in
    the box of another place, and a visit to the main station has no courtyard at all."""
    if courtyard is suggestion.courtyard:
        return
    suggestion.courtyard = courtyard
    suggestion.station = courtyard.station if courtyard else None


def propose_level(session: Session, scheme: Scheme, suggestion: Suggestion) -> None:
    set_level(session, scheme, suggestion, scheme.proposed_level(suggestion.urgency).code)


def set_level(session: Session, scheme: Scheme, suggestion: Suggestion, code: str) -> None:
    """A new level brings its own due date, counted from the day that the resident spoke; the same level
    leaves an extension as it is."""
    if suggestion.level == code and suggestion.due is not None:
        return
    suggestion.level = code
    promise_within(session, scheme, suggestion, scheme.level(code), since=suggestion.received_at)


def alert_duty(
    session: Session, scheme: Scheme, suggestion: Suggestion, now: datetime, duty_phones: Sequence[str]
) -> None:
    """An SMS to the duty phones and everybody on duty, once each. It has the caller's whole number, since
    whoever reads it must ring back at once."""
    if suggestion.urgency is not Urgency.EMERGENCY:
        return
    for phone in phones_on_duty(session, duty_phones):
        queue_notice(
            session,
            scheme,
            key=f"duty:{suggestion.id}:{phone}",
            template="duty_alert",
            suggestion=suggestion,
            to_number=phone,
            priority=Priority.EMERGENCY,
            variables={
                "quote": _alarming_words(suggestion) or "请听录音",
                "caller": suggestion.resident.phone if suggestion.resident else "号码未知",
            },
            now=now,
        )


def phones_on_duty(session: Session, duty_phones: Sequence[str]) -> list[str]:
    """The configured ones and those of everybody on duty, each once."""
    on_duty = select(User.phone).where(User.on_duty, User.active, User.phone.is_not(None))
    phones = [*duty_phones, *(phone for phone in session.scalars(on_duty) if phone)]
    return list(dict.fromkeys(normal_number(phone) or phone for phone in phones))


def _alarming_words(suggestion: Suggestion) -> str:
    """The text from shortly before the gravest sign of danger: a long story may end in “起火了”."""
    signs = [sign for sign in suggestion.understanding.get("evidence", ()) if sign["kind"] == "emergency"]
    gravest = max(signs, key=lambda sign: float(sign["weight"]), default={"start": 0})
    return suggestion.text[max(0, gravest["start"] - BEFORE_THE_SIGN) :]


def open_case_of(session: Session, resident_id: int) -> Suggestion | None:
    """The newest of the resident's suggestions that is not finished, be it merged into another."""
    return next(iter(open_cases_of(session, resident_id)), None)


def open_cases_of(session: Session, resident_id: int) -> list[Suggestion]:
    """Newest first."""
    return list(session.scalars(_open_cases(), {"resident_id": resident_id}))


@cache
def _open_cases() -> Select[Suggestion]:
    # Built once: every call that comes in asks this, and building it costs more than running it.
    target = aliased(Suggestion)
    return (
        select(Suggestion)
        .outerjoin(target, target.id == Suggestion.merged_into_id)
        .where(Suggestion.resident_id == bindparam("resident_id"))
        .where(or_(Suggestion.state.in_(OPEN_STATES), target.state.in_(OPEN_STATES)))
        .order_by(Suggestion.received_at.desc(), Suggestion.id.desc())
    )


def _acknowledge(session: Session, scheme: Scheme, suggestion: Suggestion, now: datetime) -> None:
    priority = reply_priority(suggestion.received_at, now)
    queue_notice(
        session,
        scheme,
        key=f"received:{suggestion.id}",
        template="received_ring" if suggestion.ring else "received",
        suggestion=suggestion,
        resident=suggestion.resident,
        priority=Priority.EMERGENCY if suggestion.ring else priority,
        now=now,
    )
