"""议事 in figures, split by month, kind or place, and the deliberations behind each figure."""

from flask import abort, render_template, request

from handling.figures.deliberations import (
    DELIBERATION_DIMENSIONS,
    DELIBERATION_FIGURES,
    HeldTogether,
    held_by,
    held_deliberations,
)
from handling.figures.lists import shown_value
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, allowed, blueprint, me
from hotline.desk.figures import asked_scope, named_narrowing, periods, wanted_dimension


@blueprint.get("/figures/deliberations")
@allowed(*STAFF)
def figure_deliberations() -> str:
    hotline = current()
    now = hotline.clock.now()
    asked = asked_scope(request.args, now, DELIBERATION_DIMENSIONS)
    by = wanted_dimension(request.args, DELIBERATION_DIMENSIONS)
    with hotline.database.read() as session:
        held = held_deliberations(session, asked.scope)
        rows = held_by(session, hotline.scheme, by, held)
        narrowed = named_narrowing(session, hotline.scheme, asked.scope, DELIBERATION_DIMENSIONS)
    return render_template(
        "desk/figure_deliberations.html",
        whole=HeldTogether(held=held),
        rows=rows,
        by=by,
        asked=asked,
        narrowed=narrowed,
        figures=DELIBERATION_FIGURES,
        dimensions=DELIBERATION_DIMENSIONS,
        shown_value=shown_value,
        periods=periods(now),
        may_export=me().role in LEADERS,
    )


@blueprint.get("/figures/deliberations/<code>")
@allowed(*STAFF)
def held_list(code: str) -> str:
    """The deliberations behind a figure."""
    figure = next((one for one in DELIBERATION_FIGURES if one.code == code), None) or abort(404)
    hotline = current()
    asked = asked_scope(request.args, hotline.clock.now(), DELIBERATION_DIMENSIONS)
    with hotline.database.read() as session:
        held = [one for one in held_deliberations(session, asked.scope) if figure.counts(one)]
        narrowed = named_narrowing(session, hotline.scheme, asked.scope, DELIBERATION_DIMENSIONS)
    return render_template(
        "desk/figure_deliberation_list.html", figure=figure, held=held, asked=asked, narrowed=narrowed
    )
