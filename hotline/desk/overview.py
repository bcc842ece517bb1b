"""全部功能: every page that the reader may open, by heading."""

from flask import render_template

from hotline.desk.access import EVERYBODY, allowed, blueprint
from hotline.desk.words import WORK, my_links


@blueprint.get("/all")
@allowed(*EVERYBODY)
def overview() -> str:
    groups: dict[str, list[object]] = {}
    for link in my_links():
        if link.endpoint != "desk.overview":
            groups.setdefault(link.group or WORK, []).append(link)
    return render_template("desk/overview.html", groups=groups)
