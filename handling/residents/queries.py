"""Reads for the pages about residents."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from handling.deeds import LEADERS
from handling.disputes import readable_by
from handling.ledger import PHONE_END
from handling.queries import Page, page_at
from handling.status import OPEN_STATES
from models import Relative, Resident, ResidentPhone, Role, Suggestion, User


@dataclass(frozen=True)
class ResidentRow:
    """A line of the list."""

    resident: Resident
    cases: int
    open_cases: int
    has_key_phone: bool


def find_residents(
    session: Session,
    user: User,
    *,
    search: str = "",
    courtyard_id: int | None = None,
    asked_to_go: bool = False,
    page: int = 1,
    per_page: int = 50,
) -> Page[ResidentRow]:
    """By a part of the name or at least four last digits of a number, in one courtyard, or those who asked to be
    forgotten; a handler finds the residents of the own open cases only. Two statements."""
    wanted = _narrowed(select(Resident.id), user, search.strip(), courtyard_id, asked_to_go)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    number = page_at(page, total, per_page)
    own = Suggestion.resident_id == Resident.id
    cases = select(func.count(Suggestion.id)).where(own).scalar_subquery()
    open_cases = select(func.count(Suggestion.id)).where(own, Suggestion.state.in_(OPEN_STATES)).scalar_subquery()
    keys = (
        select(func.count(ResidentPhone.id))
        .where(ResidentPhone.resident_id == Resident.id, ResidentPhone.is_key)
        .scalar_subquery()
    )
    rows = (
        _narrowed(select(Resident, cases, open_cases, keys), user, search.strip(), courtyard_id, asked_to_go)
        .options(joinedload(Resident.courtyard))
        .order_by(Resident.erasure_asked_at.is_(None), open_cases.desc(), Resident.id.desc())
        .limit(per_page)
        .offset((number - 1) * per_page)
    )
    found = [ResidentRow(row[0], row[1], row[2], row[3] > 0) for row in session.execute(rows)]
    return Page(found, number, total, per_page)


def _narrowed(
    rows: Select[Any], user: User, search: str, courtyard_id: int | None, asked_to_go: bool
) -> Select[Any]:
    rows = rows.where(Resident.erased_at.is_(None))
    if asked_to_go:
        rows = rows.where(Resident.erasure_asked_at.is_not(None))
    if courtyard_id is not None:
        rows = rows.where(Resident.courtyard_id == courtyard_id)
    if search:
        rows = rows.where(_matches(search))
    if user.role is Role.HANDLER:
        handled = select(Suggestion.resident_id).where(
            Suggestion.handler_id == user.id, Suggestion.state.in_(OPEN_STATES)
        )
        rows = rows.where(Resident.id.in_(handled))
    return rows


def _matches(search: str) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [Resident.name.contains(search, autoescape=True)]
    digits = search.replace(" ", "").replace("-", "").removeprefix("+86")
    if digits.isascii() and digits.isdigit() and len(digits) >= PHONE_END:
        further = select(ResidentPhone.resident_id).where(ResidentPhone.phone.endswith(digits, autoescape=True))
        found += [Resident.phone.endswith(digits.lstrip("0"), autoescape=True), Resident.id.in_(further)]
    return or_(*found)


def asked_to_be_forgotten(session: Session) -> int:
    """How many wait for it."""
    waiting = select(func.count(Resident.id)).where(
        Resident.erasure_asked_at.is_not(None), Resident.erased_at.is_(None)
    )
    return session.scalar(waiting) or 0


def cases_of(session: Session, resident_id: int, user: User, limit: int = 100) -> list[Suggestion]:
    """Those that this user may read, the newest first."""
    readable = readable_by(user.id, leads=user.role in LEADERS)
    own = select(Suggestion).where(Suggestion.resident_id == resident_id, readable).order_by(Suggestion.id.desc())
    return list(session.scalars(own.options(joinedload(Suggestion.handler)).limit(limit)))


def relatives_of(session: Session, resident_id: int) -> list[Relative]:
    return list(session.scalars(select(Relative).where(Relative.resident_id == resident_id).order_by(Relative.id)))
