"""Missed calls, and notices that did not arrive: a volunteer rings."""

from flask import abort, flash, redirect, url_for
from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from werkzeug.wrappers import Response

from hotline.current import current
from hotline.desk.access import REVIEWERS, allowed, blueprint, me, note_look
from hotline.desk.review import queue_page
from models import Call, CallState, Event, Notice, NoticeState


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
    # Two volunteers may press at the same moment: the first is noted, the second learns it.
    done = update(Call).where(Call.id == call_id, Call.state == CallState.MISSED)
    with current().database.write() as session:
        result = session.execute(done.values(state=CallState.CALLED_BACK, called_back_by_id=me().id))
        assert isinstance(result, CursorResult)
    flash("已记下：回过电了。" if result.rowcount else "这个电话别人已经回过了。")
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
    """A person told what no SMS and no call-back could; the case's history says who."""
    now = current().clock.now()
    failed = update(Notice).where(Notice.id == notice_id, Notice.state == NoticeState.FAILED)
    with current().database.write() as session:
        delivered = {"state": NoticeState.DELIVERED, "finished_at": now, "carrier_status": "told"}
        result = session.execute(failed.values(**delivered))
        assert isinstance(result, CursorResult)
        notice = session.get(Notice, notice_id)
        if result.rowcount and notice is not None and notice.suggestion_id is not None:
            session.add(Event(suggestion_id=notice.suggestion_id, at=now, actor_id=me().id, kind="told"))
    flash("已记下：转告过了。" if result.rowcount else "这件事别人已经转告过了。")
    return redirect(url_for("desk.queue", _anchor="tell"))
