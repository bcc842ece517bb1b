"""The review queue and the review page: listen, correct, decide."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import Conflict
from werkzeug.wrappers import Response

from handling.casework import FormInvalid, StaleCase, StepNotAllowed
from handling.found import NAMES as FOUND_NAMES
from handling.found import found_in_case
from handling.hearing import ear_in_force
from handling.queries import (
    case_story,
    count_waiting,
    courtyards,
    failed_notices,
    missed_calls,
    next_free,
    notices_of,
    review_queue,
    voices_in_work,
)
from handling.review import claim_for_review, confirm_review, give_back
from handling.similar_cases import similar_cases
from hotline.current import current
from hotline.desk.access import REVIEWERS, acting_user, allowed, blueprint, me, note_look, read_id
from hotline.desk.evidence import pieces_of, reasons_of
from hotline.desk.proposals import (
    Draft,
    demand_type_names,
    domain_names,
    draft_of,
    second_opinions,
    standard_wording,
)
from hotline.desk.story import masked_body
from hotline.desk.voices import voices_of
from models import Suggestion, SuggestionState, Urgency

Answer = str | tuple[str, int] | Response


@blueprint.get("/review")
@allowed(*REVIEWERS)
def queue() -> str:
    return queue_page()


@blueprint.post("/review/next")
@allowed(*REVIEWERS)
def next_review() -> Response:
    now = current().clock.now()
    with current().database.write() as session:
        user = acting_user(session)
        free = next_free(session, user.id, now)
        number = next((case.number for case in free if claim_for_review(session, case, user, now)), None)
    if number is None:
        flash("现在没有等着核对的了。")
        return redirect(url_for("desk.queue"))
    return redirect(url_for("desk.review_page", number=number))


@blueprint.get("/review/<int:number>")
@allowed(*REVIEWERS)
def review_page(number: int) -> Answer:
    return show_review(number)


@blueprint.post("/review/<int:number>/take")
@allowed(*REVIEWERS)
def take_review(number: int) -> Response:
    with current().database.write() as session:
        case = _find(session, number)
        if not claim_for_review(session, case, acting_user(session), current().clock.now()):
            flash("这一条刚刚被别人拿去核对了。", "alert")
    return redirect(url_for("desk.review_page", number=number))


@blueprint.post("/review/<int:number>/heartbeat")
@allowed(*REVIEWERS)
def heartbeat(number: int) -> tuple[str, int]:
    """The page is still open: renew the hold. 409 when somebody else has it now."""
    with current().database.write() as session:
        held = claim_for_review(session, _find(session, number), acting_user(session), current().clock.now())
    if not held:
        raise Conflict
    return "", 204


@blueprint.post("/review/<int:number>/give-back")
@allowed(*REVIEWERS)
def give_back_review(number: int) -> Response:
    with current().database.write() as session:
        give_back(session, _find(session, number), acting_user(session))
    return redirect(url_for("desk.queue"))


@blueprint.get("/review/<int:number>/draft")
@allowed(*REVIEWERS)
def draft(number: int) -> dict[str, str]:
    """What the resident would get if the page were saved as it is now; nothing is kept."""
    found = _draft(number, request.args)
    return {"text": found.text, "size": found.size}


@blueprint.post("/review/<int:number>/finish")
@allowed(*REVIEWERS)
def finish_review(number: int) -> Answer:
    hotline, form = current(), request.form
    try:
        with hotline.database.write() as session:
            case = _find(session, number)
            confirm_review(
                session,
                hotline.scheme,
                case,
                acting_user(session),
                **decisions_of(form),
                standard_text=standard_wording(session, form.get("text", "")),
                version=form.get("version", type=int),
                now=hotline.clock.now(),
                duty_phones=hotline.settings.duty_phones,
            )
    except FormInvalid as error:
        return show_review(number, form=form, errors=error.errors), 422
    except (StaleCase, StepNotAllowed) as error:
        return show_review(number, form=form, refused=str(error)), 409
    flash(f"{number} 号核对好了。")
    return next_review() if form.get("then") == "next" else redirect(url_for("desk.queue"))


def decisions_of(form: Mapping[str, str]) -> dict[str, Any]:
    """The decisions as `confirm_review` takes them. FormInvalid for what no list or number field offers."""
    decision, urgency, number = (
        form.get("decision", ""),
        form.get("urgency", ""),
        form.get("merge_into", "").strip(),
    )
    errors = {}
    if decision not in ("confirm", "refuse", "merge"):
        errors["decision"] = "请选怎么处理"
    if urgency not in set(Urgency):
        errors["urgency"] = "请选紧急程度"
    if decision == "merge" and read_id(number) is None:
        errors["merge_into"] = "请写要并入的编号"
    if errors:
        raise FormInvalid(errors)
    courtyard = form.get("courtyard_id", "")
    return {
        "text": form.get("text", ""),
        "domain": form.get("domain", ""),
        "demand_type": form.get("demand_type", ""),
        "urgency": Urgency(urgency),
        "level": form.get("level", ""),
        "courtyard_id": int(courtyard[:9]) if courtyard.isascii() and courtyard.isdigit() else None,
        "place": form.get("place", ""),
        "valid": decision != "refuse",
        "merge_into": read_id(number) if decision == "merge" else None,
        "note": form.get("note", ""),
    }


def queue_page(*, revealed_call: int | None = None, revealed_notice: int | None = None) -> str:
    """The queue with what else waits for a volunteer's telephone; one number may be shown in full."""
    with current().database.read() as session:
        cases = review_queue(session)
        page = {
            "cases": cases,
            "waiting": count_waiting(session),
            "voices": voices_in_work(session),
            "calls": missed_calls(session),
            "failed": failed_notices(session),
        }
    return render_template(
        "desk/queue.html",
        **page,
        masked_body=masked_body,
        revealed_call=revealed_call,
        revealed_notice=revealed_notice,
    )


