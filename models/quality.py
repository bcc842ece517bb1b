"""Quality sample: a coordinator reads some reviews again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.ledger import Review
from models.people import User


class SecondReview(Base):
    """What a coordinator would have decided in a review of the sample. `decisions` has the keys that are compared
    (`handling.quality.COMPARED`); the case itself stays as it is."""

    __tablename__ = "second_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), unique=True)
    review: Mapped[Review] = relationship()
    coordinator_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    coordinator: Mapped[User] = relationship()
    decisions: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
