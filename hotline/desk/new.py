"""代录: paper forms, box notes, meetings and chat groups typed in, many in a row."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from handling.lexicon_versions import understander_in_force
from handling.places import active_stations
from handling.queries import courtyards
from handling.similar_cases import similar_cases
from handling.staff_entries import Entry, FormInvalid, take_down, typed_today
from hotline.current import current
from hotline.desk.access import EVERYBODY, acting_user, allowed, blueprint, read_id
from models import Suggestion


@blueprint.get("/new")
@allowed(*EVERYBODY)
def new_suggestion() -> str:
    # What the last entry chose stays chosen: twenty notes of one box are typed in a row.
    return _page({name: request.args.get(name, "") for name in ("source", "said_on", "station_id")})


@blueprint.post("/new")
@allowed(*EVERYBODY)
def enter_suggestion() -> Response | tuple[str, int]:
    hotline, form = current(), request.form
    kept = {name: form.get(name, "") for name in ("source", "said_on", "station_id")}
    try:
        entry = _entry(form)
        with hotline.database.read() as session:
            understander = understander_in_force(session)
        with hotline.database.write() as session:
            case, new = take_down(
                session,
                hotline.scheme,
                entry,
                understander.understand,
                by=acting_user(session),
                now=hotline.clock.now(),
                duty_phones=hotline.settings.duty_phones,
            )
            number = case.number
    except FormInvalid as error:
        return _page(form, error.errors), 422
    flash(f"{number} 号，录好了，接着录下一条。" if new else f"这一条刚才录过了，是 {number} 号。")
    return redirect(url_for("desk.new_suggestion") + "?" + urlencode({k: v for k, v in kept.items() if v}))


def _entry(form: Mapping[str, str]) -> Entry:
    try:
        said_on = date.fromisoformat(form.get("said_on", "")) if form.get("said_on") else None
    except ValueError:
        raise FormInvalid({"said_on": "请选一个日期"}) from None
    return Entry(
        source=form.get("source", ""),
        text=form.get("text", "")[:4000],
        said_on=said_on,
        phone=form.get("phone", ""),
        name=form.get("name", ""),
        courtyard_id=read_id(form.get("courtyard_id")),
        station_id=read_id(form.get("station_id")),
    )


def _page(form: Mapping[str, str], errors: Mapping[str, str] | None = None) -> str:
    hotline = current()
    now = hotline.clock.now()
    with hotline.database.read() as session:
        typed = typed_today(session, acting_user(session), now)
        page: dict[str, Any] = {
            "typed": typed,
            "similar": similar_cases(session, typed[0], now=now, limit=3) if _waits(typed) else [],
            "courtyards": courtyards(session),
            "stations": active_stations(session),
        }
    return render_template("desk/new.html", **page, form=form, errors=errors or {})


def _waits(typed: list[Suggestion]) -> bool:
    return bool(typed) and typed[0].state == "review"
