"""From a recording at the carrier to a suggestion on the desk."""

import hashlib
import logging
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handling.campaigns.queries import campaign_of_call
from handling.campaigns.survey_calls import spoken_answer, take_spoken_answer
from handling.deliberation.comments import link_to_topic
from handling.intake import extend_suggestion, open_suggestion
from handling.residents.alarms import alarm_of_call
from hotline.telephony.carrier import CarrierError, Outcome, RecordingMissing
from hotline.worker.context import WorkerContext
from hotline.worker.speech import NoModel
from models import Answer, Channel, Recording, RecordingState, Suggestion, Transcript, claim_next, is_due, release
from nlp.audio import AudioError, load_audio
from nlp.spoken import understand_spoken
from nlp.transcription import Transcription, TranscriptionError
from nlp.understanding import Understanding

log = logging.getLogger(__name__)

FETCH_LEASE = timedelta(minutes=3)
TRANSCRIBE_LEASE = timedelta(minutes=20)
LONGEST_PAUSE = timedelta(minutes=10)
# With growing pauses: audio that is "not there yet" for three quarters of an hour is not coming.
MISSING_TRIES = 12
# A carrier that is down may be down for days; nothing is given up while it might come back.
FETCH_TRIES = 400
# A crashed or hung recogniser costs one try; then a person listens.
TRANSCRIBE_TRIES = 3
# 180 s of 16-bit stereo at 16 kHz is 11.5 MB.
MOST_BYTES = 24 * 1024 * 1024
SUFFIXES = {b"RIFF": ".wav", b"OggS": ".ogg", b"#!AM": ".amr"}


def fetch_recording(context: WorkerContext) -> bool:
    """Bring one recording home: download, verify, store, commit. False when none is due."""
    now = context.clock.now()
    if not is_due(context.database, Recording, [RecordingState.ANNOUNCED], now=now):
        return False
    with context.database.write() as session:
        recording = claim_next(session, Recording, [RecordingState.ANNOUNCED], now=now, lease=FETCH_LEASE)
    if recording is None:
        return False
    if not recording.url:
        _give_to_person(context, recording.id, RecordingState.LOST, recording.error)
        return True
    # No session is open while the carrier takes its time.
    draft = context.settings.recordings_dir / f"{recording.id}.part"
    try:
        size, sha256 = _download(context, recording.url, draft)
        seconds = load_audio(draft).seconds
    except RecordingMissing as error:
        _fetch_again(context, recording, str(error), MISSING_TRIES)
    except CarrierError as error:
        tries = 1 if error.outcome is Outcome.PERSON else FETCH_TRIES
        _fetch_again(context, recording, str(error), tries)
    except AudioError as error:
        _keep_undecodable(context, recording, draft, str(error))
    else:
        path = _keep(context, draft, recording)
        with context.database.write() as session:
            row = session.get_one(Recording, recording.id)
            row.path, row.size, row.sha256, row.seconds, row.tries = path, size, sha256, seconds, 0
            release(row, RecordingState.STORED)
    return True


