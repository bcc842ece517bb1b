"""Forms that a telephone keeps while the network is away and sends later (`static/js/queue.js`).

Such a form carries a key of its own, so that sending it again does nothing twice, and asks for JSON: where to
go, or why it was refused. Without JavaScript the same forms answer with pages."""

from flask import abort, jsonify, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.submissions import submit
from hotline.current import current
from hotline.desk.access import acting_user
from models import Submission

STALE = "您打开以后，别人改过这件事，没有保存。请看过新情况再提交"

Refused = tuple[Response, int]


def submitted(session: Session, part: int = 0) -> tuple[Submission | None, bool]:
    """The submission of this form, and whether it is to be done; None for a form without a key, which always is.
    part: one of several things that the form brings."""
    key = request.form.get("submission", "")
    if not key:
        return None, True
    try:
        return submit(session, acting_user(session), f"{key}-{part}", current().clock.now())
    except ValueError:
        abort(400)


def done(address: str, version: int | None = None) -> Response:
    """Where to go now. version: what the case has become, for those of the same telephone that follow."""
    return jsonify(to=address, version=version) if _asks_json() else redirect(address)


def refusal(why: str, status: int) -> Refused | None:
    """For the queue, in words; None for a browser that shows pages."""
    return (jsonify(why=why), status) if _asks_json() else None


def _asks_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
