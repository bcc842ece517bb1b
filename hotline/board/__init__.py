"""The board: what became of the residents' suggestions, for everybody, without personal data."""

from dataclasses import dataclass

import phonenumbers
from flask import Blueprint, Response, make_response, render_template, request

from handling.queries import board_page, figures
from hotline.app import current

blueprint = Blueprint("board", __name__, url_prefix="/board")

SECONDS_CACHED = 60


@dataclass(frozen=True)
class HotlineNumber:
    dial: str
    shown: str


@blueprint.get("/")
def index() -> Response:
    hotline = current()
    with hotline.database.read() as session:
        page = board_page(session, page=request.args.get("page", 1, type=int))
        numbers = figures(session)
    text = render_template(
        "board/index.html",
        page=page,
        figures=numbers,
        scheme=hotline.scheme,
        hotline=hotline_number(hotline.settings.twilio_number),
    )
    response = make_response(text)
    response.cache_control.public = True
    response.cache_control.max_age = SECONDS_CACHED
    return response


def hotline_number(number: str) -> HotlineNumber | None:
    """As people here dial and write it: 028 8612 3456 rather than +862886123456."""
    if not number:
        return None
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return HotlineNumber(number, number)
    home = parsed.country_code == 86
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return HotlineNumber(number, phonenumbers.format_number(parsed, style))
