"""What a campaign brought: the page, the report, the release, the files."""

from collections.abc import Mapping
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from handling.campaigns.export import write_answers_csv, write_results_json, write_results_xlsx
from handling.campaigns.report import figures_of, percent, report_of, write_report
from handling.campaigns.results import OUTCOMES, outcome_of
from handling.campaigns.running import CampaignInvalid, CampaignNotAllowed, release_results, report_campaign
from handling.changes import changes, note_change
from hotline.current import current
from hotline.desk.access import LEADERS, acting_user, allowed, blueprint, note_look
from hotline.desk.campaigns import STATES, Answer
from hotline.desk.changes import shown
from models import Campaign

FILES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
}


@blueprint.get("/campaigns/<int:campaign_id>/results")
@allowed(*LEADERS)
def campaign_results(campaign_id: int) -> str:
    return _show(campaign_id)


@blueprint.post("/campaigns/<int:campaign_id>/report")
@allowed(*LEADERS)
def write_campaign_report(campaign_id: int) -> Answer:
    form, now = request.form, current().clock.now()
    analysis, decision = form.get("analysis", "")[:5000], form.get("decision", "")[:5000]
    try:
        with current().database.write() as session:
            found = session.get(Campaign, campaign_id, with_for_update=True) or abort(404)
            report_campaign(found, analysis=analysis, decision=decision, now=now)
    except CampaignInvalid as error:
        return _show(campaign_id, form=form, errors=error.errors), 422
    except CampaignNotAllowed as error:
        return _show(campaign_id, refused=str(error)), 409
    flash("报告写好了，可以下载 Word，也可以公开结果。")
    return redirect(url_for("desk.campaign_results", campaign_id=campaign_id))


@blueprint.post("/campaigns/<int:campaign_id>/results/<step>")
@allowed(*LEADERS)
def release_campaign(campaign_id: int, step: str) -> Answer:
    if step not in ("release", "withhold"):
        abort(404)
    try:
        with current().database.write() as session:
            found = session.get(Campaign, campaign_id, with_for_update=True) or abort(404)
            before, now = found.released_at is not None, current().clock.now()
            release_results(found, step == "release", now)
            note_change(
                session,
                "campaign",
                found.id,
                found.title,
                before={"released": before},
                after={"released": found.released_at is not None},
                author=acting_user(session),
                now=now,
            )
    except CampaignNotAllowed as error:
        return _show(campaign_id, refused=str(error)), 409
    flash("结果在公示栏上了。" if step == "release" else "结果从公示栏撤下了。")
    return redirect(url_for("desk.campaign_results", campaign_id=campaign_id))


@blueprint.get("/campaigns/<int:campaign_id>.<kind>")
@allowed(*LEADERS)
def export_campaign(campaign_id: int, kind: str) -> Response:
    if kind not in FILES:
        abort(404)
    hotline = current()
    now = hotline.clock.now()
    note_look(hotline.database, "export", f"campaign:{campaign_id}", now)
    file = cast(BinaryIO, SpooledTemporaryFile(max_size=4 << 20))  # noqa: SIM115 (the answer closes it)
    with hotline.database.read() as session:
        found = session.get(Campaign, campaign_id) or abort(404)
        name = f"{found.title}.{kind}"
        if kind == "csv":
            write_answers_csv(session, found, file)
        elif kind == "xlsx":
            write_results_xlsx(session, report_of(session, found), file)
        elif kind == "json":
            write_results_json(report_of(session, found), file)
        else:
            write_report(hotline.scheme, report_of(session, found), file, now)
    file.seek(0)
    return send_file(file, mimetype=FILES[kind], as_attachment=True, download_name=name)


def _show(
    campaign_id: int,
    *,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refused: str = "",
) -> str:
    with current().database.read() as session:
        found = session.get(Campaign, campaign_id) or abort(404)
        report = report_of(session, found)
        released = changes(session, ("campaign",), subject=str(campaign_id))
        return render_template(
            "desk/campaign_results.html",
            campaign=found,
            report=report,
            figures=figures_of(report),
            percent=percent,
            outcome_of=outcome_of,
            outcomes=OUTCOMES,
            campaign_states=STATES,
            form=form or {"analysis": found.analysis, "decision": found.decision},
            errors=errors or {},
            refused=refused,
            history=[shown(change, {"released": "公示结果"}) for change in released],
        )
