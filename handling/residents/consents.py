"""What residents agree to besides the handling of their own matter, and take back at any time.

PIPL articles 14, 15 and 29: a new purpose needs a consent of its own; withdrawing is as easy as giving. Silence is
no consent: without a row the answer is no.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from models import Consent, Purpose, Resident, User

PURPOSES = {
    Purpose.TRAINING: "录音用来教机器听懂家乡话",
    Purpose.HONOURS: "在公示栏公布姓名和荣誉",
    Purpose.INVITATIONS: "发短信、打电话邀请参加征集和议事",
}
WAYS = ("当面说", "电话里说", "书面签字", "短信")


def who_agreed(session: Session, purpose: Purpose, resident_ids: Collection[int]) -> set[int]:
    """Those of these residents who agree to it now."""
    rows = select(Consent.resident_id).where(in_force(purpose), Consent.resident_id.in_(resident_ids))
    return set(session.scalars(rows))


def in_force(purpose: Purpose) -> ColumnElement[bool]:
    """For queries: consents to this purpose that nobody has withdrawn."""
    return (Consent.purpose == purpose) & Consent.withdrawn_at.is_(None)


def give_consent(
    session: Session, resident: Resident, purpose: Purpose, *, how: str, now: datetime, to: User | None = None
) -> Consent:
    """Giving again what is given already changes nothing."""
    given = _now(session, resident, purpose)
    if given:
        return given[0]
    consent = Consent(resident=resident, purpose=purpose, given_at=now, given_how=how, given_to=to)
    session.add(consent)
    session.flush()
    return consent


def withdraw_consent(
    session: Session, resident: Resident, purpose: Purpose, *, how: str, now: datetime, to: User | None = None
) -> bool:
    """False when there was none. Two files that became one may have brought two."""
    given = _now(session, resident, purpose)
    for consent in given:
        consent.withdrawn_at, consent.withdrawn_how, consent.withdrawn_to = now, how, to
    session.flush()
    return bool(given)


def consents_of(session: Session, resident_id: int) -> list[Consent]:
    """The newest first, withdrawn ones too."""
    rows = select(Consent).where(Consent.resident_id == resident_id).order_by(Consent.id.desc())
    return list(session.scalars(rows.options(joinedload(Consent.given_to), joinedload(Consent.withdrawn_to))))


def _now(session: Session, resident: Resident, purpose: Purpose) -> list[Consent]:
    # Locked: two who note the same consent at once write one row.
    session.flush()
    session.refresh(resident, with_for_update=True)
    rows = select(Consent).where(in_force(purpose), Consent.resident_id == resident.id)
    return list(session.scalars(rows))