def show_review(
    number: int,
    *,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refused: str = "",
) -> str:
    hotline = current()
    now = hotline.clock.now()
    with hotline.database.read() as session:
        case = case_story(session, number) or abort(404)
        held = case.claimed_until is not None and case.claimed_until > now
        wanted = form or proposed_form(case)
        page: dict[str, Any] = {
            "case": case,
            "form": wanted,
            "courtyards": courtyards(session),
            "similar": similar_cases(session, case, now=now),
            "voices": voices_of(case, ear_in_force(session)),
            "found": found_in_case(session, case),
            "alerted": any(notice.template == "duty_alert" for notice in notices_of(session, case.id)),
        }
    note_look(hotline.database, "view", f"suggestion:{case.id}", now)
    return render_template(
        "desk/review.html",
        **page,
        version=case.version,
        draft=_draft(number, wanted),
        mine=held and case.claimed_by_id == me().id and case.state == SuggestionState.REVIEW,
        holder=case.claimed_by.name if held and case.claimed_by else "",
        pieces=pieces_of(case.understanding),
        evidences=reasons_of(case.understanding),
        found_names=FOUND_NAMES,
        second_opinions=second_opinions(case, page["courtyards"]),
        domains=with_current(domain_names(), case.domain),
        demand_types=with_current(demand_type_names(), case.demand_type),
        errors=errors or {},
        refused=refused,
    )


def proposed_form(case: Suggestion) -> dict[str, str]:
    """The machine's proposal, which the volunteer corrects."""
    return {
        "text": case.text,
        "domain": case.domain,
        "demand_type": case.demand_type,
        "urgency": case.urgency.value,
        "level": case.level,
        "courtyard_id": str(case.courtyard_id or ""),
        "place": case.place,
        "decision": "confirm",
        "merge_into": "",
        "note": "",
    }


def with_current(names: list[str], present: str) -> list[str]:
    """A value that the lists no longer know stays choosable."""
    return names if present in names else [present, *names]


def _draft(number: int, wanted: Mapping[str, str]) -> Draft:
    # A session of its own: the draft tries the decisions out on the case.
    with current().database.read() as session:
        decision, level = wanted.get("decision", "confirm"), wanted.get("level", "")
        return draft_of(session, _find(session, number), decision, level, wanted.get("note", ""))


def _find(session: Session, number: int) -> Suggestion:
    return session.scalar(select(Suggestion).where(Suggestion.number == number)) or abort(404)
