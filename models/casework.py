"""What stands beside a case while it is worked and after it: help, wishes of a handler, links, visits, upkeep."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.ledger import Suggestion
from models.people import Courtyard, Unit, User


class Assistance(Base):
    """协办: a part of a case that another person or a unit is asked for. Open until it is answered or waived."""

    __tablename__ = "assistance"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion] = relationship()
    # One of the two.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    unit: Mapped[Unit | None] = relationship()
    asked: Mapped[str] = mapped_column(LongText)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    asked_at: Mapped[datetime]
    due: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(LongText, default="")
    answered_at: Mapped[datetime | None] = mapped_column(index=True)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    # A coordinator no longer waits for it; `answer` says why.
    waived: Mapped[bool] = mapped_column(default=False)


class WishKind(enum.StrEnum):
    EXTENSION = "extension"  # 延期
    HANDOVER = "handover"  # 转交


class Wish(Base):
    """What a handler asks a coordinator for: more time, or somebody else. Open until it is decided."""

    __tablename__ = "wish"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion] = relationship()
    kind: Mapped[WishKind]
    reason: Mapped[str] = mapped_column(LongText)
    due: Mapped[datetime | None]
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    handler: Mapped[User | None] = relationship(foreign_keys=[handler_id])
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    asked_at: Mapped[datetime]
    granted: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(LongText, default="")
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    # 批准人
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class CaseLink(Base):
    """Two cases that have to do with each other, without being the same matter. `one` has the smaller id."""

    __tablename__ = "case_link"
    __table_args__ = (UniqueConstraint("one_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"))
    one: Mapped[Suggestion] = relationship(foreign_keys=[one_id])
    other_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), index=True)
    other: Mapped[Suggestion] = relationship(foreign_keys=[other_id])
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]


class VisitKind(enum.StrEnum):
    PHONE = "phone"  # 电话回访
    VISIT = "visit"  # 上门回访
    SMS = "sms"  # 短信评分
    EVALUATION = "evaluation"  # 提出人参与监督评议


class VisitOutcome(enum.StrEnum):
    CONFIRMED = "confirmed"  # 居民确认办好了
    UNHAPPY = "unhappy"  # 居民不认可
    NOT_REACHED = "not_reached"  # 没有联系上


class Visit(Base):
    """回访 after a case was closed. Open until it has an outcome; never done by the handler of the case."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion] = relationship()
    kind: Mapped[VisitKind]
    due: Mapped[datetime]
    visitor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    visitor: Mapped[User | None] = relationship()
    outcome: Mapped[VisitOutcome | None]
    score: Mapped[int | None]
    note: Mapped[str] = mapped_column(LongText, default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(index=True)


class Upkeep(Base):
    """长效维护: who keeps in order what a case has brought, and how often somebody looks at it."""

    __tablename__ = "upkeep"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), unique=True)
    suggestion: Mapped[Suggestion] = relationship()
    subject: Mapped[str] = mapped_column(String(200))
    # The choice of the scheme's form: 社区, 物业, 居民.
    keeper: Mapped[str] = mapped_column(String(40))
    courtyard_id: Mapped[int | None] = mapped_column(ForeignKey("courtyard.id"))
    courtyard: Mapped[Courtyard | None] = relationship()
    interval_days: Mapped[int]
    next_due: Mapped[datetime] = mapped_column(index=True)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    inspections: Mapped[list["Inspection"]] = relationship(back_populates="upkeep", order_by="Inspection.id")


class Inspection(Base):
    """巡查: somebody looked. What was not in order is a case of its own."""

    __tablename__ = "inspection"

    id: Mapped[int] = mapped_column(primary_key=True)
    upkeep_id: Mapped[int] = mapped_column(ForeignKey("upkeep.id"), index=True)
    upkeep: Mapped[Upkeep] = relationship(back_populates="inspections")
    due: Mapped[datetime]
    done_at: Mapped[datetime]
    inspector_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    inspector: Mapped[User] = relationship()
    in_order: Mapped[bool]
    note: Mapped[str] = mapped_column(LongText, default="")
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"))
    suggestion: Mapped[Suggestion | None] = relationship()
