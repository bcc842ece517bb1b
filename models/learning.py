"""What a community teaches the hotline: its own words, in versions, and the words that its reviews propose."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import User


class LexiconVersion(Base):
    """词表的一版: all of the community's own words. Append-only; the highest number is in force, and an
    older one comes back as a new version with the same words."""

    __tablename__ = "lexicon_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Counted from 1; two who save at once want the same number, and one of them gets it.
    number: Mapped[int] = mapped_column(unique=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    author: Mapped[User] = relationship()
    created_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200), default="")
    # nlp.lexicon.additions.Addition as objects.
    words: Mapped[list[dict[str, Any]]] = mapped_column(default=list)


class ProposalState(enum.StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class KeywordProposal(Base):
    """A word that reviews speak for. It stays after the decision, so that nobody is asked twice."""

    __tablename__ = "keyword_proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    # "kind:value:word"
    key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(24))
    value: Mapped[str] = mapped_column(String(40))
    word: Mapped[str] = mapped_column(String(40))
    weight: Mapped[int]
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.OPEN, index=True)
    # How many standard deviations its log-odds lie above those of the other classes.
    score: Mapped[float]
    # {"with": n, "of": n, "elsewhere": n, "of_others": n, "examples": [case numbers]}
    evidence: Mapped[dict[str, Any]]
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_by: Mapped[User | None] = relationship()
