"""Callers who said nothing, and notices that did not arrive: a person rings. Of two at once the first is noted."""

from datetime import datetime

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from handling.deeds import note_event
from models import Call, CallState, Notice, NoticeState, User


def note_called_back(session: Session, call_id: int, user: User) -> bool:
    """False when somebody else has called back."""
    missed = update(Call).where(Call.id == call_id, Call.state == CallState.MISSED)
    result = session.execute(missed.values(state=CallState.CALLED_BACK, called_back_by_id=user.id))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def note_told(session: Session, notice_id: int, user: User, now: datetime) -> bool:
    """What no SMS and no call-back could tell; the case's history says who did. False when somebody else has."""
    failed = update(Notice).where(Notice.id == notice_id, Notice.state == NoticeState.FAILED)
    told = {"state": NoticeState.DELIVERED, "finished_at": now, "carrier_status": "told"}
    result = session.execute(failed.values(**told))
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        return False
    case = session.get_one(Notice, notice_id).suggestion
    if case is not None:
        note_event(session, case, "told", actor=user, now=now)
    return True
