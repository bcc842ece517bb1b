"""Hot matters (热点): what several households report at the same time."""

from flask import render_template

from handling.similar_cases import HOT_DAYS, HOT_RESIDENTS, hot_matters
from hotline.current import current
from hotline.desk.access import EVERYBODY, allowed, blueprint


@blueprint.get("/hot")
@allowed(*EVERYBODY)
def hot() -> str:
    with current().database.read() as session:
        matters = hot_matters(session, now=current().clock.now())
    return render_template("desk/hot.html", matters=matters, days=HOT_DAYS, residents=HOT_RESIDENTS)
