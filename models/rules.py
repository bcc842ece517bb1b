"""The community's rules as they were: cases keep the version that they started with, and the desk's editions."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy import Text as LongText
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


class SchemeEdition(Base):
    """流程的一版: what the desk laid over the file of HOTLINE_SCHEME. Append-only; the highest number is in force,
    and an older one comes back as a new edition with the same text."""

    __tablename__ = "scheme_edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Counted from 1; two who save at once want the same number, and one of them gets it.
    number: Mapped[int] = mapped_column(unique=True)
    # TOML; empty: the file alone.
    text: Mapped[str] = mapped_column(LongText, default="")
    # The whole rules as they were when it was saved: in force where the text does not fit the file any more.
    version_id: Mapped[int] = mapped_column(ForeignKey("scheme_version.id"))
    version: Mapped[SchemeVersion] = relationship()
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    author: Mapped[User] = relationship()
    created_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200), default="")


class PromptRecording(Base):
    """A prompt in the community's own voice, from the desk. Append-only; the newest of a key is in force."""

    __tablename__ = "prompt_recording"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), index=True)
    # What it says.
    text: Mapped[str] = mapped_column(String(200), default="")
    # Who speaks.
    voice: Mapped[str] = mapped_column(String(64), default="")
    # Telephone format; None: back to what came with the program or by `hotline prompts import`.
    wav: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    seconds: Mapped[float] = mapped_column(default=0.0)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    author: Mapped[User] = relationship()
    created_at: Mapped[datetime]


class Change(Base):
    """What somebody changed in a list of the community (stations, courtyards, calendar, people), with what was
    there before, so that it can be undone. Append-only."""

    __tablename__ = "change"

    id: Mapped[int] = mapped_column(primary_key=True)
    # "station", "courtyard", "calendar", "user"
    area: Mapped[str] = mapped_column(String(24), index=True)
    # Of the row: its id, or its day.
    subject: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    # The values of the row by column; None: it was not there, or is not there any more.
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    author: Mapped[User] = relationship()
    at: Mapped[datetime]
