"""一键呼叫: the running and the ended alarms."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.contact import Call
from models.ledger import Suggestion
from models.people import Resident, User


class Alarm(Base):
    """Runs from the call until somebody says that they are there (`arrived_at`); nothing else ends it."""

    __tablename__ = "alarm"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), unique=True)
    suggestion: Mapped[Suggestion] = relationship()
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident] = relationship()
    # The number that rang.
    phone: Mapped[str] = mapped_column(String(24))
    raised_at: Mapped[datetime]
    due: Mapped[datetime]
    # How often everybody was alerted, and when they are alerted again; None once somebody is there.
    rounds: Mapped[int] = mapped_column(default=0)
    next_alert_at: Mapped[datetime | None] = mapped_column(index=True)
    arrived_at: Mapped[datetime | None] = mapped_column(index=True)
    # A person at the desk, or the number whose SMS said so.
    arrived_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    arrived_user: Mapped[User | None] = relationship()
    arrived_phone: Mapped[str] = mapped_column(String(24), default="")
    found: Mapped[str] = mapped_column(String(400), default="")


class AlarmCall(Base):
    """A call that raised an alarm or came while it was running; what is said in it belongs to its case."""

    __tablename__ = "alarm_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    call: Mapped[Call] = relationship()
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"), index=True)
    alarm: Mapped[Alarm] = relationship()
