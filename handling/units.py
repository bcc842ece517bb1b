"""单位: departments, property companies and partners; who belongs to them, and where handlers belong."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.assignment import HIGHEST
from handling.forms import FormInvalid
from handling.residents import normal_number
from handling.scheme import Scheme
from models import Role, Station, Unit, User


def active_units(session: Session) -> list[Unit]:
    return list(session.scalars(select(Unit).where(Unit.active).order_by(Unit.kind, Unit.name)))


def save_unit(
    session: Session, unit: Unit | None, *, code: str, name: str, kind: str, phone: str, active: bool
) -> Unit:
    """A new one (None), or changed. FormInvalid."""
    number = normal_number(phone) if phone.strip() else None
    errors = {} if name.strip() else {"name": "请写单位名称"}
    if phone.strip() and number is None:
        errors["phone"] = "电话要写成 13800138000 或 028-61234567 的样子"
    taken = session.scalars(select(Unit).where(Unit.code == code.strip())).one_or_none() if unit is None else None
    if unit is None and (not code.strip() or taken is not None):
        errors["code"] = "请写一个别的单位没有用的代号"
    if errors:
        raise FormInvalid(errors)
    if unit is None:
        unit = Unit(code=code.strip()[:40])
        session.add(unit)
    unit.name, unit.kind = name.strip()[:80], kind.strip()[:24]
    unit.phone, unit.active = number, active
    session.flush()
    return unit


def place_user(
    session: Session, scheme: Scheme, user: User, *, tier: str, station_id: int | None, unit_id: int | None
) -> None:
    """A person's rank, station and unit, from which proposals and parts follow. FormInvalid."""
    errors: dict[str, str] = {}
    if tier and tier not in {known.code for known in scheme.tiers}:
        errors["tier"] = "请从列表里选级别"
    station = session.get(Station, station_id) if station_id else None
    unit = session.get(Unit, unit_id) if unit_id else None
    if station_id and station is None:
        errors["station"] = "请从列表里选征集点"
    if unit_id and unit is None:
        errors["unit"] = "请从列表里选单位"
    if errors:
        raise FormInvalid(errors)
    user.tier, user.station, user.unit = tier, station, unit


def stations_below(session: Session, station_id: int) -> list[int]:
    """The station itself and all below it; one statement."""
    rows = session.execute(select(Station.id, Station.parent_id)).all()
    found = {station_id}
    for _ in range(HIGHEST):
        found |= {row.id for row in rows if row.parent_id in found}
    return sorted(found)


def own_stations(session: Session, scheme: Scheme, user: User) -> tuple[list[int], list[str]]:
    """Where a person of a station may answer at once (即时答复): the stations and the steps; else nothing."""
    if user.role is not Role.HANDLER or user.station is None:
        return [], []
    tier = user.station.tier
    steps = [step.code for step in scheme.steps if any(tier in action.stations for action in step.actions)]
    return (stations_below(session, user.station.id), steps) if steps else ([], [])
