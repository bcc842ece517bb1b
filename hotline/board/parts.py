"""What the pages of the board share."""

from dataclasses import dataclass
from typing import Any

import phonenumbers
from flask import Response, make_response, url_for

from hotline.current import current

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


def our_number() -> HotlineNumber | None:
    return hotline_number(current().settings.twilio_number)


def absolute(endpoint: str, **values: Any) -> str:
    """For readers of feeds, who have no page that an address could begin from. values: as `url_for` takes them."""
    path = url_for(endpoint, **values)
    public = current().settings.public_url
    return f"{public.rstrip('/')}{path}" if public else url_for(endpoint, _external=True, **values)


def shortened(text: str, most: int) -> str:
    """Whole sentences as far as they fit, or else the beginning with an ellipsis."""
    plain = " ".join(text.split())
    if len(plain) <= most:
        return plain
    end = max(plain.rfind(mark, 0, most) for mark in "。！？；")
    return plain[: end + 1] if end > 0 else plain[: most - 1] + "…"


def public_page(text: str | bytes, mimetype: str = "text/html") -> Response:
    """The same for everybody, so that it may be kept for a minute."""
    response = make_response(text)
    response.mimetype = mimetype
    return kept_for_all(response)


def kept_for_all(response: Response, seconds: int = SECONDS_CACHED) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    return response
