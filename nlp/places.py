"""Places in a message: courtyards of the gazetteer, exact then by sound; building to room; streets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.matcher import Hit, Matcher, longest

_NUMBER = r"[0-9０-９零〇一二两三四五六七八九十百幺]{1,5}"
# 洞 and 动 are what a recogniser makes of 栋.
_BUILDING = rf"(?P<building>{_NUMBER})\s*(?:栋|幢|洞|动|号楼|座)"
_UNIT = rf"(?P<unit>{_NUMBER})\s*(?:单元|门(?!口|卫|诊|面))"
_FLOOR = rf"(?P<floor>{_NUMBER})\s*(?:楼|层)"
_ROOM = rf"(?P<room>{_NUMBER})\s*(?:号(?!楼|线|早|晚|上|下|前|后)|室)"
_ADDRESS = re.compile(
    rf"(?:{_BUILDING})(?:的)?(?:{_UNIT})?(?:的)?(?:{_FLOOR})?(?:的)?(?:{_ROOM})?"
    rf"|{_UNIT.replace('<unit>', '<unit2>')}(?:的)?(?:{_FLOOR.replace('<floor>', '<floor2>')})?"
    rf"(?:{_ROOM.replace('<room>', '<room2>')})?"
    rf"|{_FLOOR.replace('<floor>', '<floor3>')}(?:{_ROOM.replace('<room>', '<room3>')})?"
)
_LABELS = (("building", "栋"), ("unit", "单元"), ("floor", "楼"), ("room", "号"))
_STREET = re.compile(rf"[一-鿿]{{2,4}}?(?:路|街|巷|大道)(?:{_NUMBER}号)?")
# What a street's name does not begin with: the sentence before it.
_NOT_A_NAME = re.compile(
    r".*(?:在|到|从|往|就是|那条|这条|我们|你们|他们|的|和|跟|边|门口|旁边|附近|一条|过|走|去|上|修|扫|堵|把|条|整|挖|半)"
)
_NO_STREET = frozenset(
    [
        "马路",
        "公路",
        "铁路",
        "道路",
        "走路",
        "电路",
        "线路",
        "逛街",
        "上街",
        "老街",
        "小巷",
        "半路",
        "一路",
        "过路",
        "问路",
        "让路",
        "迷路",
        "网路",
        "水路",
        "大街",
        "小路",
        "楼路",
    ]
)
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "幺": 1,
}


@dataclass(frozen=True)
class PlaceEntry:
    """A place that the community knows. `kind`: courtyard, street, ..."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: str = "courtyard"


@dataclass(frozen=True)
class Place:
    """`text` stands at start..end of what was said; `name` is the place's own name ("3栋2单元5楼")."""

    text: str
    start: int
    end: int
    kind: str
    name: str

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


class PlaceFinder:
    """Finds places in a text, in the order in which they were said."""

    def __init__(self, gazetteer: Sequence[PlaceEntry]) -> None:
        self._entries = {name: entry for entry in gazetteer for name in (*entry.aliases, entry.name) if name}
        self._matcher = Matcher(self._entries)

    def find(self, text: str) -> list[Place]:
        known = [self._known(text, hit) for hit in longest(self._matcher.find(text)) if _counts(hit)]
        addresses = list(_addresses(text))
        streets = [
            street
            for street in _streets(text)
            if not any(street.start < other.end and other.start < street.end for other in known + addresses)
        ]
        return sorted(known + addresses + streets, key=lambda place: (place.start, place.end))

    def _known(self, text: str, hit: Hit) -> Place:
        entry = self._entries[hit.word]
        return Place(text[hit.start : hit.end], hit.start, hit.end, entry.kind, entry.name)


def _counts(hit: Hit) -> bool:
    # A name of two syllables sounds like too many other words.
    return hit.literal or hit.end - hit.start >= 3


def _addresses(text: str) -> Iterator[Place]:
    for match in _ADDRESS.finditer(text):
        name = "".join(
            f"{number(found)}{label}"
            for part, label in _LABELS
            if (found := next((match[key] for key in _groups(part) if match[key]), None))
        )
        yield Place(match[0], match.start(), match.end(), "unit", name)


def _groups(part: str) -> list[str]:
    return [name for name in (part, f"{part}2", f"{part}3") if name in _ADDRESS.groupindex]


def _streets(text: str) -> Iterator[Place]:
    for match in _STREET.finditer(text):
        start = match.start()
        if before := _NOT_A_NAME.match(match[0][:-1]):
            start += before.end()
        name = text[start : match.end()]
        if len(name) >= 3 and name[-2:] not in _NO_STREET:
            yield Place(name, start, match.end(), "street", name)


def number(spoken: str) -> int:
    """Chinese or Arabic digits to a number: 十二 -> 12, 三百零二 -> 302, 幺零三 -> 103, ３ -> 3."""
    if spoken.isdecimal():
        return int(spoken)
    if not any(character in "十百" for character in spoken):
        return int("".join(str(_DIGITS.get(c, c)) for c in spoken if c in _DIGITS or c.isdecimal()) or "0")
    total, current = 0, 0
    for character in spoken:
        if character in ("十", "百"):
            total += (current or 1) * (10 if character == "十" else 100)
            current = 0
        else:
            current = _DIGITS.get(character, int(character) if character.isdecimal() else 0)
    return total + current
