"""话音: the community's own recordings of what callers hear, made on the desk. The newest of a prompt is in force;
one without sound goes back to what came with the program."""

import hashlib
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, undefer

from models import PromptRecording, User


def newest_recording(session: Session) -> int:
    """Its id; 0 while there is none. Changes with every change."""
    return session.scalar(select(func.max(PromptRecording.id))) or 0


def recordings_in_force(session: Session) -> list[PromptRecording]:
    """With their sound."""
    newest = select(func.max(PromptRecording.id)).group_by(PromptRecording.key)
    own = select(PromptRecording).where(PromptRecording.id.in_(newest), PromptRecording.sha256 != "")
    return list(session.scalars(own.options(undefer(PromptRecording.wav))))


def recordings(session: Session) -> dict[str, list[PromptRecording]]:
    """By key, the newest first, without their sound. One statement."""
    found: dict[str, list[PromptRecording]] = {}
    newest = select(PromptRecording).order_by(PromptRecording.id.desc())
    for recording in session.scalars(newest.options(joinedload(PromptRecording.author))):
        found.setdefault(recording.key, []).append(recording)
    return found


def keep_recording(
    session: Session,
    key: str,
    wav: bytes,
    seconds: float,
    *,
    text: str,
    voice: str,
    author: User,
    now: datetime,
) -> PromptRecording:
    """wav: telephone format, checked already. text: what it says; voice: who speaks."""
    recording = PromptRecording(
        key=key,
        text=text,
        voice=voice,
        wav=wav,
        sha256=hashlib.sha256(wav).hexdigest(),
        seconds=seconds,
        author=author,
        created_at=now,
    )
    session.add(recording)
    session.flush()
    return recording


def restore_recording(session: Session, key: str, recording_id: int, *, author: User, now: datetime) -> bool:
    """An older recording as the newest; 0: what came with the program. False when there is no such recording."""
    if recording_id == 0:
        session.add(PromptRecording(key=key, author=author, created_at=now))
        session.flush()
        return True
    older = session.get(PromptRecording, recording_id, options=[undefer(PromptRecording.wav)])
    if older is None or older.key != key or older.wav is None:
        return False
    keep_recording(
        session, key, older.wav, older.seconds, text=older.text, voice=older.voice, author=author, now=now
    )
    return True
