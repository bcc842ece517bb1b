"""How long an SMS is. Chinese text goes as UCS-2: 70 units, or 67 in each of several segments
(3GPP TS 23.040); a character outside the BMP, such as an emoji, counts two."""

from math import ceil

ONE_SEGMENT = 70
SEGMENT_OF_MANY = 67


def sms_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def sms_segments(text: str) -> int:
    units = sms_units(text)
    return 1 if units <= ONE_SEGMENT else ceil(units / SEGMENT_OF_MANY)
