"""A form on the case page that is no action of the scheme: one transaction; when it is refused, the page again."""

from collections.abc import Callable
from datetime import date, datetime

from flask import abort, flash, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.calendar import closing_time
from handling.casework import FormInvalid, StaleCase, StepNotAllowed
from handling.disputes import may_read
from hotline.current import current
from hotline.desk.access import acting_user, read_id
from hotline.desk.cases import show_case
from models import Suggestion, User

Deed = Callable[[Session, Suggestion, User], object]
Answer = str | tuple[str, int] | Response


def do_at_case(number: int, code: str, deed: Deed, done: str) -> Answer:
    """code: that of the form, for what was typed and what is wrong when the page is shown again."""
    hotline = current()
    try:
        with hotline.database.write() as session:
            case = session.scalar(select(Suggestion).where(Suggestion.number == number)) or abort(404)
            user = acting_user(session)
            if not may_read(session, case, user):
                abort(403)
            deed(session, case, user)
    except FormInvalid as error:
        return show_case(number, tried=code, values=request.form, errors=error.errors), 422
    except (StaleCase, StepNotAllowed) as error:
        return show_case(number, refused=str(error)), 409
    flash(done)
    return redirect(url_for("desk.case_page", number=number))


def typed_id(name: str) -> int | None:
    return read_id(request.form.get(name))


def typed_day(name: str) -> datetime | None:
    """18:00 Shanghai time of the day that was typed; None for none, and for no day of the calendar."""
    try:
        return closing_time(date.fromisoformat(request.form.get(name, "")))
    except ValueError:
        return None


def typed(name: str, longest: int = 2000) -> str:
    return request.form.get(name, "")[:longest]
