"""The community's own working days and holidays, over those that the library knows."""

from datetime import date, timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from handling.calendar import load_calendar
from hotline.current import current
from hotline.desk.access import LEADERS, allowed, blueprint
from models import CalendarOverride


@blueprint.get("/calendar")
@allowed(*LEADERS)
def calendar() -> str:
    return _page({}, {})


@blueprint.post("/calendar")
@allowed(*LEADERS)
def add_day() -> Response | tuple[str, int]:
    day = _date(request.form.get("day", ""))
    if day is None:
        return _page(request.form, {"day": "请选一个日期"}), 422
    working, reason = request.form.get("working") == "1", request.form.get("reason", "").strip()[:80]
    with current().database.write() as session:
        session.merge(CalendarOverride(day=day, working=working, reason=reason))
    flash(f"{day.isoformat()} 记为{'上班' if working else '休息'}。已经定好的期限不变，新的期限按它算。")
    return redirect(url_for("desk.calendar"))


@blueprint.post("/calendar/<day>/remove")
@allowed(*LEADERS)
def remove_day(day: str) -> Response:
    with current().database.write() as session:
        override = session.get(CalendarOverride, _date(day) or abort(404))
        if override is not None:
            session.delete(override)
    flash(f"{day} 恢复按国家安排。")
    return redirect(url_for("desk.calendar"))


def _page(form: dict[str, str], errors: dict[str, str]) -> str:
    now = current().clock.now()
    with current().database.read() as session:
        days = list(session.scalars(select(CalendarOverride).order_by(CalendarOverride.day.desc())))
        warnings = load_calendar(session).warnings(now, now + timedelta(days=365))
    return render_template("desk/calendar.html", days=days, warnings=warnings, form=form, errors=errors)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
