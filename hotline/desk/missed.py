"""Missed calls, and notices that did not arrive: a volunteer rings."""

from flask import abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from handling.unreached import note_called_back, note_told
from hotline.current import current
from hotline.desk.access import REVIEWERS, acting_user, allowed, blueprint, note_look
from hotline.desk.review import queue_page
from models import Call, CallState, Notice, NoticeState


@blueprint.post("/missed/<int:call_id>/number")
@allowed(*REVIEWERS)
def show_missed_number(call_id: int) -> str:
    with current().database.read() as session:
        call = session.get(Call, call_id)
        if call is None or call.state != CallState.MISSED:
            abort(404)
    note_look(current().database, "number", f"call:{call_id}", current().clock.now())
    return queue_page(revealed_call=call_id)


@blueprint.post("/missed/<int:call_id>/called-back")
@allowed(*REVIEWERS)
def called_back(call_id: int) -> Response:
    with current().database.write() as session:
        first = note_called_back(session, call_id, acting_user(session))
    flash("已记下：回过电了。" if first else "这个电话别人已经回过了。")
    return redirect(url_for("desk.queue", _anchor="missed"))


@blueprint.post("/told/<int:notice_id>/number")
@allowed(*REVIEWERS)
def show_notice_number(notice_id: int) -> str:
    with current().database.read() as session:
        notice = session.get(Notice, notice_id)
        if notice is None or notice.state != NoticeState.FAILED:
            abort(404)
    note_look(current().database, "number", f"notice:{notice_id}", current().clock.now())
    return queue_page(revealed_notice=notice_id)


@blueprint.post("/told/<int:notice_id>")
@allowed(*REVIEWERS)
def told(notice_id: int) -> Response:
    with current().database.write() as session:
        first = note_told(session, notice_id, acting_user(session), current().clock.now())
    flash("已记下：转告过了。" if first else "这件事别人已经转告过了。")
    return redirect(url_for("desk.queue", _anchor="tell"))
