"""Prints: the community's forms of a case, and the empty form for mobile points and boxes."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import abort, render_template, request, send_file
from sqlalchemy import select
from werkzeug.wrappers import Response

from handling.clock import SHANGHAI
from handling.disputes import may_read
from handling.ledger import ledger_rows
from handling.prints import Listing, Sheet, docx_of, form_sheet, ledger_listing, paper_sheet, pdf_of
from handling.queries import case_story
from handling.scheme.versions import scheme_of
from hotline.board.parts import our_number
from hotline.current import current
from hotline.desk.access import EVERYBODY, LEADERS, STAFF, acting_user, allowed, blueprint, note_look
from hotline.desk.ledger import filter_of, wanted_query
from hotline.desk.panels import Looking, panel
from models import Role, Station

WRITERS = {"pdf": pdf_of, "docx": docx_of}
MIMETYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
ALL = "all"


@panel("forms", "打印表单", "desk/panel_forms.html")
def forms_panel(looking: Looking) -> dict[str, Any] | None:
    if looking.user.role is Role.VOLUNTEER or not looking.scheme.forms:
        return None
    return {"forms": looking.scheme.forms}


@blueprint.get("/cases/<int:number>/forms/<form>.<kind>")
@allowed(*STAFF)
def print_form(number: int, form: str, kind: str) -> Response:
    hotline = current()
    with hotline.database.read() as session:
        case = case_story(session, number) or abort(404)
        scheme = scheme_of(session, case, hotline.scheme)
        wanted = next((one for one in scheme.forms if one.code == form), None) or abort(404)
        if not may_read(session, case, acting_user(session)):
            abort(403)
        sheet = form_sheet(scheme, wanted, case)
    now = hotline.clock.now()
    note_look(hotline.database, "export", f"suggestion:{case.id}", now)
    return printed([sheet], kind, f"{sheet.title}-{number}", now)


@blueprint.get("/ledger/print.<kind>")
@allowed(*LEADERS)
def print_ledger(kind: str) -> Response:
    """The ledger as it is filtered, lying, without numbers."""
    hotline = current()
    now = hotline.clock.now()
    note_look(hotline.database, "export", "ledger", now)
    with hotline.database.read() as session:
        cases = ledger_rows(session, filter_of(wanted_query(request.args)), now=now)
        listing = ledger_listing(hotline.scheme, cases, now=now)
    return printed([listing], kind, f"台账{now.astimezone(SHANGHAI):%Y%m%d-%H%M}", now)


@blueprint.get("/paper")
@allowed(*EVERYBODY)
def paper_form() -> str:
    with current().database.read() as session:
        stations = list(session.scalars(select(Station).where(Station.active).order_by(Station.id)))
    return render_template("desk/paper.html", stations=stations)


@blueprint.get("/paper.<kind>")
@allowed(*EVERYBODY)
def print_paper(kind: str) -> Response:
    hotline, wanted = current(), request.args.get("station", "")
    number = our_number()
    with hotline.database.read() as session:
        stations = list(session.scalars(select(Station).where(Station.active).order_by(Station.id)))
    names = [station.name for station in stations if wanted in (ALL, str(station.id))] or [""]
    sheets = [paper_sheet(hotline.scheme, hotline=number.shown if number else "", station=name) for name in names]
    return printed(sheets, kind, "建议表", hotline.clock.now())


def printed(sheets: Sequence[Sheet | Listing], kind: str, name: str, now: datetime) -> Response:
    if kind not in WRITERS:
        abort(404)
    file = BytesIO(WRITERS[kind](sheets, now=now))
    # A PDF opens in the browser, to be printed at once.
    return send_file(
        file, mimetype=MIMETYPES[kind], as_attachment=kind != "pdf", download_name=f"{name}.{kind}", max_age=0
    )
