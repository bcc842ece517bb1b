"""The quality sample: a coordinator reads some reviews again; everybody sees their own numbers."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from handling.disputes import may_read
from handling.export import URGENCIES
from handling.quality import (
    COMPARED,
    AlreadyReviewed,
    agreement,
    count_reviews,
    differences,
    own_numbers,
    read_again,
    waiting_sample,
)
from handling.queries import case_story
from hotline.current import current
from hotline.desk.access import LEADERS, REVIEWERS, acting_user, allowed, blueprint, may_listen, note_look
from hotline.desk.proposals import demand_type_names, domain_names
from models import Review, Suggestion, Urgency


@blueprint.get("/quality")
@allowed(*LEADERS)
def quality() -> str:
    hotline = current()
    now, percent = hotline.clock.now(), hotline.scheme.review_sample_percent
    with hotline.database.read() as session:
        user = acting_user(session)
        waiting = [
            review
            for review in waiting_sample(session, user, percent, now)
            if may_read(session, review.suggestion, user)
        ]
        return render_template(
            "desk/quality.html",
            waiting=waiting,
            percent=percent,
            reviews=count_reviews(session, now),
            agreement=agreement(session, now),
            compared=COMPARED,
        )


@blueprint.get("/quality/mine")
@allowed(*REVIEWERS)
def my_quality() -> str:
    now = current().clock.now()
    with current().database.read() as session:
        numbers = own_numbers(session, acting_user(session), now)
        others = numbers.disagreements
        return render_template(
            "desk/my_quality.html",
            numbers=numbers,
            compared=COMPARED,
            shown=shown,
            told=[(again, differences(again.review.decisions, again.decisions)) for again in others],
        )


@blueprint.get("/quality/<int:review_id>")
@allowed(*LEADERS)
def second_look(review_id: int) -> str:
    return show_second_look(review_id)


@blueprint.post("/quality/<int:review_id>")
@allowed(*LEADERS)
def save_second_look(review_id: int) -> str | tuple[str, int] | Response:
    hotline, form = current(), request.form
    decisions, errors = decisions_of(form)
    if errors:
        return show_second_look(review_id, form=form, errors=errors), 422
    try:
        with hotline.database.write() as session:
            review = _readable(session, review_id)
            note = form.get("note", "")
            read_again(session, review, acting_user(session), decisions, note, hotline.clock.now())
            different = differences(review.decisions, decisions)
    except AlreadyReviewed as error:
        flash(f"没有保存：{error}。", "alert")
        return redirect(url_for("desk.quality"))
    names = "、".join(COMPARED[name] for name in different)
    flash(f"记下了：和志愿者不一样的是{names}。" if different else "记下了：和志愿者定的一样。")
    return redirect(url_for("desk.quality"))


def show_second_look(
    review_id: int, *, form: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    """Without what the volunteer decided: whoever has read it agrees too easily."""
    hotline = current()
    with hotline.database.read() as session:
        review = _readable(session, review_id)
        case = case_story(session, review.suggestion.number)
        assert case is not None
    note_look(hotline.database, "view", f"suggestion:{case.id}", hotline.clock.now())
    empty = {"domain": "", "demand_type": "", "urgency": "", "level": "", "decision": "", "note": ""}
    return render_template(
        "desk/second_look.html",
        review=review,
        case=case,
        listening=may_listen(case),
        form=form or empty,
        errors=errors or {},
        domains=["", *domain_names()],
        demand_types=["", *demand_type_names()],
        second_opinions={},
    )


def decisions_of(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The decisions that are compared, and what is wrong with them. Of no suggestion only that counts."""
    decision, domain = form.get("decision", ""), form.get("domain", "")
    urgency, level = form.get("urgency", ""), form.get("level", "")
    decisions = {"valid": decision != "refuse", "domain": domain, "urgency": urgency, "level": level}
    errors = {} if decision in ("confirm", "refuse") else {"decision": "请选怎么处理"}
    if decision == "confirm":
        if domain not in domain_names():
            errors["domain"] = "请选领域"
        if urgency not in set(Urgency):
            errors["urgency"] = "请选紧急程度"
        if current().scheme.find_level(level) is None:
            errors["level"] = "请选级别"
    return decisions, errors


def shown(name: str, value: Any) -> str:
    """A decision for people."""
    if name == "valid":
        return "有效建议" if value else "不是建议"
    if name == "urgency" and value in set(Urgency):
        return URGENCIES[Urgency(value)]
    return str(value) or "—"


def _readable(session: Session, review_id: int) -> Review:
    found = session.get(
        Review, review_id, options=[joinedload(Review.suggestion).joinedload(Suggestion.courtyard)]
    )
    if found is None:
        abort(404)
    if not may_read(session, found.suggestion, acting_user(session)):
        abort(403)
    return found
