"""积分 (幸福种子) in double entry: what a resident gets, the community gives; what is redeemed is gone."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import Resident, User


class Account(enum.StrEnum):
    RESIDENT = "resident"
    COMMUNITY = "community"  # gives points, and takes back what was given wrongly
    REDEEMED = "redeemed"  # spent on goods and services


class PointsTransaction(Base):
    """One movement; the points of its entries sum to zero. `key` makes each happen once. Append-only: a mistake is
    reversed by another transaction."""

    __tablename__ = "points_transaction"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    # The scheme's rule that gave the points; empty for redemptions and reversals.
    rule: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(index=True)
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor: Mapped[User | None] = relationship()
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("points_transaction.id"))
    entries: Mapped[list["PointsEntry"]] = relationship(back_populates="transaction", order_by="PointsEntry.id")


class PointsEntry(Base):
    """A line of an account; `resident_id` for the accounts of residents alone."""

    __tablename__ = "points_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("points_transaction.id"), index=True)
    transaction: Mapped[PointsTransaction] = relationship(back_populates="entries")
    account: Mapped[Account]
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident | None] = relationship()
    points: Mapped[int]


class PointsBalance(Base):
    """What a resident has: always the sum of the own entries. Its row is the lock that keeps two redemptions at
    once from spending the same points."""

    __tablename__ = "points_balance"
    __table_args__ = (CheckConstraint("points >= 0", name="not_negative"),)

    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), primary_key=True)
    points: Mapped[int] = mapped_column(default=0)


class Reward(Base):
    """What points are exchanged for (兑换). `stock` None: a service that does not run out."""

    __tablename__ = "reward"
    __table_args__ = (CheckConstraint("stock >= 0", name="stock_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    cost: Mapped[int]
    stock: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)


class RedemptionState(enum.StrEnum):
    ASKED = "asked"  # by SMS, waits for the resident's 确认; nothing is booked yet
    BOOKED = "booked"  # the points are spent, the goods wait
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


class Redemption(Base):
    __tablename__ = "redemption"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident] = relationship()
    reward_id: Mapped[int] = mapped_column(ForeignKey("reward.id"))
    reward: Mapped[Reward] = relationship()
    # As it was when it was asked for.
    cost: Mapped[int]
    state: Mapped[RedemptionState] = mapped_column(index=True)
    asked_at: Mapped[datetime]
    booked_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    transaction_id: Mapped[int | None] = mapped_column(ForeignKey("points_transaction.id"))
    # Who entered it at the desk, and who handed the goods over or cancelled.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor: Mapped[User | None] = relationship(foreign_keys=[actor_id])
    finished_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Honour(Base):
    """金点子达人, 社区智囊之星: awarded, or declined so that nobody is proposed twice for the same time."""

    __tablename__ = "honour"

    id: Mapped[int] = mapped_column(primary_key=True)
    # "honour:resident:year"
    key: Mapped[str] = mapped_column(String(80), unique=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(40))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    resident: Mapped[Resident] = relationship()
    year: Mapped[int]
    awarded: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decided_by: Mapped[User] = relationship()
