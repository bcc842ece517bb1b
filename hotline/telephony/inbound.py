"""What a webhook writes. Every function may be called again with the same facts, in any order, in parallel."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.residents import find_or_add_resident
from handling.residents.alarms import alarm_of_call
from models import Call, CallState, Recording, RecordingState, Resident, Text, find_or_add, release

# A recording whose call we have not heard of yet waits a little for the late webhook that names the caller.
UNKNOWN_CALLER_PATIENCE = timedelta(seconds=20)


@dataclass(frozen=True)
class CallFacts:
    """What the carrier tells of a call with every webhook; a number is "" when this one does not tell it."""

    sid: str
    from_number: str
    to_number: str
    status: str


def register_call(session: Session, facts: CallFacts, now: datetime) -> Call:
    resident = find_or_add_resident(session, facts.from_number, now)
    call, _ = find_or_add(
        session,
        Call,
        key="sid",
        value=facts.sid,
        from_number=facts.from_number,
        to_number=facts.to_number,
        resident_id=resident.id if resident else None,
        carrier_status=facts.status,
        started_at=now,
    )
    if facts.from_number and not call.from_number:
        _name_caller(call, facts, resident)
    if facts.status and facts.status != call.carrier_status:
        call.carrier_status = facts.status
    return call


def _name_caller(call: Call, facts: CallFacts, resident: Resident | None) -> None:
    """Another webhook of this call came first, and did not tell who calls."""
    call.from_number, call.to_number, call.resident = facts.from_number, facts.to_number, resident
    for recording in call.recordings:
        if recording.suggestion and recording.suggestion.resident is None:
            recording.suggestion.resident = resident


def announce_recording(
    session: Session, call: Call, sid: str, url: str, seconds: int | None, now: datetime
) -> Recording:
    """The carrier has, or will soon have, audio of this call."""
    patience = timedelta() if call.from_number else UNKNOWN_CALLER_PATIENCE
    recording, _ = find_or_add(
        session,
        Recording,
        key="sid",
        value=sid,
        call_id=call.id,
        url=url,
        announced_at=now,
        announced_seconds=seconds,
        next_try_at=now + patience,
    )
    if url and not recording.url:
        recording.url = url
    if call.state is not CallState.CALLED_BACK:
        call.state = CallState.RECORDED
    return recording


def recording_failed(session: Session, recording: Recording, state: RecordingState, error: str) -> None:
    """The carrier says that there is no audio. Too late when we have it already."""
    if recording.state is RecordingState.ANNOUNCED:
        recording.error = error
        release(recording, state)
    session.flush()
    if recording.call.ended_at:
        miss_call_without_recording(session, recording.call)


def note_silence(call: Call, attempt: int) -> None:
    call.silent_attempts = max(call.silent_attempts, attempt)


def answered(call: Call) -> None:
    """Talked with a person, or pressed a key: no missed call, whatever else comes of it."""
    if call.state is CallState.IN_PROGRESS:
        call.state = CallState.ANSWERED


def end_call(session: Session, call: Call, now: datetime) -> None:
    if call.ended_at is None:
        call.ended_at = now
    miss_call_without_recording(session, call)


def miss_call_without_recording(session: Session, call: Call) -> None:
    """Nothing was said: a volunteer calls back."""
    if call.state not in (CallState.IN_PROGRESS, CallState.RECORDED):
        return
    spoken = select(Recording.id).where(Recording.call_id == call.id, Recording.state != RecordingState.EMPTY)
    if session.scalar(spoken.limit(1)) is None:
        # Somebody goes there already; nobody has to ring back.
        alarmed = alarm_of_call(session, call.id) is not None
        call.state = CallState.ANSWERED if alarmed else CallState.MISSED


def store_text(session: Session, *, sid: str, from_number: str, to_number: str, body: str, now: datetime) -> Text:
    """Keep the message; the worker finds out what it is."""
    text, _ = find_or_add(
        session,
        Text,
        key="sid",
        value=sid,
        from_number=from_number,
        to_number=to_number,
        body=body,
        received_at=now,
    )
    return text
