"""金点子达人, 社区智囊之星: proposed from what was rewarded in a year, decided by people, public with consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from handling.clock import SHANGHAI
from handling.residents.consents import in_force
from handling.scheme import Scheme
from handling.scheme.people import HonourRule
from models import Account, Consent, Honour, PointsEntry, PointsTransaction, Purpose, Resident, User, find_or_add

__all__ = ["Proposal", "awarded", "decide", "proposals", "public_honours"]


@dataclass(frozen=True)
class Proposal:
    """A resident whom the rule names for a year, with how often they were rewarded for it."""

    rule: HonourRule
    resident: Resident
    times: int
    year: int


def proposals(session: Session, scheme: Scheme, *, year: int) -> list[Proposal]:
    """Whom the scheme's rules name for the year, without those whom people have decided about; the most often
    rewarded first. Awards that were taken back do not count."""
    known = set(session.scalars(select(Honour.key).where(Honour.year == year)))
    found = []
    for rule in scheme.honours:
        for resident, times in _rewarded(session, rule, year):
            if key_of(rule, resident, year) not in known:
                found.append(Proposal(rule, resident, times, year))
    return found


def _rewarded(session: Session, rule: HonourRule, year: int) -> Sequence[tuple[Resident, int]]:
    begins = datetime(year, 1, 1, tzinfo=SHANGHAI)
    ends = datetime(year + 1, 1, 1, tzinfo=SHANGHAI)
    taken_back = select(PointsTransaction.reverses_id).where(PointsTransaction.reverses_id.is_not(None))
    times = func.count(PointsTransaction.id)
    rows = (
        select(Resident, times)
        .join(PointsEntry, PointsEntry.resident_id == Resident.id)
        .join(PointsTransaction, PointsTransaction.id == PointsEntry.transaction_id)
        .where(
            PointsEntry.account == Account.RESIDENT,
            PointsTransaction.rule.in_(rule.counts),
            PointsTransaction.at.between(begins, ends - timedelta(microseconds=1)),
            PointsTransaction.id.not_in(taken_back),
            Resident.erased_at.is_(None),
        )
        .group_by(Resident.id)
        .having(times >= rule.minimum)
        .order_by(times.desc(), Resident.id)
    )
    return [(resident, count) for resident, count in session.execute(rows)]


def key_of(rule: HonourRule, resident: Resident, year: int) -> str:
    return f"{rule.code}:{resident.id}:{year}"


def decide(
    session: Session,
    rule: HonourRule,
    resident: Resident,
    *,
    year: int,
    awarded: bool,
    reason: str,
    by: User,
    now: datetime,
) -> tuple[Honour, bool]:
    """Award or decline it, once for a resident and a year; and whether this was the decision."""
    return find_or_add(
        session,
        Honour,
        key="key",
        value=key_of(rule, resident, year),
        code=rule.code,
        name=rule.name,
        resident_id=resident.id,
        year=year,
        awarded=awarded,
        reason=reason.strip()[:200],
        decided_at=now,
        decided_by_id=by.id,
    )


def awarded(session: Session, limit: int = 200) -> list[Honour]:
    """The newest first."""
    rows = select(Honour).where(Honour.awarded).order_by(Honour.year.desc(), Honour.id.desc()).limit(limit)
    return list(session.scalars(rows.options(joinedload(Honour.resident), joinedload(Honour.decided_by))))


def public_honours(session: Session, limit: int = 100) -> list[Honour]:
    """For the board: those with a name whose consent is in force now. Withdrawn today, gone today."""
    agreed = select(Consent.resident_id).where(in_force(Purpose.HONOURS))
    rows = (
        select(Honour)
        .join(Resident, Resident.id == Honour.resident_id)
        .where(Honour.awarded, Honour.resident_id.in_(agreed), Resident.name.is_not(None))
        .options(joinedload(Honour.resident))
        .order_by(Honour.year.desc(), Honour.code, Honour.id)
    )
    return list(session.scalars(rows.limit(limit)))
