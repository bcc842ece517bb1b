"""Small records: the access log, the calendar's overrides, counters."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AccessEntry(Base):
    """Who looked at, or listened to, what, and when (PIPL article 51)."""

    __tablename__ = "access_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    # "recording:12", "suggestion:7", "ledger"
    subject: Mapped[str] = mapped_column(String(80), index=True)


class CalendarOverride(Base):
    """A day that the community's own calendar decides (调休), over the library's."""

    __tablename__ = "calendar_override"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(80), default="")


class Counter(Base):
    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]
