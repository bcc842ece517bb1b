"""Files that people add to a case: photos before and after, receipts, minutes."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import User


class AttachmentKind(enum.StrEnum):
    BEFORE = "before"  # 现场照片
    AFTER = "after"  # 办结后照片
    RECEIPT = "receipt"  # 票据
    OTHER = "other"  # 其他材料


class Attachment(Base):
    """One stored file. `path` is relative to HOTLINE_HOME; a picture has a small one beside it (`small_path`).

    suggestion_id: None for a file of a meeting or an account that belongs to no single case."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    kind: Mapped[AttachmentKind] = mapped_column(default=AttachmentKind.OTHER)
    # As the uploader's device called it, for people; never a path.
    name: Mapped[str] = mapped_column(String(120))
    content_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(200))
    small_path: Mapped[str] = mapped_column(String(200), default="")
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_by: Mapped[User] = relationship(foreign_keys=[uploaded_by_id])
    created_at: Mapped[datetime]
    # Since then neighbours see this picture on the board.
    released_at: Mapped[datetime | None]
    # Taken away by a person; the file stays until retention, so that it can be brought back.
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")
