"""The figures: a summary with goals, one way to split them, and the cases behind each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import abort, render_template, request
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.figures.assessment import quarter_of
from handling.figures.counts import figure_cases, measure, measure_by
from handling.figures.lists import FIGURES, Measured, light_of_target, shown_value
from handling.figures.parts import DIMENSIONS, NONE, UNKNOWN, Dimension, Scope, case_sets
from handling.figures.tables import COUNT_NAMES
from handling.scheme import Scheme
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, allowed, blueprint, me, read_id
from hotline.desk.ledger import midnight_of
from hotline.paging import page_number

# How the sets of cases are called above their lists.
SET_NAMES = {
    **COUNT_NAMES,
    "not_in_time": "不及时",
    "first_answered": "有首次答复",
    "rated": "打了分",
    "satisfied": "满意",
    "unsatisfied": "不满意",
}


@dataclass(frozen=True)
class Asked:
    """What an address asks for. query: as it stands in it, so that links keep it."""

    scope: Scope
    query: dict[str, str]


def asked_scope(args: Mapping[str, str], now: datetime, dimensions: Mapping[str, Dimension] = DIMENSIONS) -> Asked:
    """Without a period, this year. A value that makes no sense does not narrow."""
    query = {name: args[name] for name in ("from", "until") if args.get(name)}
    if "from" not in args and "until" not in args:
        query["from"] = f"{now.astimezone(SHANGHAI).year}-01-01"
    narrowed: dict[str, str] = {}
    for code, dimension in dimensions.items():
        value = args.get(code, "").strip()
        if value and (dimension.words or value == NONE or read_id(value) is not None):
            narrowed[code] = value
    scope = Scope(
        received_from=midnight_of(query.get("from"), timedelta()),
        received_until=midnight_of(query.get("until"), timedelta(days=1)),
        narrowed=narrowed,
    )
    return Asked(scope, query | narrowed)


@blueprint.get("/figures")
@allowed(*STAFF)
def figures() -> str:
    hotline = current()
    now, scheme = hotline.clock.now(), hotline.scheme
    asked = asked_scope(request.args, now)
    by = wanted_dimension(request.args)
    with hotline.database.read() as session:
        whole = measure(session, scheme, asked.scope, now=now)
        rows = measure_by(session, scheme, by, asked.scope, now=now)
        months = rows if by == "month" else measure_by(session, scheme, "month", asked.scope, now=now)
        narrowed = named_narrowing(session, scheme, asked.scope)
    return render_template(
        "desk/figures.html",
        whole=whole,
        rows=rows,
        months=months,
        by=by,
        asked=asked,
        narrowed=narrowed,
        periods=periods(now),
        may_export=me().role in LEADERS,
        **FIGURE_WORDS,
    )


@blueprint.get("/figures/cases")
@allowed(*STAFF)
def figure_list() -> str:
    """The cases of one set, which links of all pages of figures lead to."""
    hotline = current()
    now = hotline.clock.now()
    asked = asked_scope(request.args, now)
    wanted = request.args.get("set", "valid")
    if wanted not in case_sets(now):
        abort(404)
    with hotline.database.read() as session:
        page = figure_cases(session, wanted, asked.scope, now=now, page=page_number())
        narrowed = named_narrowing(session, hotline.scheme, asked.scope)
    query = {**asked.query, "set": wanted}
    return render_template(
        "desk/figure_cases.html", page=page, query=query, asked=asked, narrowed=narrowed, title=SET_NAMES[wanted]
    )


def wanted_dimension(args: Mapping[str, str], dimensions: Mapping[str, Dimension] = DIMENSIONS) -> str:
    """How the figures are split; by the first one unless the address says otherwise."""
    by = args.get("by", "")
    return by if by in dimensions else next(iter(dimensions))


def named_narrowing(
    session: Session, scheme: Scheme, scope: Scope, dimensions: Mapping[str, Dimension] = DIMENSIONS
) -> list[tuple[str, str, str]]:
    """(code, the dimension's name, the value's name) of what the page is narrowed to."""
    found = []
    for code, value in scope.narrowed.items():
        dimension = dimensions[code]
        names = dimension.names(session, scheme)
        name = names.get(None, UNKNOWN) if value == NONE else names.get(dimension.parse(value), value)
        found.append((code, dimension.name, name))
    return found


def periods(now: datetime) -> list[tuple[str, dict[str, str]]]:
    """(name, its part of the address)"""
    local = now.astimezone(SHANGHAI)
    quarter = quarter_of(now).begins
    return [
        ("本月", {"from": f"{local:%Y-%m}-01"}),
        ("本季度", {"from": f"{quarter:%Y-%m-%d}"}),
        ("今年", {"from": f"{local.year}-01-01"}),
        ("全部", {"from": ""}),
    ]


def shown_light(figure: Any, row: Measured) -> Any:
    return light_of_target(current().scheme, figure, figure.value(row))


FIGURE_WORDS: dict[str, Any] = {
    "figures": FIGURES,
    "dimensions": DIMENSIONS,
    "shown_value": shown_value,
    "target_light": shown_light,
}
