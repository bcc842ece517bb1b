"""Every page of figures as a file."""

from collections.abc import Callable
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask import abort, request, send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.clock import SHANGHAI
from handling.figures.assessment import assess
from handling.figures.counts import measure_by
from handling.figures.deliberations import DELIBERATION_DIMENSIONS, held_by, held_deliberations
from handling.figures.needs_map import needs_map
from handling.figures.parts import DIMENSIONS
from handling.figures.satisfaction import satisfaction_by_quarter
from handling.figures.tables import (
    assessment_table,
    deliberations_table,
    figures_table,
    indicators_table,
    map_table,
    satisfaction_table,
)
from handling.scheme.indicators import indicator_figures
from handling.tables import TABLE_WRITERS, Table
from hotline.current import current
from hotline.desk.access import LEADERS, allowed, blueprint, note_look
from hotline.desk.figure_pages import ASSESSED, SHOWN_QUARTERS, wanted_quarter
from hotline.desk.figures import asked_scope, wanted_dimension
from hotline.desk.ledger import MIMETYPES


@blueprint.get("/figures/<part>.<kind>")
@allowed(*LEADERS)
def figure_export(part: str, kind: str) -> Response:
    if part not in PARTS or kind not in TABLE_WRITERS:
        abort(404)
    hotline = current()
    now = hotline.clock.now()
    note_look(hotline.database, "export", "figures", now)
    with hotline.database.read() as session:
        table = PARTS[part](session, now)
    file = cast(BinaryIO, SpooledTemporaryFile(max_size=4 << 20))  # noqa: SIM115 (the answer closes it)
    TABLE_WRITERS[kind](table, file)
    file.seek(0)
    name = f"{table.title}{now.astimezone(SHANGHAI):%Y%m%d-%H%M}.{kind}"
    return send_file(file, mimetype=MIMETYPES[kind], as_attachment=True, download_name=name)


def _figures(session: Session, now: datetime) -> Table:
    by = wanted_dimension(request.args)
    rows = measure_by(session, current().scheme, by, asked_scope(request.args, now).scope, now=now)
    return figures_table(DIMENSIONS[by].name, rows)


def _map(session: Session, now: datetime) -> Table:
    return map_table(needs_map(session, current().scheme, asked_scope(request.args, now).scope, now=now))


def _indicators(session: Session, now: datetime) -> Table:
    scope = asked_scope(request.args, now).scope
    return indicators_table(indicator_figures(session, current().scheme, scope, now=now))


def _assessment(session: Session, now: datetime) -> Table:
    scheme, by = current().scheme, request.args.get("by", "unit")
    if scheme.assessment is None or by not in ASSESSED:
        abort(404)
    judged = assess(session, scheme, wanted_quarter(), by=by, now=now)
    return assessment_table(scheme, ASSESSED[by], judged)


def _deliberations(session: Session, now: datetime) -> Table:
    by = wanted_dimension(request.args, DELIBERATION_DIMENSIONS)
    scope = asked_scope(request.args, now, DELIBERATION_DIMENSIONS).scope
    rows = held_by(session, current().scheme, by, held_deliberations(session, scope))
    return deliberations_table(DELIBERATION_DIMENSIONS[by].name, rows)


def _satisfaction(session: Session, now: datetime) -> Table:
    return satisfaction_table(satisfaction_by_quarter(session, now=now, quarters=SHOWN_QUARTERS))


PARTS: dict[str, Callable[[Session, datetime], Table]] = {
    "figures": _figures,
    "map": _map,
    "indicators": _indicators,
    "assessment": _assessment,
    "deliberations": _deliberations,
    "satisfaction": _satisfaction,
}
