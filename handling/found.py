"""What a resident named in passing, for chips, forms and search: the caller's name, numbers, days, the house. The
text itself stays as it is."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.community import gazetteer
from models import Suggestion
from nlp.callers import caller
from nlp.numbers import Day, days, phones
from nlp.places import PlaceEntry, PlaceFinder

_TELEPHONE = {11: (3, 7), 8: (4,), 7: (3,)}


class FoundKind(enum.StrEnum):
    NAME = "name"
    PHONE = "phone"
    DAY = "day"
    PLACE = "place"


NAMES = {
    FoundKind.NAME: "自称",
    FoundKind.PHONE: "电话",
    FoundKind.DAY: "日子",
    FoundKind.PLACE: "地点",
}


@dataclass(frozen=True)
class Found:
    """`said` stands at start..end of the text; `shown` is for people ("11月21日下午"), `value` for a form field
    (ISO date, digits, name, place)."""

    kind: FoundKind
    said: str
    start: int
    end: int
    shown: str
    value: str

    @property
    def says_more(self) -> bool:
        """Whether what is shown differs from what was said."""
        return self.said != self.shown


def found_in(text: str, said_on: date, places: Sequence[PlaceEntry] = ()) -> list[Found]:
    """In the order in which it was said; what was said twice once. `said_on`: the day from which 前天 counts."""
    found: list[Found] = []
    if (named := caller(text)) is not None:
        found.append(Found(FoundKind.NAME, named.name, named.start, named.end, named.name, named.name))
    for phone in phones(text):
        shown = spaced(phone.number)
        found.append(Found(FoundKind.PHONE, phone.text, phone.start, phone.end, shown, phone.number))
    for day in days(text, said_on):
        found.append(
            Found(FoundKind.DAY, day.text, day.start, day.end, day_shown(day, said_on), day.day.isoformat())
        )
    for place in PlaceFinder(places).find(text):
        if place.kind == "street":
            # A street that nobody has entered is mostly a piece of a sentence: 反映一下路.
            continue
        found.append(Found(FoundKind.PLACE, place.text, place.start, place.end, place.name, place.name))
    once = {(item.kind, item.value): item for item in sorted(found, key=lambda item: -item.start)}
    return sorted(once.values(), key=lambda item: item.start)


def found_in_case(session: Session, case: Suggestion) -> list[Found]:
    """In the text of the case, counted from the day on which it came in. One statement."""
    return found_in(case.text, case.received_at.astimezone(SHANGHAI).date(), gazetteer(session))


def day_shown(day: Day, said_on: date) -> str:
    """11月21日下午, with the year when it is another one, with the hour when it was said."""
    year = f"{day.day.year}年" if day.day.year != said_on.year else ""
    hour = f"{day.hour}点" if day.hour is not None else day.part
    return f"{year}{day.day.month}月{day.day.day}日{hour}"


def spaced(number: str) -> str:
    """13800001234 -> 138 0000 1234; 02886123456 stays in one piece."""
    cuts = _TELEPHONE.get(len(number), ()) if not number.startswith("0") else ()
    ends = [0, *cuts, len(number)]
    return " ".join(number[start:end] for start, end in pairwise(ends))
