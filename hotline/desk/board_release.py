"""What the board shows of a case: worded, released and taken off by a coordinator."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.attachments import attachments_of
from handling.forms import show_fen
from handling.stories import SHOWABLE, preview
from handling.story_release import (
    LONGEST,
    NotReleased,
    put_back,
    release_photo,
    take_off,
    was_published,
    withhold_photo,
    word_story,
)
from hotline.current import current
from hotline.desk.access import LEADERS, acting_user, allowed, blueprint
from hotline.desk.panels import Looking, panel
from models import Attachment, Story, Suggestion


@panel("board", "公示栏", "desk/case_board.html", rank=60)
def board_panel(looking: Looking) -> dict[str, Any] | None:
    """For coordinators, from the moment on when there is something to show."""
    case, session = looking.case, looking.session
    if looking.user.role not in LEADERS or case.confidential or not case.feedback:
        return None
    asked = session.scalar(select(Story.asked).where(Story.suggestion_id == case.id)) or ""
    return {
        "asked": asked,
        "story": preview(session, looking.scheme, case),
        "was_published": was_published(session, case) if case.published_at is None else None,
        "photos": [one for one in attachments_of(session, case.id) if one.kind in SHOWABLE and one.is_picture],
        "longest": LONGEST,
        "fen": show_fen,
    }


@blueprint.post("/cases/<int:number>/story")
@allowed(*LEADERS)
def save_story(number: int) -> Response:
    with current().database.write() as session:
        case = _case(session, number)
        try:
            word_story(
                session,
                case,
                asked=request.form.get("asked", ""),
                done=request.form.get("done", ""),
                by=acting_user(session),
                now=current().clock.now(),
            )
            flash("公示栏上的话改好了。")
        except NotReleased as reason:
            flash(f"没有改成：{reason}。", "alert")
    return _back(number)


@blueprint.post("/cases/<int:number>/story/<any(take_off, put_back):step>")
@allowed(*LEADERS)
def move_story(number: int, step: str) -> Response:
    with current().database.write() as session:
        case, user, now = _case(session, number), acting_user(session), current().clock.now()
        try:
            if step == "take_off":
                take_off(session, case, by=user, now=now)
                flash("从公示栏撤下了，居民看不到了。要放回去，按“放回公示栏”。")
            else:
                put_back(session, case, by=user, now=now)
                flash("放回公示栏了。")
        except NotReleased as reason:
            flash(f"没有办成：{reason}。", "alert")
    return _back(number)


@blueprint.post("/files/<int:attachment_id>/<any(release, withhold):step>")
@allowed(*LEADERS)
def release_file(attachment_id: int, step: str) -> Response:
    with current().database.write() as session:
        photo = session.get(Attachment, attachment_id) or abort(404)
        case = session.get(Suggestion, photo.suggestion_id) if photo.suggestion_id else abort(404)
        user, now = acting_user(session), current().clock.now()
        try:
            if step == "release":
                release_photo(session, photo, by=user, now=now)
            else:
                withhold_photo(session, photo, by=user, now=now)
        except NotReleased as reason:
            flash(f"没有公开：{reason}。", "alert")
        number = case.number if case else abort(404)
    return _back(number)


def _case(session: Session, number: int) -> Suggestion:
    return session.scalar(select(Suggestion).where(Suggestion.number == number)) or abort(404)


def _back(number: int) -> Response:
    return redirect(url_for("desk.case_page", number=number, _anchor="board"))
