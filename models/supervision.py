"""What the clock did: reminders, escalations (督办), digests, each exactly once."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.ledger import Suggestion


class Supervision(Base):
    """督办记录. `key` is unique: of two workers that come to the same deed, the database lets one do it."""

    __tablename__ = "supervision"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    # reminded, supervised, digest
    kind: Mapped[str] = mapped_column(String(24))
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion | None] = relationship()
    # "handler" or the scheme's word for the rank that was told.
    tier: Mapped[str] = mapped_column(String(24), default="")
    at: Mapped[datetime]
