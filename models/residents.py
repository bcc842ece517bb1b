"""What a community keeps of one resident (一人一档) besides the cases: numbers, relatives, consents."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import Resident, User


class ResidentPhone(Base):
    """A number that belongs to a resident: calls and texts from it are theirs. `Resident.phone` is the one where
    they are told; it needs no row here unless it is a key-phone."""

    __tablename__ = "resident_phone"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(String(24), unique=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident] = relationship()
    label: Mapped[str] = mapped_column(String(40), default="")
    # 一键呼叫: a call from it is an emergency at once.
    is_key: Mapped[bool] = mapped_column(default=False)


class Relative(Base):
    """Whom to tell when something happened to the resident: a daughter, a neighbour with the key."""

    __tablename__ = "relative"

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident] = relationship()
    name: Mapped[str] = mapped_column(String(64))
    relation: Mapped[str] = mapped_column(String(40), default="")
    phone: Mapped[str] = mapped_column(String(24))


class Purpose(enum.StrEnum):
    """What a resident may agree to besides the handling of their own matter (PIPL articles 14 and 29)."""

    TRAINING = "training"  # the recogniser learns from their recordings
    HONOURS = "honours"  # their name stands on the public list
    INVITATIONS = "invitations"  # invited to campaigns and meetings by SMS or call


class Consent(Base):
    """同意: given once, perhaps withdrawn. Append-only but for the withdrawal; a new consent is a new row."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident] = relationship()
    purpose: Mapped[Purpose]
    given_at: Mapped[datetime]
    # By word of mouth, on paper, by SMS.
    given_how: Mapped[str] = mapped_column(String(40))
    given_to_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    given_to: Mapped[User | None] = relationship(foreign_keys=[given_to_id])
    withdrawn_at: Mapped[datetime | None]
    withdrawn_how: Mapped[str] = mapped_column(String(40), default="")
    withdrawn_to_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_to: Mapped[User | None] = relationship(foreign_keys=[withdrawn_to_id])


class Erasure(Base):
    """What was deleted or made anonymous, how much, and by whom (None: the retention sweep). Append-only, and
    without a word of what it was."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    # A key of `handling.retention.KINDS`.
    what: Mapped[str] = mapped_column(String(24))
    count: Mapped[int]
    # The row of a resident who asked for it.
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    by: Mapped[User | None] = relationship()
