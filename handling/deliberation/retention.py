"""Who voted and said what is forgotten some time after a deliberation; what was decided stays."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.deliberation.votes import HANDS
from models import Ballot, Comment, Deliberation, Topic

GONE = "gone:"


def forget_voters(session: Session, before: datetime, limit: int) -> int:
    """Of deliberations that ended before then: households of ballots, comments, who came. How many rows."""
    over = Deliberation.closed_at < before
    ballots = (
        select(Ballot)
        .join(Topic, Topic.id == Ballot.topic_id)
        .join(Deliberation, Deliberation.id == Topic.deliberation_id)
        .where(over, Ballot.voter.not_like(f"{GONE}%"), Ballot.voter.not_like(f"{HANDS}:%"))
        .order_by(Ballot.id)
        .limit(limit)
    )
    found = list(session.scalars(ballots))
    for ballot in found:
        ballot.voter, ballot.resident = f"{GONE}{ballot.id}", None
    meetings = list(session.scalars(select(Deliberation).where(over, Deliberation.attendees != "").limit(limit)))
    for meeting in meetings:
        meeting.attendees = ""
    said = (
        select(Comment)
        .join(Topic, Topic.id == Comment.topic_id)
        .join(Deliberation, Deliberation.id == Topic.deliberation_id)
        .where(over, Comment.resident_id.is_not(None))
        .order_by(Comment.id)
        .limit(limit)
    )
    comments = list(session.scalars(said))
    for comment in comments:
        comment.text, comment.resident = "", None
    return len(found) + len(meetings) + len(comments)
