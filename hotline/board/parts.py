"""What the pages of the board share."""

from dataclasses import dataclass

import phonenumbers
from flask import Response, make_response

SECONDS_CACHED = 60


@dataclass(frozen=True)
class HotlineNumber:
    dial: str
    shown: str


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


def public_page(text: str) -> Response:
    """The same for everybody, so that it may be kept for a minute."""
    response = make_response(text)
    response.cache_control.public = True
    response.cache_control.max_age = SECONDS_CACHED
    return response
