"""Other views of the figures: the map of needs, the measured times, the assessment, the quarterly satisfaction."""

from flask import abort, render_template, request

from handling.figures.assessment import (
    HELPED,
    MEASURES,
    Quarter,
    assess,
    quarter_of,
    read_quarter,
)
from handling.figures.helps import helps_behind, was_in_time
from handling.figures.needs_map import needs_map
from handling.figures.parts import DIMENSIONS
from handling.figures.satisfaction import RATED, SURVEYED, rated_cases, satisfaction_by_quarter
from handling.queries import suggestions_by_id
from handling.scheme.indicators import indicator_figures, measured_words
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, allowed, blueprint, me, read_id
from hotline.desk.figures import asked_scope, named_narrowing, periods
from hotline.desk.proposals import domain_names
from hotline.paging import page_number

# Who is assessed, as an address and on the page.
ASSESSED = {"unit": "单位", "handler": "责任人"}
# As many quarters as one remembers.
SHOWN_QUARTERS = 8
# Cases on the page of those that missed a time; the newest.
SHOWN_CASES = 200


@blueprint.get("/figures/map")
@allowed(*STAFF)
def figure_map() -> str:
    hotline = current()
    now = hotline.clock.now()
    asked = asked_scope(request.args, now)
    with hotline.database.read() as session:
        found = needs_map(session, hotline.scheme, asked.scope, now=now)
        narrowed = named_narrowing(session, hotline.scheme, asked.scope)
    return render_template(
        "desk/figure_map.html",
        map=found,
        asked=asked,
        narrowed=narrowed,
        domains=domain_names(),
        periods=periods(now),
        may_export=me().role in LEADERS,
    )


@blueprint.get("/figures/indicators")
@allowed(*STAFF)
def figure_indicators() -> str:
    """Without a period, this quarter: the calendar judges case by case."""
    hotline = current()
    now = hotline.clock.now()
    asked = asked_scope(request.args or {"from": f"{quarter_of(now).begins:%Y-%m-%d}"}, now)
    with hotline.database.read() as session:
        measured = indicator_figures(session, hotline.scheme, asked.scope, now=now)
    return render_template(
        "desk/figure_indicators.html",
        measured=measured,
        words=lambda indicator: measured_words(hotline.scheme, indicator),
        asked=asked,
        periods=periods(now),
        may_export=me().role in LEADERS,
    )


@blueprint.get("/figures/indicators/<code>")
@allowed(*STAFF)
def indicator_cases(code: str) -> str:
    """The cases that missed the time."""
    hotline = current()
    now = hotline.clock.now()
    asked = asked_scope(request.args, now)
    with hotline.database.read() as session:
        measured = indicator_figures(session, hotline.scheme, asked.scope, now=now)
        one = next((one for one in measured if one.indicator.code == code), None) or abort(404)
        shown = suggestions_by_id(session, sorted(one.late)[-SHOWN_CASES:])
    return render_template(
        "desk/indicator_cases.html",
        one=one,
        cases=sorted(shown.values(), key=lambda case: -case.number),
        words=measured_words(hotline.scheme, one.indicator),
        asked=asked,
    )


@blueprint.get("/figures/assessment")
@allowed(*STAFF)
def figure_assessment() -> str:
    hotline = current()
    now, scheme = hotline.clock.now(), hotline.scheme
    by = request.args.get("by", "unit")
    by = by if by in ASSESSED else "unit"
    quarter = wanted_quarter()
    with hotline.database.read() as session:
        judged = assess(session, scheme, quarter, by=by, now=now)
    return render_template(
        "desk/figure_assessment.html",
        judged=judged,
        by=by,
        assessed=ASSESSED,
        quarter=quarter,
        is_over=quarter.ends <= now,
        has_next=quarter.after().begins <= now,
        weighed=MEASURES,
        may_export=me().role in LEADERS,
    )


@blueprint.get("/figures/assessment/helps")
@allowed(*STAFF)
def assessed_helps() -> str:
    """The requests behind 协办及时率 of a unit or a handler."""
    hotline = current()
    by, quarter = request.args.get("by", ""), wanted_quarter()
    key = read_id(request.args.get("key", ""))
    if by not in ASSESSED or key is None:
        abort(404)
    with hotline.database.read() as session:
        helps = helps_behind(session, by, key, quarter.begins, quarter.ends, now=hotline.clock.now())
        name = DIMENSIONS[by].names(session, hotline.scheme).get(key) or abort(404)
    return render_template(
        "desk/assessed_helps.html",
        helps=helps,
        name=name,
        by=by,
        quarter=quarter,
        figure=HELPED,
        was_in_time=was_in_time,
    )


@blueprint.get("/figures/satisfaction")
@allowed(*STAFF)
def figure_satisfaction() -> str:
    hotline = current()
    now = hotline.clock.now()
    with hotline.database.read() as session:
        quarters = satisfaction_by_quarter(session, now=now, quarters=SHOWN_QUARTERS)
    leads = me().role in LEADERS
    return render_template(
        "desk/figure_satisfaction.html",
        quarters=quarters,
        definitions={"办结评分": RATED, "测评问卷": SURVEYED},
        may_export=leads,
        may_open_campaigns=leads,
    )


@blueprint.get("/figures/satisfaction/cases")
@allowed(*STAFF)
def satisfaction_cases() -> str:
    """The cases that were rated in a quarter, whenever they came."""
    quarter = wanted_quarter()
    with current().database.read() as session:
        page = rated_cases(session, quarter, page=page_number())
    return render_template("desk/satisfaction_cases.html", page=page, quarter=quarter)


def wanted_quarter() -> Quarter:
    """Without one, the present."""
    return read_quarter(request.args.get("quarter", "")) or quarter_of(current().clock.now())