def _download(context: WorkerContext, url: str, draft: Path) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with context.carrier.recording(url) as pieces, draft.open("wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > MOST_BYTES:
                raise CarrierError("size", f"more than {MOST_BYTES} bytes", Outcome.PERSON)
            digest.update(piece)
            file.write(piece)
        file.flush()
        # On the disk before the carrier's copy is deleted.
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _keep(context: WorkerContext, draft: Path, recording: Recording) -> str:
    """Move the draft to its place; the path is relative to HOTLINE_HOME."""
    with draft.open("rb") as file:
        suffix = SUFFIXES.get(file.read(4), ".mp3")
    folder = context.settings.recordings_dir / f"{recording.announced_at:%Y-%m}"
    folder.mkdir(exist_ok=True, mode=0o700)
    kept = draft.replace(folder / f"{recording.id}{suffix}")
    return str(kept.relative_to(context.settings.home))


def _fetch_again(context: WorkerContext, recording: Recording, error: str, most_tries: int) -> None:
    if recording.tries >= most_tries:
        _give_to_person(context, recording.id, RecordingState.LOST, error)
        return
    pause = min(timedelta(seconds=2.0 ** min(recording.tries - 1, 12)), LONGEST_PAUSE)
    with context.database.write() as session:
        row = session.get_one(Recording, recording.id)
        row.error = error
        release(row, RecordingState.ANNOUNCED, next_try_at=context.clock.now() + pause)


def _keep_undecodable(context: WorkerContext, recording: Recording, draft: Path, error: str) -> None:
    """A half-written file may be whole at the next try; after a few, a person listens to what there is."""
    if recording.tries < TRANSCRIBE_TRIES:
        _fetch_again(context, recording, error, TRANSCRIBE_TRIES)
        return
    path = _keep(context, draft, recording)
    with context.database.write() as session:
        session.get_one(Recording, recording.id).path = path
    _give_to_person(context, recording.id, RecordingState.NEEDS_LISTENING, error)


def transcribe_recording(context: WorkerContext) -> bool:
    """Turn one stored recording into words and a suggestion. False when none is due."""
    now = context.clock.now()
    if not is_due(context.database, Recording, [RecordingState.STORED], now=now):
        return False
    with context.database.write() as session:
        recording = claim_next(session, Recording, [RecordingState.STORED], now=now, lease=TRANSCRIBE_LEASE)
    if recording is None:
        return False
    assert recording.path
    path, recording_id = context.settings.home / recording.path, recording.id
    try:
        transcription = context.speech.transcribe(path, lambda s: _note_progress(context, recording_id, s))
    except (NoModel, AudioError) as error:
        _give_to_person(context, recording.id, RecordingState.NEEDS_LISTENING, str(error))
    except TranscriptionError as error:
        _transcribe_again(context, recording, str(error))
    else:
        if transcription.text:
            _file(context, recording.id, RecordingState.DONE, transcription.text, _transcript_of(transcription))
        else:
            _give_to_person(context, recording.id, RecordingState.NEEDS_LISTENING, "no words recognised")
    return True


def _note_progress(context: WorkerContext, recording_id: int, seconds: float) -> None:
    with context.database.write() as session:
        session.get_one(Recording, recording_id).decoded_seconds = seconds


def _transcribe_again(context: WorkerContext, recording: Recording, error: str) -> None:
    log.warning("recording %s, try %s: %s", recording.id, recording.tries, error)
    if recording.tries >= TRANSCRIBE_TRIES:
        _give_to_person(context, recording.id, RecordingState.NEEDS_LISTENING, error)
        return
    with context.database.write() as session:
        row = session.get_one(Recording, recording.id)
        row.error = error
        release(row, RecordingState.STORED, next_try_at=context.clock.now() + timedelta(seconds=5))


def _give_to_person(context: WorkerContext, recording_id: int, state: RecordingState, error: str) -> None:
    """No words, but a voice all the same: a case that says 需要人工听."""
    log.warning("recording %s needs a person (%s): %s", recording_id, state, error)

    def note(recording: Recording) -> None:
        recording.error = error

    _file(context, recording_id, state, None, note)


def _transcript_of(transcription: Transcription) -> Callable[[Recording], None]:
    def attach(recording: Recording) -> None:
        recording.transcript = Transcript(
            engine=transcription.engine,
            text=transcription.text,
            words=[word.to_json() for word in transcription.words],
            cpu_seconds=transcription.cpu_seconds,
        )

    return attach


def _file(
    context: WorkerContext,
    recording_id: int,
    state: RecordingState,
    text: str | None,
    finish: Callable[[Recording], None],
) -> None:
    """The result, the suggestion and its acknowledgement in one transaction."""
    now = context.clock.now()
    # Before the transaction: on SQLite, everybody who writes waits for it.
    understanding = understand_spoken(context.understander, text) if text else None
    with context.database.write() as session:
        recording = session.get_one(Recording, recording_id, with_for_update=True)
        if recording.suggestion_id is not None:
            return  # our lease had run out, and somebody else was quicker
        finish(recording)
        if recording.transcript:
            recording.transcript.created_at = now
        recording.suggestion = _suggestion_of(context, session, recording, understanding)
        release(recording, state)


def _suggestion_of(
    context: WorkerContext, session: Session, recording: Recording, understanding: Understanding | None
) -> Suggestion | None:
    """A new case, or the one that an earlier recording of the same call has opened; none for the answer to a
    questionnaire with which nothing was said."""
    now, duty_phones = context.clock.now(), context.settings.duty_phones
    if (answer := spoken_answer(session, recording)) is not None:
        return take_spoken_answer(
            session,
            context.scheme,
            answer,
            understanding,
            received_at=recording.announced_at,
            now=now,
            duty_phones=duty_phones,
        )
    earlier = _opened_in_call(session, recording)
    if earlier is None:
        opened = open_suggestion(
            session,
            context.scheme,
            channel=Channel.CALL,
            resident=recording.call.resident,
            understanding=understanding,
            received_at=recording.announced_at,
            now=now,
            duty_phones=duty_phones,
            needs_listening=understanding is None,
        )
        heard = understanding.text if understanding is not None else ""
        opened.campaign = campaign_of_call(session, recording.call.to_number, heard, recording.announced_at)
        link_to_topic(session, opened)
        return opened
    if understanding is None:
        earlier.needs_listening = True
    else:
        if earlier.text:
            together = f"{earlier.text.rstrip('。，')}。{understanding.text}"
            understanding = understand_spoken(context.understander, together)
        extend_suggestion(session, context.scheme, earlier, understanding, now, duty_phones)
    return earlier


def _opened_in_call(session: Session, recording: Recording) -> Suggestion | None:
    alarm = alarm_of_call(session, recording.call_id)
    if alarm is not None:
        return alarm.suggestion
    # What was said to a question of a campaign is a matter of its own.
    answers = select(Answer.recording_id).where(Answer.recording_id.is_not(None))
    other = (
        select(Suggestion)
        .join(Suggestion.recordings)
        .where(Recording.call_id == recording.call_id, Recording.id.not_in(answers))
    )
    return session.scalars(other.limit(1)).first()


def delete_at_carrier(context: WorkerContext) -> None:
    """What we hold safely is deleted there: abroad it would be a transfer of personal data."""
    with context.database.read() as session:
        # Ours may be deleted again already (retention); the carrier's copy goes all the same.
        ours = or_(Recording.path.is_not(None), Recording.sha256.is_not(None))
        held = select(Recording).where(ours, Recording.deleted_at_carrier_at.is_(None))
        rows = session.scalars(held.order_by(Recording.id).limit(200)).all()
    for recording in rows:
        try:
            context.carrier.delete_recording(recording.sid)
        except CarrierError as error:
            log.warning("recording %s stays at the carrier for now: %s", recording.id, error)
            continue
        with context.database.write() as session:
            session.get_one(Recording, recording.id).deleted_at_carrier_at = context.clock.now()
