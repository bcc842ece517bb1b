"""征集点 and 院落 as the desk edits them. What was ever used is retired, never deleted: its cases keep it."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from handling.changes import note_change
from handling.forms import FormInvalid
from handling.scheme import Scheme
from handling.search import reindex_courtyard
from models import Change, Courtyard, Station, User

STATION = ("code", "name", "tier", "parent_id", "active")
COURTYARD = ("name", "aliases", "households", "station_id", "active")
MOST_HOUSEHOLDS = 100_000
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def active_stations(session: Session) -> list[Station]:
    return list(session.scalars(select(Station).where(Station.active).order_by(Station.id)))


def all_stations(session: Session) -> list[Station]:
    """Those in use first."""
    return list(session.scalars(select(Station).order_by(Station.active.desc(), Station.id)))


def all_courtyards(session: Session) -> list[Courtyard]:
    """Those in use first, with their stations."""
    every = select(Courtyard).order_by(Courtyard.active.desc(), Courtyard.name)
    return list(session.scalars(every.options(joinedload(Courtyard.station))))


def save_station(
    session: Session,
    scheme: Scheme,
    station: Station | None,
    values: Mapping[str, Any],
    author: User,
    now: datetime,
) -> Station:
    """values: those of STATION. A new one (None), or changed, with its place in the history. FormInvalid."""
    errors = _station_errors(session, scheme, station, values)
    if errors:
        raise FormInvalid(errors)
    before = values_of(station, STATION) if station else None
    if station is None:
        station = Station(code=values["code"])
        session.add(station)
    _set(session, station, STATION, values)
    after = values_of(station, STATION)
    note_change(session, "station", station.id, station.name, before=before, after=after, author=author, now=now)
    return station


def save_courtyard(
    session: Session, courtyard: Courtyard | None, values: Mapping[str, Any], author: User, now: datetime
) -> Courtyard:
    """values: those of COURTYARD. A new one (None), or changed; its cases are found by it. FormInvalid."""
    errors = _courtyard_errors(session, courtyard, values)
    if errors:
        raise FormInvalid(errors)
    before = values_of(courtyard, COURTYARD) if courtyard else None
    if courtyard is None:
        courtyard = Courtyard(name=values["name"])
        session.add(courtyard)
    _set(session, courtyard, COURTYARD, values)
    after = values_of(courtyard, COURTYARD)
    name = courtyard.name
    note_change(session, "courtyard", courtyard.id, name, before=before, after=after, author=author, now=now)
    if before is not None and (before["name"], before["aliases"]) != (after["name"], after["aliases"]):
        reindex_courtyard(session, courtyard)
    return courtyard


def undo(session: Session, scheme: Scheme, change: Change, author: User, now: datetime) -> None:
    """As it was before this change; what was added by it is retired. FormInvalid where that fits no more."""
    row: Station | Courtyard | None
    if change.area == "station":
        row = session.get(Station, int(change.subject))
    else:
        row = session.get(Courtyard, int(change.subject))
    if row is None:
        raise FormInvalid({"undo": "这一条已经不在了"})
    names = STATION if isinstance(row, Station) else COURTYARD
    values = change.before or {**values_of(row, names), "active": False}
    if isinstance(row, Station):
        save_station(session, scheme, row, values, author, now)
    else:
        save_courtyard(session, row, values, author, now)


def values_of(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _set(session: Session, row: Any, names: Sequence[str], values: Mapping[str, Any]) -> None:
    for name in names:
        setattr(row, name, values[name])
    session.flush()


def _station_errors(
    session: Session, scheme: Scheme, station: Station | None, values: Mapping[str, Any]
) -> dict[str, str]:
    errors = {} if values["name"] else {"name": "请写名称"}
    if station is None:
        taken = session.scalar(select(Station.id).where(Station.code == values["code"]))
        if taken or not _CODE.fullmatch(values["code"]):
            errors["code"] = "代号写没用过的小写英文字母和数字，例如 grid_5"
    if values["tier"] not in {tier.code for tier in scheme.community.station_tiers}:
        errors["tier"] = "请从列表里选层级"
    if values["parent_id"] is not None and not _may_stand_below(session, station, values["parent_id"]):
        errors["parent"] = "上级要选一个在用的、不在它下面的征集点"
    if station is not None and not values["active"] and (kept := _kept_by(session, station)):
        errors["active"] = f"还有{kept}属于它，先改到别的征集点"
    return errors


def _may_stand_below(session: Session, station: Station | None, parent_id: int) -> bool:
    parents = {row.id: row.parent_id for row in session.execute(select(Station.id, Station.parent_id))}
    seen: set[int] = set()
    above: int | None = parent_id
    while above is not None and above not in seen:
        if above not in parents or (station is not None and above == station.id):
            return False
        seen.add(above)
        above = parents[above]
    return bool(session.scalar(select(Station.active).where(Station.id == parent_id)))


def _kept_by(session: Session, station: Station) -> str:
    """ "2个院落、1个人": who would be left without a station."""
    counted = (
        (select(func.count(Station.id)).where(Station.parent_id == station.id, Station.active), "个征集点"),
        (select(func.count(Courtyard.id)).where(Courtyard.station_id == station.id, Courtyard.active), "个院落"),
        (select(func.count(User.id)).where(User.station_id == station.id, User.active), "个人"),
    )
    found = [(session.scalar(count) or 0, word) for count, word in counted]
    return "、".join(f"{number}{word}" for number, word in found if number)


def _courtyard_errors(session: Session, courtyard: Courtyard | None, values: Mapping[str, Any]) -> dict[str, str]:
    errors = {} if values["name"] else {"name": "请写院落的名字"}
    others = [one for one in session.scalars(select(Courtyard)) if courtyard is None or one.id != courtyard.id]
    # The name is unique in the table; other names only among those in use.
    if values["name"] in {one.name for one in others}:
        errors["name"] = "这个名字已经有了"
    if values["active"]:
        theirs = {name: one.name for one in others if one.active for name in (one.name, *one.aliases)}
        for alias in (values["name"], *values["aliases"]):
            if alias in theirs and "name" not in errors:
                errors["aliases"] = f"“{alias}”已经是{theirs[alias]}的名字，机器分不清"
    if any(len(alias) < 2 for alias in values["aliases"]):
        errors["aliases"] = "别名至少两个字"
    if values["households"] is not None and not 0 <= values["households"] <= MOST_HOUSEHOLDS:
        errors["households"] = "户数写数字"
    if values["station_id"] is not None and not session.scalar(
        select(Station.active).where(Station.id == values["station_id"])
    ):
        errors["station"] = "请从列表里选征集点"
    return errors
