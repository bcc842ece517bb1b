"""The community's rules as they were: cases keep the version that they started with."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import User


class SchemeVersion(Base):
    """A scheme with everything that it extends. Append-only; the same content is the same row."""

    __tablename__ = "scheme_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of the content.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    # `handling.scheme.Scheme` as an object.
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    # None: read from a file at start.
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    author: Mapped[User | None] = relationship()
