"""A form that a telephone sends again because it never heard the answer: done once."""

import re
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import Submission, User, find_or_add

# Nobody's telephone is away for longer; a key that is forgotten is no harm to anybody.
KEPT = timedelta(days=60)
_KEY = re.compile(r"[0-9a-f-]{16,64}")


def is_first(session: Session, user: User, key: str, now: datetime) -> bool:
    """Whether this person sends this key for the first time; it counts when the transaction is committed. Without
    a key every submission is the first. ValueError for what no browser of ours makes up."""
    if not key:
        return True
    if not _KEY.fullmatch(key):
        raise ValueError("no key of a submission")
    session.execute(delete(Submission).where(Submission.created_at < now - KEPT))
    _, is_new = find_or_add(
        session, Submission, key="key", value=f"{user.id}:{key}", user_id=user.id, created_at=now
    )
    return is_new
