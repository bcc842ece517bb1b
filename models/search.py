"""What the search of the ledger looks through: the terms of each case (`nlp.search_terms`), one row a case.

SQLite finds them by an FTS5 table that triggers keep equal to this one, PostgreSQL by an index over the terms as
a tsvector: array_to_tsvector, since the parser of to_tsvector cuts and drops Chinese characters as the server's
locale happens to see them. Both are made by the migration (INDEX_NAMES), and both change in the transaction that
changes the row."""

from sqlalchemy import ForeignKey
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

# What only one of the two databases has: FTS5 also keeps tables of its own under its name.
INDEX_NAMES = ("search_entry_fts", "ix_search_entry_terms")


class SearchEntry(Base):
    """`terms`: separated by blanks, without repetition."""

    __tablename__ = "search_entry"

    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id", ondelete="CASCADE"), primary_key=True)
    terms: Mapped[str] = mapped_column(LongText)
