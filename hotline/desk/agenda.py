"""议程建议: what the cases themselves propose to deliberate about, edited and made a draft by a person."""

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from handling.deliberation.agenda import propose_agenda, topics_of
from handling.deliberation.stages import NotDeliberable, draft_deliberation
from handling.similar_cases import HOT_DAYS, HOT_RESIDENTS
from hotline.current import current
from hotline.desk.access import STAFF, acting_user, allowed, blueprint
from hotline.desk.deliberation_forms import topic_rows
from hotline.desk.deliberations import my_kinds
from models import Suggestion


@blueprint.get("/agenda")
@allowed(*STAFF)
def agenda() -> str:
    now = current().clock.now()
    with current().database.read() as session:
        items = propose_agenda(session, now)
    return render_template(
        "desk/agenda.html", items=items, kinds=my_kinds(None), days=HOT_DAYS, households=HOT_RESIDENTS
    )


@blueprint.post("/agenda")
@allowed(*STAFF)
def take_agenda() -> Response:
    """The ticked items, as they were edited, become the draft of a deliberation."""
    form, hotline = request.form, current()
    try:
        rows = [row for place, row in enumerate(_rows()) if f"take-{place}" in form]
        kind = next((kind for kind in my_kinds(None) if kind.code == form.get("kind")), None)
        if kind is None or not rows:
            raise NotDeliberable("请勾上议题，再选怎样议")
        with hotline.database.write() as session:
            leading = session.scalars(select(Suggestion).where(Suggestion.number == rows[0][0])).one_or_none()
            made = draft_deliberation(
                session,
                kind,
                title=rows[0][1] if len(rows) == 1 else f"{rows[0][1]}等{len(rows)}件事",
                courtyard=leading.courtyard if leading else None,
                topics=topics_of(session, rows),
                user=acting_user(session),
                now=hotline.clock.now(),
            )
            deliberation_id = made.id
    except (NotDeliberable, ValueError) as refusal:
        flash(f"没有做成：{refusal}。", "alert")
        return redirect(url_for("desk.agenda"))
    flash("议程草稿做好了，看一看再开始。")
    return redirect(url_for("desk.deliberation", deliberation_id=deliberation_id))


def _rows() -> list[tuple[int, str, str]]:
    """Every item of the page in its order; one whose title was emptied stays in its place."""
    filled = request.form.to_dict()
    places = sum(name.startswith("case-") for name in filled)
    for place in range(places):
        filled[f"title-{place}"] = filled.get(f"title-{place}", "").strip() or "（没有写议题）"
    return topic_rows(filled)
