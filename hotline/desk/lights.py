"""红黄绿灯 by handler and unit, with the cases that are late."""

from flask import g, render_template

from handling.calendar import WorkCalendar, load_calendar
from handling.lights import SIGNS, Light, light_of, lights_board
from hotline.current import current
from hotline.desk.access import STAFF, allowed, blueprint
from models import Suggestion

# More than a morning can take up; the rest is in the ledger.
SHOWN = 200


@blueprint.get("/lights")
@allowed(*STAFF)
def lights() -> str:
    hotline = current()
    with hotline.database.read() as session:
        board = lights_board(session, hotline.scheme, now=hotline.clock.now())
    return render_template("desk/lights.html", board=board, shown=SHOWN, Light=Light)


@blueprint.context_processor
def light_words() -> dict[str, object]:
    """`light_of(case)` for every list of cases, and `signs` with their words and shapes."""
    return {"light_of": shown_light, "signs": SIGNS}


def shown_light(case: Suggestion) -> Light | None:
    hotline = current()
    return light_of(_calendar(), hotline.scheme.lights, case, hotline.clock.now())


def _calendar() -> WorkCalendar:
    """Read once for a page, however many lights it shows."""
    if "calendar" not in g:
        with current().database.read() as session:
            g.calendar = load_calendar(session)
    known: WorkCalendar = g.calendar
    return known
