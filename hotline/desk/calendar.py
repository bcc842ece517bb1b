"""The community's own working days and holidays, over those that the library knows."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.calendar import load_calendar
from handling.changes import changes, note_change
from hotline.current import current
from hotline.desk.access import LEADERS, acting_user, allowed, blueprint
from hotline.desk.changes import shown
from models import CalendarOverride, Change

AREA = "calendar"
NAMES = {"working": "上班", "reason": "原因"}


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
        _set_day(session, day, {"working": working, "reason": reason})
    flash(f"{day.isoformat()} 记为{'上班' if working else '休息'}。已经定好的期限不变，新的期限按它算。")
    return redirect(url_for("desk.calendar"))


@blueprint.post("/calendar/<day>/remove")
@allowed(*LEADERS)
def remove_day(day: str) -> Response:
    with current().database.write() as session:
        _set_day(session, _date(day) or abort(404), None)
    flash(f"{day} 恢复按国家安排。")
    return redirect(url_for("desk.calendar"))


@blueprint.post("/calendar/undo/<int:change_id>")
@allowed(*LEADERS)
def undo_day(change_id: int) -> Response:
    with current().database.write() as session:
        change = session.get(Change, change_id)
        if change is None or change.area != AREA:
            abort(404)
        _set_day(session, date.fromisoformat(change.subject), change.before)
        day = change.subject
    flash(f"{day} 改回来了。已经定好的期限不变，新的期限按它算。")
    return redirect(url_for("desk.calendar"))


def _set_day(session: Session, day: date, values: Mapping[str, Any] | None) -> None:
    """values: `working` and `reason`; None: as the library has it."""
    override = session.get(CalendarOverride, day)
    before = {"working": override.working, "reason": override.reason} if override else None
    if values is not None:
        session.merge(CalendarOverride(day=day, **values))
    elif override is not None:
        session.delete(override)
    author, now = acting_user(session), current().clock.now()
    note_change(
        session, AREA, day.isoformat(), day.isoformat(), before=before, after=values, author=author, now=now
    )


def _page(form: dict[str, str], errors: dict[str, str]) -> str:
    now = current().clock.now()
    with current().database.read() as session:
        days = list(session.scalars(select(CalendarOverride).order_by(CalendarOverride.day.desc())))
        history = [shown(change, NAMES) for change in changes(session, (AREA,))]
        warnings = load_calendar(session).warnings(now, now + timedelta(days=365))
    return render_template(
        "desk/calendar.html", days=days, warnings=warnings, history=history, form=form, errors=errors
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
