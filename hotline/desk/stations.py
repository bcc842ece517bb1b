"""征集点和院落: added, changed, retired and brought back; every change can be undone."""

import re
from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.casework import FormInvalid
from handling.changes import changes
from handling.places import all_courtyards, all_stations, save_courtyard, save_station, undo
from hotline.current import current
from hotline.desk.access import LEADERS, acting_user, allowed, blueprint
from hotline.desk.changes import shown
from hotline.desk.deeds import Answer, typed, typed_id
from models import Change, Courtyard, Station

AREAS = ("station", "courtyard")
NAMES = {
    "code": "代号",
    "name": "名称",
    "tier": "层级",
    "parent_id": "上级",
    "active": "在用",
    "aliases": "别名",
    "households": "户数",
    "station_id": "征集点",
}
_BETWEEN = re.compile(r"[\s,，、;；]+")


@blueprint.get("/stations")
@allowed(*LEADERS)
def stations_page() -> str:
    return _page()


@blueprint.post("/stations/station")
@blueprint.post("/stations/station/<int:station_id>")
@allowed(*LEADERS)
def keep_station(station_id: int | None = None) -> Answer:
    hotline = current()
    try:
        with hotline.database.write() as session:
            station = session.get(Station, station_id) or abort(404) if station_id else None
            values = {
                "code": station.code if station else typed("code", 40).strip(),
                "name": typed("name", 80).strip(),
                "tier": typed("tier", 24),
                "parent_id": typed_id("parent"),
                "active": request.form.get("active", "1") == "1",
            }
            now = hotline.clock.now()
            name = save_station(session, hotline.scheme, station, values, acting_user(session), now).name
    except FormInvalid as error:
        return _page(f"station-{station_id or 'new'}", error.errors), 422
    return _done(f"{name}：记好了。", "stations")


@blueprint.post("/stations/courtyard")
@blueprint.post("/stations/courtyard/<int:courtyard_id>")
@allowed(*LEADERS)
def keep_courtyard(courtyard_id: int | None = None) -> Answer:
    hotline = current()
    try:
        with hotline.database.write() as session:
            courtyard = session.get(Courtyard, courtyard_id) or abort(404) if courtyard_id else None
            author, now = acting_user(session), hotline.clock.now()
            name = save_courtyard(session, courtyard, _courtyard_values(), author, now).name
    except FormInvalid as error:
        return _page(f"courtyard-{courtyard_id or 'new'}", error.errors), 422
    return _done(f"{name}：记好了。新来的电话和短信按它找地点。", "courtyards")


@blueprint.post("/stations/undo/<int:change_id>")
@allowed(*LEADERS)
def undo_place(change_id: int) -> Answer:
    hotline = current()
    try:
        with hotline.database.write() as session:
            change = session.get(Change, change_id)
            if change is None or change.area not in AREAS:
                abort(404)
            undo(session, hotline.scheme, change, acting_user(session), hotline.clock.now())
            name = change.name
    except FormInvalid as error:
        return _page(refused="；".join(error.errors.values())), 409
    return _done(f"{name}：改回来了。", "history")


def _courtyard_values() -> dict[str, Any]:
    households = typed("households", 8).strip()
    aliases = dict.fromkeys(filter(None, _BETWEEN.split(typed("aliases", 400))))
    return {
        "name": typed("name", 80).strip(),
        "aliases": list(aliases),
        "households": _number(households) if households else None,
        "station_id": typed_id("station"),
        "active": request.form.get("active", "1") == "1",
    }


def _number(text: str) -> int:
    """-1, which is refused, for what is no number."""
    return int(text) if text.isascii() and text.isdigit() else -1


def _done(message: str, anchor: str) -> Response:
    flash(message)
    return redirect(url_for("desk.stations_page", _anchor=anchor))


def _page(tried: str = "", errors: Mapping[str, str] | None = None, refused: str = "") -> str:
    with current().database.read() as session:
        stations, courtyards = all_stations(session), all_courtyards(session)
        history = _history(session, stations)
    return render_template(
        "desk/stations.html",
        stations=stations,
        courtyards=courtyards,
        station_names={station.id: station.name for station in stations},
        history=history,
        tried=tried,
        errors=errors or {},
        refused=refused,
        form=request.form,
    )


def _history(session: Session, stations: list[Station]) -> list[Any]:
    named = {station.id: station.name for station in stations}
    of_place = {"parent_id": named.get, "station_id": named.get}
    return [shown(change, NAMES, of_place) for change in changes(session, AREAS)]
