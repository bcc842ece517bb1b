"""What telephones in the yard send again, and the filters that people keep."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Submission(Base):
    """One form or photo that a browser sent with a key of its own. The same key again does nothing."""

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The user's id, a colon, and what the browser made up.
    key: Mapped[str] = mapped_column(String(80), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    # What the case had become by it: the next form of the same telephone follows from there.
    version: Mapped[int | None]


class SavedFilter(Base):
    """A view of the ledger that somebody keeps under a name; `query` as it stands in the address."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]
