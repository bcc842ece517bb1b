"""议事: meetings and four-step deliberations, their topics, every ballot, and what was decided."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.ledger import Channel, Suggestion
from models.people import Courtyard, Resident, User


class DeliberationState(enum.StrEnum):
    DRAFT = "draft"  # 议程草稿
    RUNNING = "running"  # 正在议
    CLOSED = "closed"  # 议完
    CANCELLED = "cancelled"  # 取消


class Deliberation(Base):
    """议事. `rules` is the scheme's kind as it was at the start (`handling.scheme.deliberation.DeliberationKind`
    as an object): a new scheme does not change a vote that is under way."""

    __tablename__ = "deliberation"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    rules: Mapped[dict[str, Any]]
    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[DeliberationState] = mapped_column(default=DeliberationState.DRAFT, index=True)
    # Whose households are asked; none where parties or board members decide.
    courtyard_id: Mapped[int | None] = mapped_column(ForeignKey("courtyard.id"), index=True)
    courtyard: Mapped[Courtyard | None] = relationship()
    # How many households (or members) have a vote.
    entitled: Mapped[int]
    convened_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    convened_by: Mapped[User] = relationship()
    observer: Mapped[str] = mapped_column(String(64), default="")
    place: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    # The stage's code and when it ends; empty for a meeting that is held once.
    stage: Mapped[str] = mapped_column(String(40), default="")
    stage_since: Mapped[datetime | None]
    stage_until: Mapped[datetime | None] = mapped_column(index=True)
    # Households are told of a vote in portions: up to this resident; None when nobody has to be told.
    invited_up_to: Mapped[int | None]
    # A meeting: on which day, how many households came, who they were, what was said.
    held_on: Mapped[datetime | None]
    attended: Mapped[int | None]
    attendees: Mapped[str] = mapped_column(LongText, default="")
    minutes: Mapped[str] = mapped_column(LongText, default="")
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    # Why it was cancelled.
    reason: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column()
    topics: Mapped[list["Topic"]] = relationship(
        back_populates="deliberation", order_by="Topic.place", cascade="all, delete-orphan"
    )
    remarks: Mapped[list["Remark"]] = relationship(back_populates="deliberation", order_by="Remark.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own spelling)


class Topic(Base):
    """议题. `place` counts from 1."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    deliberation_id: Mapped[int] = mapped_column(ForeignKey("deliberation.id"), index=True)
    deliberation: Mapped[Deliberation] = relationship(back_populates="topics")
    place: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(LongText, default="")
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion | None] = relationship()
    decisions: Mapped[list["Decision"]] = relationship(back_populates="topic", order_by="Decision.id")
    sound: Mapped["TopicSound | None"] = relationship(back_populates="topic", cascade="all, delete-orphan")


class TopicSound(Base):
    """The question in the community's own voice, in telephone format: nobody votes by key without hearing it.
    In the database, so that every web machine can play it."""

    __tablename__ = "topic_sound"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), unique=True)
    topic: Mapped[Topic] = relationship(back_populates="sound")
    wav: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    seconds: Mapped[float]


class BallotChannel(enum.StrEnum):
    HANDS = "hands"  # 举手, entered by staff
    SMS = "sms"
    CALL = "call"


class Ballot(Base):
    """一票. Append-only: of each household in each stage the newest counts. `voter`: the household's key
    (`handling.deliberation.votes.household_of`), or a board member's name. `choice` of a scored topic is empty.
    `voters`: more than 1 for a show of hands of which only the number was noted."""

    __tablename__ = "ballot"
    __table_args__ = (Index("ix_ballot_topic_id_stage", "topic_id", "stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    topic: Mapped[Topic] = relationship()
    stage: Mapped[str] = mapped_column(String(40), default="")
    voter: Mapped[str] = mapped_column(String(80))
    voters: Mapped[int] = mapped_column(default=1)
    # yes, no, abstain
    choice: Mapped[str] = mapped_column(String(8), default="")
    score: Mapped[int | None]
    channel: Mapped[BallotChannel]
    at: Mapped[datetime]
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident | None] = relationship()
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    entered_by: Mapped[User | None] = relationship()


class Outcome(enum.StrEnum):
    PASSED = "passed"  # 通过
    REJECTED = "rejected"  # 未通过
    NO_QUORUM = "no_quorum"  # 参与不足


class Decision(Base):
    """What a topic's vote came to when it was counted; append-only. `score`: the mean in hundredths."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    topic: Mapped[Topic] = relationship(back_populates="decisions")
    stage: Mapped[str] = mapped_column(String(40), default="")
    outcome: Mapped[Outcome]
    entitled: Mapped[int]
    took_part: Mapped[int]
    yes: Mapped[int] = mapped_column(default=0)
    no: Mapped[int] = mapped_column(default=0)
    abstained: Mapped[int] = mapped_column(default=0)
    score: Mapped[int | None]
    resolution: Mapped[str] = mapped_column(LongText, default="")
    at: Mapped[datetime]


class Comment(Base):
    """意见 on a topic in a household's own words. `key`: what it came with, so that it is kept once. `suggestion`:
    the case that was made of it; without a `text` of its own, the case that speaks of the topic."""

    __tablename__ = "topic_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    topic: Mapped[Topic] = relationship()
    stage: Mapped[str] = mapped_column(String(40), default="")
    channel: Mapped[Channel]
    text: Mapped[str] = mapped_column(LongText, default="")
    at: Mapped[datetime]
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident | None] = relationship()
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion | None] = relationship()


class Remark(Base):
    """意见: what residents or the observer (社区观察员) said, as staff wrote it down."""

    __tablename__ = "remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    deliberation_id: Mapped[int] = mapped_column(ForeignKey("deliberation.id"), index=True)
    deliberation: Mapped[Deliberation] = relationship(back_populates="remarks")
    stage: Mapped[str] = mapped_column(String(40), default="")
    by_observer: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(LongText)
    at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_by: Mapped[User] = relationship()
