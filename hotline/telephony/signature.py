"""Is this request from our carrier? Source: Twilio, "Validating requests"; Somleng signs the same way."""

from flask import abort, request
from twilio.request_validator import RequestValidator

from hotline.current import current


def require_carrier_signature() -> None:
    """403 unless the request is signed with one of our tokens (two during a rotation).

    The carrier signs the URL as it was configured: HOTLINE_PUBLIC_URL plus the raw path and query. Flask's
    `request.url` is no substitute: it decodes %XX, and behind a proxy it has another host."""
    settings = current().settings
    url = settings.public_url + request.environ.get("REQUEST_URI", request.full_path.rstrip("?"))
    # The validator raises TypeError on None.
    signature = request.headers.get("X-Twilio-Signature", "")
    form = request.form if request.method == "POST" else {}
    if not any(RequestValidator(token).validate(url, form, signature) for token in settings.auth_tokens):
        abort(403)
