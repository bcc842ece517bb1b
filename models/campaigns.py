"""Campaigns (专项征集): a topic with a period, a questionnaire, invitations, and what people answered."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.contact import Recording
from models.ledger import Suggestion
from models.notices import Medium, Notice
from models.people import Resident, User


class CampaignState(enum.StrEnum):
    DRAFT = "draft"  # 准备中
    RUNNING = "running"  # 进行中
    CLOSED = "closed"  # 已结束: no more answers
    REPORTED = "reported"  # 已报告: what was decided stands in the report


class Campaign(Base):
    """专项征集. Whatever comes in on `number`, or begins with `keyword`, while it runs belongs to it."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[CampaignState] = mapped_column(default=CampaignState.DRAFT, index=True)
    title: Mapped[str] = mapped_column(String(12))
    purpose: Mapped[str] = mapped_column(LongText, default="")
    # The questionnaire that it was made from: satisfaction, traffic; empty for one of its own.
    template: Mapped[str] = mapped_column(String(40), default="")
    # Shanghai days, both included.
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    # E.164, one of the hotline's numbers at the carrier; None: the hotline's usual number.
    number: Mapped[str | None] = mapped_column(String(24))
    keyword: Mapped[str] = mapped_column(String(12), default="")
    # `handling.campaigns.running.Target` as an object: who is invited, and how.
    target: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Invitations that leave in a minute at most, texts and calls together.
    per_minute: Mapped[int] = mapped_column(default=10)
    # No invitation leaves while it stands here.
    paused_at: Mapped[datetime | None]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_by: Mapped[User] = relationship(foreign_keys=[created_by_id])
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    # 数据分析 and 转化运用 in the coordinator's words.
    analysis: Mapped[str] = mapped_column(LongText, default="")
    decision: Mapped[str] = mapped_column(LongText, default="")
    # The board shows the results from then on.
    released_at: Mapped[datetime | None]
    questions: Mapped[list["Question"]] = relationship(
        back_populates="campaign", order_by="Question.position", cascade="all, delete-orphan"
    )
    sounds: Mapped[list["CampaignSound"]] = relationship(back_populates="campaign", cascade="all, delete-orphan")


class QuestionKind(enum.StrEnum):
    CHOICE = "choice"  # 单选
    SCALE = "scale"  # 打分
    NUMBER = "number"  # 填数
    SPEECH = "speech"  # 自己说: becomes a suggestion


class Question(Base):
    """One question. choices: for CHOICE, answered by their place from 1. low, high: for SCALE and NUMBER."""

    __tablename__ = "campaign_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    campaign: Mapped[Campaign] = relationship(back_populates="questions")
    # From 1.
    position: Mapped[int]
    kind: Mapped[QuestionKind]
    text: Mapped[str] = mapped_column(String(100))
    choices: Mapped[list[str]] = mapped_column(default=list)
    low: Mapped[int] = mapped_column(default=0)
    high: Mapped[int] = mapped_column(default=0)


class CampaignSound(Base):
    """A recording of the community's own voice: the introduction (`question_id` None) or a question, in telephone
    format. In the database, so that every web machine can play it."""

    __tablename__ = "campaign_sound"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    campaign: Mapped[Campaign] = relationship(back_populates="sounds")
    question_id: Mapped[int | None] = mapped_column(ForeignKey("campaign_question.id", ondelete="CASCADE"))
    # The words that were to be read: an edited question needs a new recording.
    script: Mapped[str] = mapped_column(LongText)
    wav: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    seconds: Mapped[float]


class ParticipationState(enum.StrEnum):
    WAITING = "waiting"  # to be invited
    INVITED = "invited"  # the invitation is in the outbox or with the resident
    ANSWERING = "answering"  # a question is open
    DONE = "done"  # answered to the end
    STOPPED = "stopped"  # said no: never asked again in this campaign
    LAPSED = "lapsed"  # the answer did not come in time


class Participation(Base):
    """One resident in one campaign, invited or come by themselves."""

    __tablename__ = "participation"
    __table_args__ = (UniqueConstraint("campaign_id", "resident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    campaign: Mapped[Campaign] = relationship()
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident] = relationship()
    state: Mapped[ParticipationState] = mapped_column(index=True)
    # None: came by themselves.
    medium: Mapped[Medium | None]
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), unique=True)
    notice: Mapped[Notice | None] = relationship()
    invited_at: Mapped[datetime | None] = mapped_column(index=True)
    # The question that waits for an answer by text; None: the invitation itself, or a call.
    question_id: Mapped[int | None] = mapped_column(ForeignKey("campaign_question.id"))
    question: Mapped[Question | None] = relationship()
    asked_at: Mapped[datetime | None]
    # The open question was sent a second time.
    asked_again: Mapped[bool] = mapped_column(Boolean, default=False)
    finished_at: Mapped[datetime | None]
    answers: Mapped[list["Answer"]] = relationship(back_populates="participation", order_by="Answer.id")


class AnswerMeans(enum.StrEnum):
    SMS = "sms"
    KEY = "key"
    VOICE = "voice"


class Answer(Base):
    """One answer. value: the choice's place, the score or the number. text: of a SPEECH question, as the resident
    said it; its suggestion has the reviewed wording."""

    __tablename__ = "campaign_answer"
    __table_args__ = (UniqueConstraint("participation_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), index=True)
    participation: Mapped[Participation] = relationship(back_populates="answers")
    question_id: Mapped[int] = mapped_column(ForeignKey("campaign_question.id"), index=True)
    question: Mapped[Question] = relationship()
    means: Mapped[AnswerMeans]
    value: Mapped[int | None]
    text: Mapped[str] = mapped_column(LongText, default="")
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recording.id"), index=True)
    recording: Mapped[Recording | None] = relationship()
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion | None] = relationship()
    answered_at: Mapped[datetime]
