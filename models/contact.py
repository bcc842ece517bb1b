"""What came in: calls, texts, recordings and what the machine heard in them."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import Resident
from models.work import Leased

if TYPE_CHECKING:
    from models.ledger import Suggestion


class CallState(enum.StrEnum):
    IN_PROGRESS = "in_progress"
    RECORDED = "recorded"  # a recording was announced
    ANSWERED = "answered"  # talked with a person, or only asked how the case stands
    MISSED = "missed"  # nothing was said: a volunteer calls back
    CALLED_BACK = "called_back"


class Call(Base):
    """One inbound call. `sid` is the carrier's CallSid; `from_number` as the carrier writes it ("anonymous")."""

    __tablename__ = "call"

    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(64), unique=True)
    from_number: Mapped[str] = mapped_column(String(64), default="")
    to_number: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[CallState] = mapped_column(default=CallState.IN_PROGRESS, index=True)
    carrier_status: Mapped[str] = mapped_column(String(24), default="")
    silent_attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident | None] = relationship()
    # Who rang the caller of a missed call back.
    called_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recordings: Mapped[list["Recording"]] = relationship(back_populates="call")


class RecordingState(enum.StrEnum):
    ANNOUNCED = "announced"  # to be fetched
    STORED = "stored"  # on our disk, to be transcribed and understood
    DONE = "done"  # a suggestion with a transcript
    NEEDS_LISTENING = "needs_listening"  # 需要人工听: a case without a machine transcript
    LOST = "lost"  # the carrier has no audio: a case that asks for a call back
    EMPTY = "empty"  # the carrier says absent: nothing was said


class Recording(Leased, Base):
    __tablename__ = "recording"

    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[RecordingState] = mapped_column(default=RecordingState.ANNOUNCED, index=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    call: Mapped[Call] = relationship(back_populates="recordings")
    url: Mapped[str] = mapped_column(LongText)
    announced_at: Mapped[datetime]
    announced_seconds: Mapped[int | None]
    # Relative to HOTLINE_HOME; None until stored.
    path: Mapped[str | None] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    seconds: Mapped[float | None]
    # How far the recogniser has come.
    decoded_seconds: Mapped[float | None]
    error: Mapped[str] = mapped_column(LongText, default="")
    deleted_at_carrier_at: Mapped[datetime | None]
    transcript: Mapped["Transcript | None"] = relationship(back_populates="recording")
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped["Suggestion | None"] = relationship(back_populates="recordings")


class Transcript(Base):
    """What the machine heard. `words`: [{"word", "start", "end", "confidence"}], times in seconds."""

    __tablename__ = "transcript"

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"), unique=True)
    recording: Mapped[Recording] = relationship(back_populates="transcript")
    engine: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(LongText)
    words: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    cpu_seconds: Mapped[float]
    created_at: Mapped[datetime]


class TextKind(enum.StrEnum):
    SUGGESTION = "suggestion"
    CONTINUATION = "continuation"  # joined to the same sender's message of the last ten minutes
    COMMAND = "command"
    RATING = "rating"
    VOTE = "vote"
    ANSWER = "answer"  # to a question of a campaign
    COMMENT = "comment"  # on a topic that is deliberated


class TextState(enum.StrEnum):
    RECEIVED = "received"  # committed, to be understood by the worker
    DONE = "done"


class Text(Leased, Base):
    """One inbound SMS. `sid` is the carrier's MessageSid."""

    __tablename__ = "text"

    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(64), unique=True)
    from_number: Mapped[str] = mapped_column(String(64), default="")
    to_number: Mapped[str] = mapped_column(String(64), default="")
    body: Mapped[str] = mapped_column(LongText, default="")
    state: Mapped[TextState] = mapped_column(default=TextState.RECEIVED, index=True)
    # What it turned out to be; None until understood.
    kind: Mapped[TextKind | None]
    received_at: Mapped[datetime] = mapped_column(index=True)
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident | None] = relationship()
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped["Suggestion | None"] = relationship(back_populates="texts")
