"""What the pages are made of: tokens and components as app.css has them. In the demonstration only."""

import re
from functools import cache
from pathlib import Path

from flask import abort, current_app, render_template

from hotline.current import current
from hotline.desk.access import EVERYBODY, allowed, blueprint


@blueprint.get("/design")
@allowed(*EVERYBODY)
def design() -> str:
    if not current().settings.demo:
        abort(404)
    return render_template("desk/design.html", tokens=tokens(Path(current_app.static_folder or "") / "app.css"))


@cache
def tokens(sheet: Path) -> dict[str, tuple[str, str]]:
    """name -> (light, dark), as the two :root blocks say."""
    blocks = re.findall(r":root \{(.*?)\}", sheet.read_text(encoding="utf-8"), re.DOTALL)
    light, dark = (_colours(block) for block in blocks[:2])
    return {name: (value, dark.get(name, value)) for name, value in light.items()}


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block))
