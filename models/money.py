"""Money of a case: what it will cost, who pays, what was spent. All amounts are integer fen."""

import enum
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.attachments import Attachment
from models.base import Base
from models.ledger import Suggestion
from models.people import User


class Project(Base):
    """The collection and spending for one case. `share`: what each of the `households` agreed to pay."""

    __tablename__ = "project"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), unique=True)
    suggestion: Mapped[Suggestion] = relationship()
    title: Mapped[str] = mapped_column(String(120))
    households: Mapped[int] = mapped_column(default=0)
    share: Mapped[int] = mapped_column(BigInteger, default=0)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    opened_by: Mapped[User] = relationship()
    # The statement on the board, since a coordinator released it.
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    costs: Mapped[list["CostLine"]] = relationship(back_populates="project", order_by="CostLine.id")
    entries: Mapped[list["MoneyEntry"]] = relationship(back_populates="project", order_by="MoneyEntry.id")


class CostLine(Base):
    """A line of the cost plan; struck lines stay for whoever asks what was planned."""

    __tablename__ = "cost_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    project: Mapped[Project] = relationship(back_populates="costs")
    item: Mapped[str] = mapped_column(String(120))
    amount: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]
    struck_at: Mapped[datetime | None]


class EntryKind(enum.StrEnum):
    SHARE = "share"  # 居民分摊
    DONATION = "donation"  # 捐助
    MATCH = "match"  # 配套资金
    GRANT = "grant"  # 微创投、保障资金
    SPENDING = "spending"  # 支出


class MoneyEntry(Base):
    """A line of the account, append-only: income positive, spending negative. A mistake is corrected by an
    entry of the opposite amount that names the wrong one in `corrects`. `households`: how many paid with
    this entry; `household`: which one, when it is one. `key` makes an entry happen once."""

    __tablename__ = "money_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    project: Mapped[Project] = relationship(back_populates="entries")
    kind: Mapped[EntryKind]
    amount: Mapped[int] = mapped_column(BigInteger)
    households: Mapped[int] = mapped_column(default=0)
    household: Mapped[str] = mapped_column(String(80), default="")
    # The scheme's fund or grant; what was bought.
    source: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_by: Mapped[User] = relationship()
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("money_entry.id"), unique=True)
    receipts: Mapped[list["Receipt"]] = relationship(back_populates="entry", order_by="Receipt.id")


class Receipt(Base):
    """票据: the photo or PDF that proves an entry. The file itself is an attachment of the case."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("money_entry.id"), index=True)
    entry: Mapped[MoneyEntry] = relationship(back_populates="receipts")
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), unique=True)
    attachment: Mapped[Attachment] = relationship()
