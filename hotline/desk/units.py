"""单位: departments and partners that handle or help; where people belong."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from handling.casework import FormInvalid
from handling.places import active_stations
from handling.units import place_user, save_unit
from hotline.current import current
from hotline.desk.access import LEADERS, allowed, blueprint
from hotline.desk.deeds import Answer, typed, typed_id
from models import Role, Unit, User


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
            place_user(session, hotline.scheme, user, tier=typed("tier", 24), **place)
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
            saved = save_unit(
                session,
                unit,
                code=typed("code", 40),
                name=typed("name", 80),
                kind=typed("kind", 24),
                phone=typed("phone", 24),
                active=request.form.get("active", "1") == "1",
            )
            name = saved.name
    except FormInvalid as error:
        return _units(tried, error.errors), 422
    flash(f"{name}：记好了。")
    return redirect(url_for("desk.units"))


def _units(tried: str = "", errors: Mapping[str, str] | None = None) -> str:
    with current().database.read() as session:
        rows = list(session.scalars(select(Unit).order_by(Unit.active.desc(), Unit.kind, Unit.name)))
        people: dict[int, list[str]] = {}
        members = select(User.unit_id, User.name).where(User.active, User.unit_id.is_not(None)).order_by(User.name)
        for unit_id, name in session.execute(members):
            if unit_id is not None:
                people.setdefault(unit_id, []).append(name)
    return render_template(
        "desk/units.html", units=rows, people=people, tried=tried, errors=errors or {}, form=request.form
    )


def _places(tried: str = "", errors: Mapping[str, str] | None = None) -> str:
    with current().database.read() as session:
        staff = select(User).where(User.active, User.role != Role.VOLUNTEER).order_by(User.role, User.name)
        page = {
            "users": list(session.scalars(staff.options(joinedload(User.station), joinedload(User.unit)))),
            "stations": active_stations(session),
            "units": list(session.scalars(select(Unit).where(Unit.active).order_by(Unit.name))),
        }
    return render_template("desk/places.html", **page, tried=tried, errors=errors or {}, form=request.form)
