"""单位: departments and partners that handle or help; where people belong."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from handling.casework import FormInvalid
from handling.changes import changes, note_change
from handling.places import active_stations
from handling.units import place_user, save_unit
from hotline.current import current
from hotline.desk.access import LEADERS, acting_user, allowed, blueprint
from hotline.desk.changes import shown
from hotline.desk.deeds import Answer, typed, typed_id
from hotline.desk.users import note_user, values_of
from models import Role, Unit, User

UNITS = "unit"
UNIT_NAMES = {"name": "名称", "kind": "类别", "phone": "电话", "active": "在用"}


@blueprint.get("/units")
@allowed(*LEADERS)
def units() -> str:
    return _units()


@blueprint.post("/units")
@allowed(*LEADERS)
def add_unit() -> Answer:
    return _save(None, "new")


@blueprint.post("/units/<int:unit_id>")
@allowed(*LEADERS)
def change_unit(unit_id: int) -> Answer:
    return _save(unit_id, f"unit-{unit_id}")


@blueprint.get("/places")
@allowed(*LEADERS)
def places() -> str:
    return _places()


@blueprint.post("/places/<int:user_id>")
@allowed(*LEADERS)
def change_place(user_id: int) -> Answer:
    hotline = current()
    try:
        with hotline.database.write() as session:
            user = session.get(User, user_id) or abort(404)
            place = {"station_id": typed_id("station"), "unit_id": typed_id("unit")}
            before = values_of(user)
            place_user(session, hotline.scheme, user, tier=typed("tier", 24), **place)
            note_user(session, user, before, values_of(user))
            name = user.name
    except FormInvalid as error:
        return _places(f"user-{user_id}", error.errors), 422
    flash(f"{name}的级别、征集点和单位改好了。")
    return redirect(url_for("desk.places"))


def _save(unit_id: int | None, tried: str) -> Response | tuple[str, int]:
    try:
        with current().database.write() as session:
            unit = session.get(Unit, unit_id) if unit_id else None
            if unit_id and unit is None:
                abort(404)
            before = _unit_values(unit) if unit else None
            saved = save_unit(
                session,
                unit,
                code=typed("code", 40),
                name=typed("name", 80),
                kind=typed("kind", 24),
                phone=typed("phone", 24),
                active=request.form.get("active", "1") == "1",
            )
            name, now = saved.name, current().clock.now()
            author, after = acting_user(session), _unit_values(saved)
            note_change(session, UNITS, saved.id, name, before=before, after=after, author=author, now=now)
    except FormInvalid as error:
        return _units(tried, error.errors), 422
    flash(f"{name}：记好了。")
    return redirect(url_for("desk.units"))


def _unit_values(unit: Unit) -> dict[str, Any]:
    return {"name": unit.name, "kind": unit.kind, "phone": unit.phone, "active": unit.active}


def _units(tried: str = "", errors: Mapping[str, str] | None = None) -> str:
    with current().database.read() as session:
        rows = list(session.scalars(select(Unit).order_by(Unit.active.desc(), Unit.kind, Unit.name)))
        people: dict[int, list[str]] = {}
        members = select(User.unit_id, User.name).where(User.active, User.unit_id.is_not(None)).order_by(User.name)
        for unit_id, name in session.execute(members):
            if unit_id is not None:
                people.setdefault(unit_id, []).append(name)
        history = [shown(change, UNIT_NAMES) for change in changes(session, (UNITS,))]
    page = {"units": rows, "people": people, "history": history}
    return render_template("desk/units.html", **page, tried=tried, errors=errors or {}, form=request.form)


def _places(tried: str = "", errors: Mapping[str, str] | None = None) -> str:
    with current().database.read() as session:
        staff = select(User).where(User.active, User.role != Role.VOLUNTEER).order_by(User.role, User.name)
        page = {
            "users": list(session.scalars(staff.options(joinedload(User.station), joinedload(User.unit)))),
            "stations": active_stations(session),
            "units": list(session.scalars(select(Unit).where(Unit.active).order_by(Unit.name))),
        }
    return render_template("desk/places.html", **page, tried=tried, errors=errors or {}, form=request.form)
