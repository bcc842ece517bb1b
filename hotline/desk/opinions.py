"""专家论证 on the case page: whom to ask, who was asked, what they said."""

from datetime import date
from typing import Any

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from handling.calendar import closing_time, load_calendar
from handling.clock import SHANGHAI
from handling.experts import (
    VERDICTS,
    NotAsked,
    ask_opinion,
    give_opinion,
    propose_experts,
    requests_of,
    withdraw_request,
)
from handling.forms import fen_of, show_fen
from hotline.current import current
from hotline.desk.access import STAFF, acting_user, allowed, blueprint
from hotline.desk.case_at_work import case_at_work, may_work_on
from hotline.desk.panels import Looking, panel
from models import Expert, OpinionRequest, Verdict

# The best to ask; the directory has the rest.
SHOWN = 6


@panel("opinions", "专家论证", "desk/opinions.html")
def opinions_panel(looking: Looking) -> dict[str, Any] | None:
    asked = requests_of(looking.session, looking.case.id)
    may_ask = may_work_on(looking.case)
    level = looking.scheme.find_level(looking.case.level)
    if not asked and not (may_ask and level is not None and level.experts):
        return None
    waited_for = {one.expert_id for one in asked if one.is_open}
    everybody = propose_experts(looking.session, looking.case, looking.now) if may_ask else []
    proposals = [one for one in everybody if one.expert.id not in waited_for]
    due = load_calendar(looking.session).due(looking.now, looking.scheme.experts.working_days)
    return {
        "asked": asked,
        "may_ask": may_ask,
        "proposals": [one for one in proposals if not one.against][:SHOWN],
        "excluded": [one for one in proposals if one.against and one.why],
        "verdicts": VERDICTS,
        "due": due.astimezone(SHANGHAI).date().isoformat(),
        "fen": show_fen,
    }


@blueprint.post("/cases/<int:number>/opinions")
@allowed(*STAFF)
def ask_expert(number: int) -> Response:
    hotline, form = current(), request.form
    with hotline.database.write() as session:
        case = case_at_work(session, number)
        expert = session.get(Expert, form.get("expert", 0, type=int))
        try:
            if expert is None:
                raise NotAsked("请选一位专家")
            ask_opinion(
                session,
                hotline.scheme,
                case,
                expert,
                question=form.get("question", "").strip()[:2000],
                due=closing_time(date.fromisoformat(form.get("due", ""))),
                user=acting_user(session),
                now=hotline.clock.now(),
            )
            flash(f"请了{expert.name}论证。")
        except NotAsked as refusal:
            flash(f"没有请成：{refusal}。", "alert")
        except ValueError:
            flash("没有请成：请选一个日期。", "alert")
    return _back(number)


@blueprint.post("/opinions/<int:request_id>")
@allowed(*STAFF)
def enter_opinion(request_id: int) -> Response:
    hotline, form = current(), request.form
    with hotline.database.write() as session:
        asked = session.get(OpinionRequest, request_id, with_for_update=True) or abort(404)
        case = case_at_work(session, asked.suggestion.number)
        try:
            if form.get("verdict") not in set(Verdict):
                raise NotAsked("请选结论")
            cost = form.get("cost", "").strip()
            give_opinion(
                session,
                asked,
                verdict=Verdict(form["verdict"]),
                reasons=form.get("reasons", "")[:5000],
                cost=fen_of(cost, "估计费用") if cost else None,
                conditions=form.get("conditions", "")[:2000],
                user=acting_user(session),
                now=hotline.clock.now(),
            )
            flash("专家意见记下了。")
        except (NotAsked, ValueError) as refusal:
            flash(f"没有记成：{refusal}。", "alert")
        number = case.number
    return _back(number)


@blueprint.post("/opinions/<int:request_id>/withdraw")
@allowed(*STAFF)
def withdraw_opinion(request_id: int) -> Response:
    with current().database.write() as session:
        asked = session.get(OpinionRequest, request_id, with_for_update=True) or abort(404)
        number = case_at_work(session, asked.suggestion.number).number
        try:
            withdraw_request(session, asked, acting_user(session), current().clock.now())
            flash(f"不再请{asked.expert.name}论证。")
        except NotAsked as refusal:
            flash(f"没有撤成：{refusal}。", "alert")
    return _back(number)


def _back(number: int) -> Response:
    return redirect(url_for("desk.case_page", number=number, _anchor="opinions"))
