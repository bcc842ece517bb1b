"""Forms that a telephone keeps while the network is away and sends later (`static/js/queue.js`).

Such a form carries a key of its own, so that sending it again does nothing twice, and asks for JSON: where to
go, or why it was refused. Without JavaScript the same forms answer with pages."""

from flask import abort, jsonify, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.submissions import is_first
from hotline.current import current
from hotline.desk.access import acting_user

STALE = "您打开以后，别人改过这件事，没有保存。请看过新情况再提交"

Refused = tuple[Response, int]


def is_first_time(session: Session, part: int = 0) -> bool:
    """Whether this form has not been done before. part: one of several things that the form brings."""
    key = request.form.get("submission", "")
    try:
        return is_first(session, acting_user(session), f"{key}-{part}" if key else "", current().clock.now())
    except ValueError:
        abort(400)


def done(address: str) -> Response:
    """Where to go now."""
    return jsonify(to=address) if _asks_json() else redirect(address)


def refusal(why: str, status: int) -> Refused | None:
    """For the queue, in words; None for a browser that shows pages."""
    return (jsonify(why=why), status) if _asks_json() else None


def _asks_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
