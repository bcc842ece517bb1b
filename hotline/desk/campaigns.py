"""专项征集: the list, the plan, start and pause, and how far it has come."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from handling.campaigns.people import REASONS, draw_people, put_on_list
from handling.campaigns.questionnaire import KINDS, add_question, bundled_questionnaires
from handling.campaigns.results import listed_campaigns, progress_of
from handling.campaigns.running import (
    WAYS,
    CampaignInvalid,
    CampaignNotAllowed,
    change_campaign,
    close_campaign,
    create_campaign,
    pause_campaign,
    resume_campaign,
    start_campaign,
)
from handling.campaigns.sounds import can_be_rung, script_of, usable_sounds
from handling.campaigns.survey_notices import options_text
from handling.places import active_stations
from handling.queries import courtyards
from hotline.board.parts import hotline_number
from hotline.current import current
from hotline.desk.access import LEADERS, acting_user, allowed, blueprint
from hotline.desk.campaign_plan import plan_of, started, written
from models import Campaign, CampaignState, Medium

Answer = str | tuple[str, int] | Response

STATES = {
    CampaignState.DRAFT: "准备中",
    CampaignState.RUNNING: "进行中",
    CampaignState.CLOSED: "已结束",
    CampaignState.REPORTED: "已报告",
}


@blueprint.get("/campaigns")
@allowed(*LEADERS)
def campaigns() -> str:
    with current().database.read() as session:
        rows = listed_campaigns(session)
    return render_template(
        "desk/campaigns.html", rows=rows, campaign_states=STATES, templates=bundled_questionnaires()
    )


@blueprint.get("/campaigns/new")
@allowed(*LEADERS)
def new_campaign() -> str:
    template = request.args.get("template", "")
    with current().database.read() as session:
        return _plan_page(session, started(template), {})


@blueprint.post("/campaigns/new")
@allowed(*LEADERS)
def create() -> Answer:
    hotline = current()
    template = request.form.get("template", "")
    bundled = bundled_questionnaires().get(template)
    try:
        with hotline.database.write() as session:
            campaign = create_campaign(
                session,
                plan_of(request.form),
                acting_user(session),
                hotline.clock.now(),
                template if bundled else "",
            )
            for entry in bundled.questions if bundled else ():
                add_question(session, hotline.scheme, campaign, entry.draft)
            campaign_id = campaign.id
    except CampaignInvalid as error:
        with hotline.database.read() as session:
            return _plan_page(session, request.form, error.errors), 422
    flash("已经建好。请检查问题，录好声音，再开始。")
    return redirect(url_for("desk.campaign", campaign_id=campaign_id))


@blueprint.get("/campaigns/<int:campaign_id>")
@allowed(*LEADERS)
def campaign(campaign_id: int) -> str:
    return show_campaign(campaign_id)


@blueprint.get("/campaigns/<int:campaign_id>/progress")
@allowed(*LEADERS)
def campaign_progress(campaign_id: int) -> str:
    """The part of the page that changes while one looks."""
    with current().database.read() as session:
        found = session.get(Campaign, campaign_id) or abort(404)
        return render_template(
            "desk/campaign_progress.html", campaign=found, progress=progress_of(session, campaign_id)
        )


@blueprint.post("/campaigns/<int:campaign_id>/plan")
@allowed(*LEADERS)
def change_plan(campaign_id: int) -> Answer:
    try:
        with current().database.write() as session:
            found = session.get(Campaign, campaign_id, with_for_update=True) or abort(404)
            change_campaign(session, found, plan_of(request.form, found))
    except CampaignInvalid as error:
        return show_campaign(campaign_id, form=request.form, errors=error.errors), 422
    except CampaignNotAllowed as error:
        return show_campaign(campaign_id, refused=str(error)), 409
    flash("已经改好。")
    return _back(campaign_id)


@blueprint.post("/campaigns/<int:campaign_id>/steps/<step>")
@allowed(*LEADERS)
def step_campaign(campaign_id: int, step: str) -> Answer:
    take = STEPS.get(step) or abort(404)
    try:
        with current().database.write() as session:
            found = session.get(Campaign, campaign_id, with_for_update=True) or abort(404)
            flash(take(session, found))
    except CampaignNotAllowed as error:
        return show_campaign(campaign_id, refused=str(error)), 409
    return _back(campaign_id)


def _start(session: Session, campaign: Campaign) -> str:
    start_campaign(campaign, current().clock.now())
    return "征集开始了。还没有邀请任何人，看好名单再按“邀请”。"


def _invite(session: Session, campaign: Campaign) -> str:
    if campaign.state is not CampaignState.RUNNING:
        raise CampaignNotAllowed("不在进行中")
    draw = put_on_list(session, current().scheme, campaign, current().clock.now())
    return f"{len(draw.chosen)} 人排进了名单，白天按每分钟最多 {campaign.per_minute} 个发出。"


def _pause(session: Session, campaign: Campaign) -> str:
    pause_campaign(campaign, current().clock.now())
    return "停了：还没有发出的邀请一个也不发。已经在答的照样能答完。"


def _resume(session: Session, campaign: Campaign) -> str:
    resume_campaign(campaign)
    return "接着邀请。"


def _close(session: Session, campaign: Campaign) -> str:
    close_campaign(session, campaign, current().clock.now())
    return "征集结束了，不再收答卷。现在可以看结果、写报告。"


STEPS: Mapping[str, Callable[[Session, Campaign], str]] = {
    "start": _start,
    "invite": _invite,
    "pause": _pause,
    "resume": _resume,
    "close": _close,
}


def show_campaign(
    campaign_id: int,
    *,
    form: MultiDict[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    question: str = "",
    refused: str = "",
) -> str:
    """The page of a campaign. question: the form that failed ("new", an id), else the plan."""
    hotline = current()
    now = hotline.clock.now()
    with hotline.database.read() as session:
        found = session.get(Campaign, campaign_id) or abort(404)
        draft = found.state is CampaignState.DRAFT
        return render_template(
            "desk/campaign.html",
            campaign=found,
            progress=progress_of(session, campaign_id),
            draw=draw_people(session, hotline.scheme, found, now) if draft or _runs(found) else None,
            media=Medium,
            reasons=REASONS,
            sounds=usable_sounds(hotline.scheme, found),
            rings=can_be_rung(hotline.scheme, found),
            script=lambda asked: script_of(hotline.scheme, found, asked),
            options_text=options_text,
            kinds=KINDS,
            campaign_states=STATES,
            shown_number=number.shown if (number := hotline_number(found.number or "")) else "",
            refused=refused,
            form=form if form is not None and not question else written(found),
            errors=errors if not question else {},
            tried=question,
            question_form=form if form is not None and question else MultiDict(),
            question_errors=errors if question else {},
            **_choices(session),
        )


def _plan_page(session: Session, form: MultiDict[str, str], errors: Mapping[str, str]) -> str:
    return render_template(
        "desk/campaign_new.html",
        form=form,
        errors=errors,
        template=bundled_questionnaires().get(form.get("template", "")),
        **_choices(session),
    )


def _choices(session: Session) -> dict[str, Any]:
    return {
        "courtyards": courtyards(session),
        "stations": active_stations(session),
        "care": current().scheme.care,
        "ways": WAYS,
    }


def _runs(campaign: Campaign) -> bool:
    return campaign.state is CampaignState.RUNNING


def _back(campaign_id: int) -> Response:
    return redirect(url_for("desk.campaign", campaign_id=campaign_id))
