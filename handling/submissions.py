"""A form that a telephone sends again because it never heard the answer: done once."""

import re
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import Submission, User, find_or_add

# Nobody's telephone is away for longer; a key that is forgotten is no harm to anybody.
KEPT = timedelta(days=60)
_KEY = re.compile(r"[0-9a-f-]{16,64}")


def submit(session: Session, user: User, key: str, now: datetime) -> tuple[Submission, bool]:
    """The submission that this person made with this key, and whether it is new; it counts when the transaction is
    committed. ValueError for what no browser of ours makes up."""
    if not _KEY.fullmatch(key):
        raise ValueError("no key of a submission")
    session.execute(delete(Submission).where(Submission.created_at < now - KEPT))
    return find_or_add(session, Submission, key="key", value=f"{user.id}:{key}", user_id=user.id, created_at=now)
