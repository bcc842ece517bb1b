"""智囊团: experts and 特约建议人, what they cannot judge, and the opinions that they were asked for."""

import enum
from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.ledger import Suggestion
from models.people import Courtyard, Unit, User


class ExpertKind(enum.StrEnum):
    EXPERT = "expert"  # 智囊团专家
    ADVISER = "adviser"  # 特约建议人


class Expert(Base):
    """`fields`: what somebody knows, as domains of the scheme or words of their own (智慧社区)."""

    __tablename__ = "expert"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(24))
    organisation: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[ExpertKind] = mapped_column(default=ExpertKind.EXPERT)
    fields: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    # The last day of an absence, in Shanghai.
    away_until: Mapped[date | None]
    created_at: Mapped[datetime]
    conflicts: Mapped[list["ExpertConflict"]] = relationship(
        back_populates="expert", order_by="ExpertConflict.id", cascade="all, delete-orphan"
    )


class ExpertConflict(Base):
    """利益冲突: an expert gives no opinion on what concerns this courtyard or this unit."""

    __tablename__ = "expert_conflict"
    __table_args__ = (UniqueConstraint("expert_id", "courtyard_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), index=True)
    expert: Mapped[Expert] = relationship(back_populates="conflicts")
    courtyard_id: Mapped[int | None] = mapped_column(ForeignKey("courtyard.id"))
    courtyard: Mapped[Courtyard | None] = relationship()
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    unit: Mapped[Unit | None] = relationship()


class Verdict(enum.StrEnum):
    FEASIBLE = "feasible"  # 可行
    CONDITIONAL = "conditional"  # 有条件可行
    NOT_FEASIBLE = "not_feasible"  # 不可行


class OpinionRequest(Base):
    """An expert was asked about a case; the answer stands in the same row. `cost`: fen. Answered and entered by
    nobody: in a text of the expert's own. Withdrawn with `reasons`: the expert stands aside (回避)."""

    __tablename__ = "opinion_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), index=True)
    suggestion: Mapped[Suggestion] = relationship()
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), index=True)
    expert: Mapped[Expert] = relationship()
    question: Mapped[str] = mapped_column(LongText, default="")
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    due: Mapped[datetime] = mapped_column(index=True)
    withdrawn_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    entered_by: Mapped[User | None] = relationship(foreign_keys=[entered_by_id])
    verdict: Mapped[Verdict | None]
    reasons: Mapped[str] = mapped_column(LongText, default="")
    cost: Mapped[int | None] = mapped_column(BigInteger)
    conditions: Mapped[str] = mapped_column(LongText, default="")

    @property
    def is_open(self) -> bool:
        """The opinion is waited for."""
        return self.answered_at is None and self.withdrawn_at is None
