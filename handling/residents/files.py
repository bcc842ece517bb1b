"""一人一档: what the community writes into the file of a resident, and who may read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handling.deeds import LEADERS
from handling.forms import FormInvalid
from handling.residents import ERASED, normal_number
from handling.scheme import Scheme
from handling.status import OPEN_STATES
from models import (
    Base,
    Courtyard,
    Medium,
    PointsBalance,
    Relative,
    Resident,
    ResidentPhone,
    Role,
    Suggestion,
    User,
)
from nlp.callers import caller

__all__ = [
    "FileEntries",
    "FormInvalid",
    "MergeRefused",
    "add_number",
    "add_relative",
    "make_main_number",
    "may_open_file",
    "numbers_of",
    "proposed_names",
    "remove_number",
    "save_file",
]

LANGUAGES = ("四川话", "普通话", "其他方言")
WAYS_TO_REACH = {
    Medium.SMS.value: "短信",
    Medium.CALL.value: "自动语音电话",
    Medium.PERSON.value: "请人打电话或上门",
}
_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
# Where the same matter of two rows of one person must not be added up but told apart by hand.
NOT_MOVED = frozenset(("resident_phone", "points_balance"))


class MergeRefused(Exception):
    """The message says in Chinese why two files stay apart."""


@dataclass(frozen=True)
class FileEntries:
    """What the form of the file sends; "" clears."""

    name: str
    address: str
    courtyard_id: int | None
    language: str
    care: Sequence[str]
    care_note: str
    reach_by: str
    reach_from: str
    reach_until: str


def may_open_file(session: Session, resident: Resident, user: User) -> bool:
    """Need to know: coordinators and administrators, and who handles an open case of this resident."""
    if user.role in LEADERS:
        return True
    if user.role is not Role.HANDLER:
        return False
    handled = select(Suggestion.id).where(
        Suggestion.resident_id == resident.id,
        Suggestion.handler_id == user.id,
        Suggestion.state.in_(OPEN_STATES),
    )
    return session.scalar(handled.limit(1)) is not None


def save_file(session: Session, scheme: Scheme, resident: Resident, entries: FileEntries) -> None:
    """FormInvalid when an entry is none of the choices."""
    errors = _wrong(scheme, entries)
    courtyard = session.get(Courtyard, entries.courtyard_id) if entries.courtyard_id else None
    if entries.courtyard_id and courtyard is None:
        errors["courtyard_id"] = "没有这个院落"
    if errors:
        raise FormInvalid(errors)
    resident.name = entries.name.strip()[:64] or None
    resident.address = entries.address.strip()[:120]
    resident.courtyard = courtyard
    resident.language = entries.language
    resident.care = [flag for flag in scheme.care if flag in set(entries.care)]
    resident.care_note = entries.care_note.strip()[:400]
    resident.reach_by = entries.reach_by
    resident.reach_from, resident.reach_until = entries.reach_from, entries.reach_until
    session.flush()


def _wrong(scheme: Scheme, entries: FileEntries) -> dict[str, str]:
    errors = {}
    if set(entries.care) - set(scheme.care):
        errors["care"] = "没有这一项"
    if entries.language not in ("", *LANGUAGES):
        errors["language"] = "请选一种"
    if entries.reach_by not in ("", *WAYS_TO_REACH):
        errors["reach_by"] = "请选一种"
    hours = (entries.reach_from, entries.reach_until)
    if any(hours) and not (all(_CLOCK.match(hour) for hour in hours) and hours[0] < hours[1]):
        errors["reach_from"] = "请写成 09:00 到 11:30 的样子，前面的早些"
    return errors


def numbers_of(session: Session, resident: Resident) -> list[ResidentPhone]:
    """The further numbers and key-phones of a resident."""
    rows = select(ResidentPhone).where(ResidentPhone.resident_id == resident.id).order_by(ResidentPhone.id)
    return list(session.scalars(rows))


def add_number(
    session: Session, resident: Resident, phone: str, *, label: str = "", is_key: bool = False
) -> ResidentPhone:
    """The number is theirs from now on, with everything that ever came from it. FormInvalid for what is no number
    or somebody else's; MergeRefused where both files have what only one can have."""
    number = normal_number(phone)
    if number is None:
        raise FormInvalid({"phone": "这不像电话号码"})
    known = session.scalars(select(ResidentPhone).where(ResidentPhone.phone == number)).one_or_none()
    if known is not None and known.resident_id != resident.id:
        raise FormInvalid({"phone": "这个号码已经记在另一位居民的档案里"})
    if known is None:
        other = session.scalars(select(Resident).where(Resident.phone == number)).one_or_none()
        if other is not None and other.id != resident.id:
            merge_files(session, resident, other)
        known = ResidentPhone(phone=number, resident_id=resident.id)
        session.add(known)
    known.label, known.is_key = label.strip()[:40], is_key
    session.flush()
    return known


