"""一键呼叫 on the desk: who calls for help now, and the word that somebody is there."""

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from handling.residents.alarms import arrive, past_alarms, running_alarms, where_of
from hotline.current import current
from hotline.desk.access import EVERYBODY, acting_user, allowed, blueprint, may_help, me, note_look
from models import Alarm


@blueprint.get("/alarms")
@allowed(*EVERYBODY)
def alarms() -> str:
    hotline = current()
    now = hotline.clock.now()
    with hotline.database.read() as session:
        running, past = running_alarms(session), past_alarms(session)
    if may_help():
        for alarm in running:
            note_look(hotline.database, "number", f"resident:{alarm.resident_id}", now)
    return render_template("desk/alarms.html", running=running, past=past, where_of=where_of, minutes=_minutes)


@blueprint.post("/alarms/<int:alarm_id>/arrived")
@allowed(*EVERYBODY)
def arrived(alarm_id: int) -> Response:
    hotline = current()
    with hotline.database.write() as session:
        alarm = session.get(Alarm, alarm_id) or abort(404)
        ended = arrive(
            session,
            hotline.scheme,
            alarm,
            now=hotline.clock.now(),
            user=acting_user(session),
            found=request.form.get("found", ""),
        )
    flash("记下了：有人到了，其他人已经通知不用再赶去。" if ended else "别人已经先到了。")
    return redirect(url_for("desk.alarms"))


@blueprint.get("/alarms/running")
@allowed(*EVERYBODY)
def count_alarms() -> dict[str, int]:
    """For the line on top of every page: how many wait."""
    return {"running": me().alarms}


def _minutes(alarm: Alarm) -> int:
    """Since the call, until somebody was there or until now."""
    until = alarm.arrived_at or current().clock.now()
    return int((until - alarm.raised_at).total_seconds()) // 60
