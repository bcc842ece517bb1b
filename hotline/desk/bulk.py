"""The ledger's selected rows: a preview of what will happen to each, then one confirmation; filters to keep."""

from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from handling.bulk import DEEDS, MOST, Given, Outcome, do_deed
from handling.saved_filters import TooManyFilters, drop_filter, keep_filter
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, acting_user, allowed, blueprint, me, read_ids
from hotline.desk.ledger import wanted_query

LONGEST_QUERY = 1000

Answer = str | tuple[str, int] | Response


@blueprint.post("/ledger/preview")
@allowed(*LEADERS)
def preview_bulk() -> Answer:
    """Every deed is done and taken back: the preview knows exactly what the rules say."""
    deed = _deed()
    numbers = request.form.getlist("number", type=int)[:MOST]
    if not numbers:
        flash("请先在台账里勾选。", "alert")
        return redirect(_back())
    outcomes = [_run(number, deed, None, keep=False) for number in numbers]
    return _page(deed, outcomes, done=False)


@blueprint.post("/ledger/bulk")
@allowed(*LEADERS)
def do_bulk() -> Answer:
    """Row by row, each in a transaction of its own: what fails is listed, the others are done."""
    deed = _deed()
    chosen = [tuple(map(int, row.split(":"))) for row in request.form.getlist("row")[:MOST] if _is_row(row)]
    outcomes = [_run(number, deed, version, keep=True) for number, version in chosen]
    return _page(deed, outcomes, done=True)


@blueprint.post("/ledger/filters")
@allowed(*STAFF)
def save_filter() -> Response:
    hotline, name, query = current(), request.form.get("name", "").strip()[:40], urlencode(_query())
    if not name or not query or len(query) > LONGEST_QUERY:
        flash("请先筛选，再给它起个名字。", "alert")
        return redirect(_back())
    try:
        with hotline.database.write() as session:
            keep_filter(session, me().id, name, query, hotline.clock.now())
    except TooManyFilters as error:
        flash(str(error), "alert")
    return redirect(_back())


@blueprint.post("/ledger/filters/<int:filter_id>/drop")
@allowed(*STAFF)
def forget_filter(filter_id: int) -> Response:
    with current().database.write() as session:
        drop_filter(session, me().id, filter_id)
    return redirect(_back())


def _run(number: int, deed: str, version: int | None, *, keep: bool) -> Outcome:
    hotline = current()
    with hotline.database.write() as session:
        outcome = do_deed(
            session,
            hotline.scheme,
            number,
            acting_user(session),
            deed,
            _given(),
            now=hotline.clock.now(),
            version=version,
        )
        if outcome.refused or not keep:
            session.rollback()
    return outcome


def _page(deed: str, outcomes: list[Outcome], *, done: bool) -> str:
    name, _ = DEEDS[deed]
    return render_template(
        "desk/bulk.html", outcomes=outcomes, deed=deed, name=name, given=_given(), back=_query(), done=done
    )


def _deed() -> str:
    deed = request.form.get("deed", "")
    return deed if deed in DEEDS else abort(400)


def _given() -> Given:
    return Given(*(request.form.get(name, "").strip() for name in ("handler", "due", "reason")))


def _is_row(row: str) -> bool:
    parts = row.split(":")
    return len(parts) == len(read_ids(parts)) == 2


def _query() -> dict[str, str]:
    """The filters of the ledger from which the form came."""
    return wanted_query(dict(parse_qsl(request.form.get("back", ""))))


def _back() -> str:
    return f"{url_for('desk.ledger')}?{urlencode(_query())}".rstrip("?")