def remove_number(session: Session, entry: ResidentPhone) -> None:
    """The next call from it begins a file of its own."""
    session.delete(entry)
    session.flush()


def make_main_number(session: Session, entry: ResidentPhone) -> None:
    """Tell the resident there from now on; the number so far stays theirs."""
    resident = entry.resident
    if resident.phone == entry.phone:
        return
    before, resident.phone = resident.phone, entry.phone
    # Whether a number takes SMS is known of the number so far alone.
    resident.sms_capable = None
    known = session.scalars(select(ResidentPhone).where(ResidentPhone.phone == before)).one_or_none()
    if known is None:
        session.add(ResidentPhone(phone=before, resident_id=resident.id, label="原来的号码"))
    if not entry.is_key:
        session.delete(entry)
    session.flush()


def merge_files(session: Session, keep: Resident, other: Resident) -> None:
    """Two numbers turned out to be one person: everything of the other row becomes this one's.

    Whatever table refers to a resident follows; where both have what only one can have (a vote in the same
    household), nothing is changed and MergeRefused says so."""
    if other.erased_at is not None or keep.erased_at is not None:
        raise MergeRefused("其中一份档案已经按居民的要求删除")
    points = session.get(PointsBalance, other.id)
    try:
        with session.begin_nested():
            if points is not None and points.points:
                _join_points(session, keep, points)
            for table in Base.metadata.sorted_tables:
                if table.name in NOT_MOVED:
                    continue
                for column in table.columns:
                    if any(key.column.table.name == "resident" for key in column.foreign_keys):
                        session.execute(update(table).where(column == other.id).values({column.name: keep.id}))
            session.execute(
                update(ResidentPhone).where(ResidentPhone.resident_id == other.id).values(resident_id=keep.id)
            )
            if points is not None:
                session.delete(points)
            session.flush()
    except IntegrityError as error:
        raise MergeRefused("两份档案都参加过同一件只能参加一次的事，不能合并") from error
    keep.name = keep.name or other.name
    keep.address = keep.address or other.address
    keep.courtyard_id = keep.courtyard_id or other.courtyard_id
    keep.opted_out_at = keep.opted_out_at or other.opted_out_at
    keep.erasure_asked_at = keep.erasure_asked_at or other.erasure_asked_at
    keep.care = list(dict.fromkeys([*keep.care, *other.care]))
    keep.care_note = keep.care_note or other.care_note
    keep.language = keep.language or other.language
    keep.reach_by = keep.reach_by or other.reach_by
    if not keep.reach_from:
        keep.reach_from, keep.reach_until = other.reach_from, other.reach_until
    session.flush()
    # What is loaded still names the other row.
    session.expire_all()
    session.delete(other)
    session.flush()


def _join_points(session: Session, keep: Resident, points: PointsBalance) -> None:
    joined = session.get(PointsBalance, keep.id)
    if joined is None:
        session.add(PointsBalance(resident_id=keep.id, points=points.points))
    else:
        joined.points += points.points
    points.points = 0
    session.flush()


def add_relative(session: Session, resident: Resident, *, name: str, relation: str, phone: str) -> Relative:
    """FormInvalid without a name or a number that can be rung."""
    number = normal_number(phone)
    errors = {}
    if not name.strip():
        errors["relative_name"] = "请写姓名"
    if number is None:
        errors["relative_phone"] = "这不像电话号码"
    if errors or number is None:
        raise FormInvalid(errors)
    relative = Relative(
        resident_id=resident.id, name=name.strip()[:64], relation=relation.strip()[:40], phone=number
    )
    session.add(relative)
    session.flush()
    return relative


def proposed_names(session: Session, resident: Resident) -> list[tuple[str, int]]:
    """Names that the resident gave in what they said, with the case: for a person to take over, never written by
    the machine."""
    if resident.phone.startswith(ERASED):
        return []
    said = (
        select(Suggestion.text, Suggestion.number)
        .where(Suggestion.resident_id == resident.id)
        .order_by(Suggestion.id.desc())
        .limit(50)
    )
    found: dict[str, int] = {}
    for text, number in session.execute(said):
        named = caller(text)
        if named is not None and named.name != resident.name:
            found.setdefault(named.name, number)
    return list(found.items())
