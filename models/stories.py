"""What the board tells of a finished case besides its feedback."""

from sqlalchemy import ForeignKey
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.ledger import Suggestion


class Story(Base):
    """`asked`: what the residents wanted, in the coordinator's words. What was done is `Suggestion.feedback`, and
    `Suggestion.published_at` says whether neighbours may read either."""

    __tablename__ = "story"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), unique=True)
    suggestion: Mapped[Suggestion] = relationship()
    asked: Mapped[str] = mapped_column(LongText, default="")
