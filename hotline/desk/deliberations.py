"""议事: the list, a deliberation's page from draft to result, its part of the case page."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO, cast

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.calendar import closing_time, load_calendar
from handling.clock import SHANGHAI
from handling.deliberation.agenda import topics_of
from handling.deliberation.comments import AlreadyASuggestion, comments_on, make_suggestion
from handling.deliberation.meetings import hold_meeting, raise_hands
from handling.deliberation.queries import (
    deliberation_by_id,
    deliberations_in,
    deliberations_of,
    stages_of,
    turnout,
)
from handling.deliberation.stages import (
    NotDeliberable,
    add_remark,
    begin,
    draft_deliberation,
    finish_work,
    in_words,
    may_convene,
    prolong,
    set_topics,
    stop,
)
from handling.deliberation.votes import rules_of, voting_topics
from handling.export import CHANNELS
from handling.lexicon_versions import understander_in_force
from handling.queries import courtyards
from handling.scheme.deliberation import DeliberationKind, share_in_words
from hotline.current import current
from hotline.desk.access import STAFF, acting_user, allowed, blueprint
from hotline.desk.case_at_work import case_at_work, may_work_on
from hotline.desk.deliberation_forms import LONGEST, day, hands_of, meeting_of, topic_rows, whole
from hotline.desk.panels import Looking, panel
from hotline.own_voice import VoiceRefused, telephone_voice
from models import Comment, Courtyard, Deliberation, DeliberationState, TopicSound, User

Answer = str | tuple[str, int] | Response
Change = Callable[[Session, Deliberation, User, datetime], None]
ROWS = 3
# Seconds: whoever has to listen longer hangs up.
LONGEST_QUESTION = 40


@panel("deliberations", "议事", "desk/case_deliberations.html")
def deliberations_panel(looking: Looking) -> dict[str, Any] | None:
    about = deliberations_of(looking.session, looking.case.id)
    startable = may_work_on(looking.case) and not looking.case.confidential and bool(my_kinds(looking.user))
    if not about and not startable:
        return None
    return {"about": about, "may_start": startable, "rules_of": rules_of, "in_words": in_words}


@blueprint.get("/deliberations")
@allowed(*STAFF)
def deliberations() -> str:
    states = DeliberationState
    with current().database.read() as session:
        open_ones = deliberations_in(session, states.RUNNING, states.DRAFT)
        over = deliberations_in(session, states.CLOSED, states.CANCELLED, limit=30)
    running = [one for one in open_ones if one.state is states.RUNNING]
    drafts = [one for one in open_ones if one.state is states.DRAFT]
    return render_template(
        "desk/deliberations.html",
        running=running,
        drafts=drafts,
        over=over,
        rules_of=rules_of,
        in_words=in_words,
        may_start=bool(my_kinds(None)),
    )


@blueprint.get("/deliberations/new")
@allowed(*STAFF)
def new_deliberation() -> str:
    with current().database.read() as session:
        number = request.args.get("case", type=int)
        case = case_at_work(session, number) if number else None
    started = {
        "title-0": case.domain if case else "",
        "case-0": str(case.number) if case else "",
        "courtyard": str(case.courtyard_id or "") if case else "",
    }
    return _new(started, "")


@blueprint.post("/deliberations")
@allowed(*STAFF)
def create_deliberation() -> Answer:
    form, hotline = request.form, current()
    try:
        rows = topic_rows(form)
        entitled = whole(form, "entitled", "有表决权的户数")
        with hotline.database.write() as session:
            kind = next((kind for kind in my_kinds(None) if kind.code == form.get("kind")), None)
            if kind is None:
                raise NotDeliberable("请选一种议事")
            if not rows:
                raise NotDeliberable("还没有写议题")
            courtyard = session.get(Courtyard, form.get("courtyard", 0, type=int))
            made = draft_deliberation(
                session,
                kind,
                title=" ".join(form.get("title", "").split()) or rows[0][1],
                courtyard=courtyard,
                topics=topics_of(session, rows),
                user=acting_user(session),
                now=hotline.clock.now(),
                entitled=entitled,
            )
            deliberation_id = made.id
    except (NotDeliberable, ValueError) as refusal:
        return _new(form, str(refusal)), 422
    return redirect(url_for("desk.deliberation", deliberation_id=deliberation_id))


@blueprint.get("/deliberations/<int:deliberation_id>")
@allowed(*STAFF)
def deliberation(deliberation_id: int) -> Answer:
    return show(deliberation_id)


@blueprint.post("/deliberations/<int:deliberation_id>/draft")
@allowed(*STAFF)
def save_draft(deliberation_id: int) -> Answer:
    form = request.form

    def change(session: Session, found: Deliberation, user: User, now: datetime) -> None:
        rows = topic_rows(form)
        if not rows:
            raise NotDeliberable("还没有写议题")
        set_topics(session, found, topics_of(session, rows))
        found.title = " ".join(form.get("title", "").split())[:120] or rows[0][1]
        found.entitled = whole(form, "entitled", "有表决权的户数")
        found.observer = " ".join(form.get("observer", "").split())[:64]
        found.place = " ".join(form.get("place", "").split())[:120]
        found.courtyard = session.get(Courtyard, form.get("courtyard", 0, type=int))
        if "begin" in form:
            begin(session, found, user, now)

    return _change(deliberation_id, "draft", change, "开始了。" if "begin" in form else "草稿存好了。")


@blueprint.post("/deliberations/<int:deliberation_id>/hands")
@allowed(*STAFF)
def enter_hands(deliberation_id: int) -> Answer:
    def change(session: Session, found: Deliberation, user: User, now: datetime) -> None:
        for topic in voting_topics(found):
            raise_hands(session, found, topic, hands_of(request.form, topic), user, now)

    return _change(deliberation_id, "hands", change, "举手的票记下了。")


@blueprint.post("/deliberations/<int:deliberation_id>/topics/<int:topic_id>/voice")
@allowed(*STAFF)
def upload_question(deliberation_id: int, topic_id: int) -> Answer:
    """The question read aloud, so that households can vote by key."""
    upload = request.files.get("voice")
    try:
        if upload is None or not upload.filename:
            raise VoiceRefused("请选一个录音文件")
        # Before the transaction: converting takes a while.
        wav, seconds = telephone_voice(cast(BinaryIO, upload.stream), 0, LONGEST_QUESTION)
    except VoiceRefused as refusal:
        return show(deliberation_id, at="voice", wrong=f"录音没有用：{refusal}"), 422

    def change(session: Session, found: Deliberation, _user: User, _now: datetime) -> None:
        topic = next((topic for topic in found.topics if topic.id == topic_id), None) or abort(404)
        topic.sound = None
        session.flush()
        topic.sound = TopicSound(wav=wav, sha256=hashlib.sha256(wav).hexdigest(), seconds=seconds)

    return _change(deliberation_id, "voice", change, "录音换上了，打热线按 2 就能听到。")


@blueprint.get("/deliberations/voice/<int:sound_id>.wav")
@allowed(*STAFF)
def question_voice(sound_id: int) -> Response:
    with current().database.read() as session:
        sound = session.get(TopicSound, sound_id) or abort(404)
        return send_file(BytesIO(sound.wav), mimetype="audio/wav", conditional=True, max_age=0)


@blueprint.post("/deliberations/<int:deliberation_id>/meeting")
@allowed(*STAFF)
def enter_meeting(deliberation_id: int) -> Answer:
    def change(session: Session, found: Deliberation, user: User, now: datetime) -> None:
        hold_meeting(session, current().scheme, found, meeting_of(request.form, found), user, now)

    return _change(deliberation_id, "meeting", change, "会议记下了，结果已经算好。")


@blueprint.post("/deliberations/<int:deliberation_id>/remarks")
@allowed(*STAFF)
def enter_remark(deliberation_id: int) -> Answer:
    def change(session: Session, found: Deliberation, user: User, now: datetime) -> None:
        text = request.form.get("text", "").strip()[:LONGEST]
        if not text:
            raise NotDeliberable("还没有写意见")
        add_remark(session, found, text, user, now, by_observer="by_observer" in request.form)

    return _change(deliberation_id, "remarks", change, "意见记下了。", anybody=True)


@blueprint.post("/deliberations/<int:deliberation_id>/comments/<int:comment_id>/suggestion")
@allowed(*STAFF)
def comment_to_suggestion(deliberation_id: int, comment_id: int) -> Answer:
    """What a household said of the topic is a matter of its own."""
    hotline = current()
    with hotline.database.read() as session:
        understander = understander_in_force(session)
    with hotline.database.write() as session:
        comment = session.get(Comment, comment_id)
        if comment is None or comment.topic.deliberation_id != deliberation_id or not comment.text:
            abort(404)
        try:
            made = make_suggestion(
                session,
                hotline.scheme,
                comment,
                understander.understand(comment.text),
                now=hotline.clock.now(),
                duty_phones=hotline.settings.duty_phones,
            )
            flash(f"转成了{made.number}号建议，等着核对。")
        except AlreadyASuggestion:
            flash("别人刚才已经转成建议了。", "alert")
    return redirect(url_for("desk.deliberation", deliberation_id=deliberation_id, _anchor="remarks"))


@blueprint.post("/deliberations/<int:deliberation_id>/prolong")
@allowed(*STAFF)
def prolong_stage(deliberation_id: int) -> Answer:
    def change(session: Session, found: Deliberation, user: User, now: datetime) -> None:
        reason = " ".join(request.form.get("reason", "").split())[:200]
        if not reason:
            raise NotDeliberable("请写明为什么延长")
        prolong(session, found, closing_time(day(request.form, "until", "延长到")), reason, user, now)

    return _change(deliberation_id, "prolong", change, "延长了，大家都看得到原因。")


@blueprint.post("/deliberations/<int:deliberation_id>/done")
@allowed(*STAFF)
def end_work(deliberation_id: int) -> Answer:
    def change(session: Session, found: Deliberation, _user: User, now: datetime) -> None:
        finish_work(session, current().scheme, found, now)

    return _change(deliberation_id, "stage", change, "这一步完成了。")


@blueprint.post("/deliberations/<int:deliberation_id>/stop")
@allowed(*STAFF)
def stop_deliberation(deliberation_id: int) -> Answer:
    def change(session: Session, found: Deliberation, user: User, now: datetime) -> None:
        reason = " ".join(request.form.get("reason", "").split())
        if not reason:
            raise NotDeliberable("请写明为什么取消")
        stop(session, found, reason, user, now)

    return _change(deliberation_id, "stop", change, "取消了。")


def my_kinds(user: User | None) -> list[DeliberationKind]:
    """What this person may start; None: whoever is at the desk."""
    if user is not None:
        return [kind for kind in current().scheme.deliberations if may_convene(kind, user)]
    with current().database.read() as session:
        return my_kinds(acting_user(session))


def show(deliberation_id: int, *, form: Mapping[str, str] | None = None, at: str = "", wrong: str = "") -> str:
    """The page; `at` names the form that was refused, with what was typed and what is wrong."""
    hotline = current()
    now = hotline.clock.now()
    with hotline.database.read() as session:
        found = deliberation_by_id(session, deliberation_id) or abort(404)
        rules = rules_of(found)
        page: dict[str, Any] = {
            "deliberation": found,
            "rules": rules,
            "stages": stages_of(found, load_calendar(session)),
            "turnout": turnout(session, found),
            "comments": comments_on(session, deliberation_id),
            "voting": voting_topics(found),
            "courtyards": courtyards(session),
            "may_change": may_convene(rules, acting_user(session)),
        }
    draft = _draft_form(found)
    return render_template(
        "desk/deliberation.html",
        **page,
        form=form or {},
        draft=form if at == "draft" and form else draft,
        rows=min(12, len(found.topics) + ROWS),
        at=at,
        wrong=wrong,
        channels=CHANNELS,
        in_words=in_words,
        share_in_words=share_in_words,
        today=now.astimezone(SHANGHAI).date().isoformat(),
    )


def _draft_form(found: Deliberation) -> dict[str, str]:
    known = {
        "title": found.title,
        "entitled": str(found.entitled or ""),
        "observer": found.observer,
        "place": found.place,
        "courtyard": str(found.courtyard_id or ""),
    }
    for place, topic in enumerate(found.topics):
        known |= {f"title-{place}": topic.title, f"text-{place}": topic.text}
        known[f"case-{place}"] = str(topic.suggestion.number) if topic.suggestion else ""
    return known


def _change(deliberation_id: int, at: str, change: Change, said: str, *, anybody: bool = False) -> Answer:
    """One change in one transaction; what is refused is shown with the text kept. anybody: all staff may."""
    hotline = current()
    try:
        with hotline.database.write() as session:
            locked = select(Deliberation).where(Deliberation.id == deliberation_id).with_for_update()
            found = session.scalars(locked).one_or_none() or abort(404)
            user = acting_user(session)
            if not anybody and not may_convene(rules_of(found), user):
                abort(403)
            change(session, found, user, hotline.clock.now())
    except (NotDeliberable, ValueError) as refusal:
        return show(deliberation_id, form=request.form, at=at, wrong=str(refusal)), 422
    flash(said)
    return redirect(url_for("desk.deliberation", deliberation_id=deliberation_id))


def _new(form: Mapping[str, str], wrong: str) -> str:
    with current().database.read() as session:
        places = courtyards(session)
    return render_template(
        "desk/deliberation_new.html",
        form=form,
        wrong=wrong,
        kinds=my_kinds(None),
        courtyards=places,
        rows=ROWS,
        share_in_words=share_in_words,
    )
