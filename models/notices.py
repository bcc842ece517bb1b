"""The outbox: every SMS or call that leaves us is a row first."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.ledger import Suggestion
from models.people import Resident
from models.work import Leased


class Medium(enum.StrEnum):
    SMS = "sms"
    CALL = "call"  # a call-back with recorded prompts
    PERSON = "person"  # neither works: a volunteer rings or visits


class Priority(enum.StrEnum):
    """When it may leave: quiet hours are 20:30 to 08:00 Shanghai time."""

    REPLY = "reply"  # answers what a resident did in the last ten minutes: at once, at any hour
    ROUTINE = "routine"  # keeps quiet at night
    EMERGENCY = "emergency"  # at once, at any hour


class NoticeState(enum.StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # handed to the carrier, answer not seen yet
    SENT = "sent"  # the carrier took it
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"  # no receipt came
    CANCELLED = "cancelled"  # opted out, or overtaken by events


class Notice(Leased, Base):
    """`key` is unique: the same event never sends twice. `body` is the SMS as the resident gets it;
    `prompts` the keys of `audio_prompts` that a call-back plays."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.QUEUED, index=True)
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion | None] = relationship()
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident | None] = relationship()
    to_number: Mapped[str] = mapped_column(String(24))
    medium: Mapped[Medium]
    priority: Mapped[Priority]
    template: Mapped[str] = mapped_column(String(40))
    variables: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[str] = mapped_column(LongText)
    prompts: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    carrier_sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    carrier_status: Mapped[str] = mapped_column(String(24), default="")
    error_code: Mapped[str] = mapped_column(String(24), default="")
    error: Mapped[str] = mapped_column(LongText, default="")
