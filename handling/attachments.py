"""Files of a case: added, taken away, brought back. Each is an event of the case."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from handling.deeds import note_event
from models import Attachment, AttachmentKind, Suggestion, User

KINDS = {
    AttachmentKind.BEFORE: "现场照片",
    AttachmentKind.AFTER: "办结后照片",
    AttachmentKind.RECEIPT: "票据",
    AttachmentKind.OTHER: "其他材料",
}


def add_attachment(
    session: Session, attachment: Attachment, *, case: Suggestion | None, user: User, now: datetime
) -> Attachment:
    """Add the stored file to the case, or to none; `id` is set."""
    attachment.uploaded_by, attachment.created_at = user, now
    attachment.suggestion_id = case.id if case is not None else None
    session.add(attachment)
    _note(session, attachment, "attached", user, now)
    return attachment


def remove_attachment(session: Session, attachment: Attachment, user: User, now: datetime) -> None:
    """Nobody sees it any more, the board included; `restore_attachment` undoes it."""
    if attachment.removed_at is None:
        attachment.removed_at, attachment.removed_by_id = now, user.id
        # Brought back it must be released anew.
        attachment.released_at = None
        _note(session, attachment, "detached", user, now)


def restore_attachment(session: Session, attachment: Attachment, user: User, now: datetime) -> None:
    if attachment.removed_at is not None:
        attachment.removed_at = attachment.removed_by_id = None
        _note(session, attachment, "attached", user, now)


def attachments_of(session: Session, suggestion_id: int) -> list[Attachment]:
    """Those that were not taken away, the oldest first."""
    kept = select(Attachment).where(Attachment.suggestion_id == suggestion_id, Attachment.removed_at.is_(None))
    return list(session.scalars(kept.options(joinedload(Attachment.uploaded_by)).order_by(Attachment.id)))


def removed_from(session: Session, suggestion_id: int) -> list[Attachment]:
    """What somebody took away and may bring back."""
    gone = select(Attachment).where(Attachment.suggestion_id == suggestion_id, Attachment.removed_at.is_not(None))
    return list(session.scalars(gone.order_by(Attachment.id)))


def _note(session: Session, attachment: Attachment, kind: str, user: User, now: datetime) -> None:
    if attachment.suggestion_id is None:
        return
    case = session.get_one(Suggestion, attachment.suggestion_id)
    note = f"{KINDS[attachment.kind]}：{attachment.name}"
    note_event(session, case, kind, actor=user, now=now, note=note)
