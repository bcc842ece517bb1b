"""流程换新: running cases that began with older rules, and moving them to those in force."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from handling.casework import FormInvalid, StaleCase, StepNotAllowed
from handling.scheme.migration import migrate, preview
from hotline.current import current
from hotline.desk.access import LEADERS, acting_user, allowed, blueprint, read_ids
from hotline.desk.deeds import Answer


@blueprint.get("/migration")
@allowed(*LEADERS)
def migration() -> str:
    return _page()


@blueprint.post("/migration")
@allowed(*LEADERS)
def migrate_cases() -> Answer:
    hotline, form = current(), request.form
    numbers = read_ids(form.getlist("number"))
    try:
        with hotline.database.write() as session:
            moved = migrate(
                session,
                hotline.scheme,
                numbers,
                acting_user(session),
                steps={number: form[f"step-{number}"] for number in numbers if f"step-{number}" in form},
                levels={number: form[f"level-{number}"] for number in numbers if f"level-{number}" in form},
                now=hotline.clock.now(),
            )
    except FormInvalid as error:
        return _page(error.errors), 422
    except (StaleCase, StepNotAllowed) as error:
        return _page(refused=str(error)), 409
    flash(f"{len(moved)} 件事换用了新的办理流程。" if moved else "没有选要换的事。")
    return _answer()


def _answer() -> Response:
    return redirect(url_for("desk.migration"))


def _page(errors: Mapping[str, str] | None = None, refused: str = "") -> str:
    hotline = current()
    with hotline.database.read() as session:
        page: dict[str, Any] = {"moves": preview(session, hotline.scheme)}
    return render_template("desk/migration.html", **page, errors=errors or {}, refused=refused, typed=request.form)
