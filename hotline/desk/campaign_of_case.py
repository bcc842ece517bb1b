"""征集方式 on the case page: everyday track or which campaign, and the change of it."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from handling.campaigns.queries import campaigns
from handling.campaigns.running import mark_suggestion
from handling.disputes import may_read
from hotline.current import current
from hotline.desk.access import LEADERS, REVIEWERS, acting_user, allowed, blueprint, me
from hotline.desk.panels import Looking, panel
from models import Campaign, CampaignState, Suggestion


@panel("campaign", "征集方式", "desk/campaign_of_case.html")
def campaign_panel(looking: Looking) -> dict[str, Any] | None:
    """Only where there is anything to choose or to say."""
    choices = campaigns(looking.session, (CampaignState.RUNNING, CampaignState.CLOSED, CampaignState.REPORTED))
    if not choices:
        return None
    return {
        "campaign": looking.case.campaign,
        "choices": choices if me().role in REVIEWERS else [],
        "may_open": me().role in LEADERS,
    }


@blueprint.post("/cases/<int:number>/campaign")
@allowed(*REVIEWERS)
def mark_case(number: int) -> Response:
    chosen = request.form.get("campaign", 0, type=int)
    with current().database.write() as session:
        case = session.scalar(select(Suggestion).where(Suggestion.number == number)) or abort(404)
        user = acting_user(session)
        if not may_read(session, case, user):
            abort(403)
        found = session.get(Campaign, chosen) if chosen else None
        if chosen and (found is None or found.state is CampaignState.DRAFT):
            abort(400)
        mark_suggestion(session, case, found, user, current().clock.now())
    flash("征集方式已经改好。")
    return redirect(url_for("desk.case_page", number=number, _anchor="campaign"))
