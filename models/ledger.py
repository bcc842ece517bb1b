"""The ledger (电子台账): suggestions, reviews and everything that happened to them."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, text, update
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base
from models.contact import Recording, Text
from models.people import Courtyard, Resident, Station, Unit, User
from models.record import Counter
from models.rules import SchemeVersion

if TYPE_CHECKING:
    from models.campaigns import Campaign


class Channel(enum.StrEnum):
    """建议来源"""

    CALL = "call"
    SMS = "sms"
    STAFF = "staff"


class Urgency(enum.StrEnum):
    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"
    PLANNING = "planning"


class SuggestionState(enum.StrEnum):
    REVIEW = "review"  # 待核对: waits for a volunteer
    HANDLING = "handling"  # 办理中
    DONE = "done"  # 已办结
    INVALID = "invalid"  # 无效: noise, advertisement, wrong number
    MERGED = "merged"  # 并案: carried on in another suggestion
    WITHDRAWN = "withdrawn"  # 已撤回: the resident no longer asks for it


class Suggestion(Base):
    """建议, the ledger's row. `text` is what the resident said as a person or else the machine wrote it down;
    `standard_text` the same in standard wording; `understanding` the classifier's whole answer."""

    __tablename__ = "suggestion"
    # For the lists of a large ledger: figures, residents with their open cases, the board.
    __table_args__ = (
        Index("ix_suggestion_state_received_at_number", "state", "received_at", "number"),
        Index("ix_suggestion_resident_id_state", "resident_id", "state"),
        Index(
            "ix_suggestion_on_board",
            *("published_at", "id", "state", "confidential"),
            sqlite_where=text("published_at IS NOT NULL"),
            postgresql_where=text("published_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    channel: Mapped[Channel]
    # The scheme's own channel (box, 坝坝会, 书记接待日) of what staff wrote down; empty for calls and texts.
    source: Mapped[str] = mapped_column(String(40), default="")
    received_at: Mapped[datetime] = mapped_column(index=True)
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident | None] = relationship()
    text: Mapped[str] = mapped_column(LongText, default="")
    standard_text: Mapped[str] = mapped_column(LongText, default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    courtyard_id: Mapped[int | None] = mapped_column(ForeignKey("courtyard.id"))
    courtyard: Mapped[Courtyard | None] = relationship()
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    station: Mapped[Station | None] = relationship()
    domain: Mapped[str] = mapped_column(String(40), default="")
    demand_type: Mapped[str] = mapped_column(String(40), default="")
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.NORMAL)
    # 119, 120 or 110 when the resident must ring it at once.
    ring: Mapped[str] = mapped_column(String(8), default="")
    understanding: Mapped[dict[str, Any]] = mapped_column(default=dict)
    needs_listening: Mapped[bool] = mapped_column(default=False)

    state: Mapped[SuggestionState] = mapped_column(default=SuggestionState.REVIEW, index=True)
    scheme: Mapped[str] = mapped_column(String(40))
    # The rules that the case started with; a coordinator may migrate it to newer ones.
    scheme_version_id: Mapped[int | None] = mapped_column(ForeignKey("scheme_version.id"))
    scheme_version: Mapped[SchemeVersion | None] = relationship()
    step: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(8), default="")
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    handler: Mapped[User | None] = relationship(foreign_keys=[handler_id])
    # The department or partner that leads, when it is not the community itself.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    unit: Mapped[Unit | None] = relationship()
    due: Mapped[datetime | None] = mapped_column(index=True)
    # The clock stands still while somebody else has to act; `paused_for` says who.
    paused_at: Mapped[datetime | None]
    paused_for: Mapped[str] = mapped_column(String(120), default="")
    # 督办: the rank that supervises since the case is late; empty while nobody had to.
    supervised_by: Mapped[str] = mapped_column(String(24), default="")
    # When the time began that ends at `due`; None: when the resident spoke.
    due_from: Mapped[datetime | None]
    # 首次答复: the first word from those who handle it; 答复: that it is done or planned, and whether by then.
    first_answered_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_in_time: Mapped[bool | None]
    # 转化: the suggestion became a measure.
    converted_at: Mapped[datetime | None]
    # A planned case comes back to its handler on this day.
    look_again_at: Mapped[datetime | None] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
    # 居民确认: the resident says that it is done, which the handler's 办结 is not.
    confirmed_at: Mapped[datetime | None]
    # How often an unhappy answer opened it again.
    reopened: Mapped[int] = mapped_column(default=0)
    # Only those who work on it may read it (disputes).
    confidential: Mapped[bool] = mapped_column(default=False)
    # What the board shows of it; empty until a coordinator releases it.
    feedback: Mapped[str] = mapped_column(LongText, default="")
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    # 专项征集 that it came with; None: the everyday track (常态).
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    campaign: Mapped["Campaign | None"] = relationship()
    # The message that held this matter among others.
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)

    # A volunteer who reviews holds the row, so that two never collide.
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    claimed_by: Mapped[User | None] = relationship(foreign_keys=[claimed_by_id])
    claimed_until: Mapped[datetime | None]
    # Optimistic lock: two people who act on the same page at once get one success and one clear refusal.
    version: Mapped[int] = mapped_column()

    recordings: Mapped[list[Recording]] = relationship(back_populates="suggestion", order_by=Recording.id)
    texts: Mapped[list[Text]] = relationship(back_populates="suggestion", order_by=Text.id)
    events: Mapped[list["Event"]] = relationship(back_populates="suggestion", order_by="Event.id")
    reviews: Mapped[list["Review"]] = relationship(back_populates="suggestion", order_by="Review.id")
    ratings: Mapped[list["Rating"]] = relationship(back_populates="suggestion", order_by="Rating.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own spelling)


class Review(Base):
    """The volunteer's corrected text and decisions beside what the machine proposed."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion] = relationship(back_populates="reviews")
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reviewer: Mapped[User] = relationship()
    text: Mapped[str] = mapped_column(LongText)
    decisions: Mapped[dict[str, Any]]
    proposed: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Event(Base):
    """Append-only history: who, when, what, from, to. `actor_id` None: the system."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_actor_id_at", "actor_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion] = relationship(back_populates="events")
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor: Mapped[User | None] = relationship()
    # received, reviewed, or the code of the scheme's action.
    kind: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(40), default="")
    # {"field": ["from", "to"]}
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The filled form of the action.
    form: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(LongText, default="")


class Rating(Base):
    """满意度, 1 to 5, once for each time that a case was closed."""

    __tablename__ = "rating"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion] = relationship(back_populates="ratings")
    requested_at: Mapped[datetime]
    score: Mapped[int | None]
    rated_at: Mapped[datetime | None]


def next_number(session: Session) -> int:
    """The next case number, without gaps; the row lock makes parallel callers wait for each other.

    The first migration sets the counter to 1000: four digits are short to say and to type."""
    statement = update(Counter).where(Counter.name == "suggestion").values(value=Counter.value + 1)
    return session.scalars(statement.returning(Counter.value)).one()
