"""Places in a message: courtyards of the gazetteer, exact then by sound; building to room; streets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nlp.matcher import Hit, Matcher, longest
from nlp.numbers import number

_NUMBER = r"[0-9０-９零〇一二两三四五六七八九十百幺]{1,5}"
# Between the parts: 三栋的二单元, 三栋 2单元. A 的 after the last part belongs to the sentence.
_LINK = r"(?:的|\s)?"
# 洞 and 动 are what a recogniser makes of 栋; 一动不动 is none.
_BUILDING = (
    rf"(?P<building>{_NUMBER}|[A-Da-d甲乙丙丁])\s*(?:栋|幢|洞(?![洞不])|动(?![不也都一])|号楼|#楼)"
    r"|(?P<tower>[0-9０-９]{1,2}|[A-Da-d甲乙丙丁])\s*座"
)


def _unit(name: str) -> str:
    return rf"(?P<{name}>{_NUMBER})\s*(?:单元|门(?!口|卫|诊|面|牌|市|店|框))"


def _floor(name: str) -> str:
    return rf"(?P<{name}>{_NUMBER})\s*(?:楼|层)"


def _room(name: str) -> str:
    return rf"(?P<{name}>{_NUMBER})\s*(?:号(?!楼|线|早|晚|上|下|前|后|院|桌|公)|室)"


# A room that is only said as digits: 三栋二单元五零二.
_BARE_ROOM = r"(?P<bare>[0-9０-９零〇一二三四五六七八九幺]{3,4})(?![0-9０-９块元个人年栋幢户])"
_ADDRESS = re.compile(
    rf"(?:{_BUILDING})(?:{_LINK}{_unit('unit')})?(?:{_LINK}{_floor('floor')})?"
    rf"(?:{_LINK}(?:{_room('room')}|{_BARE_ROOM}))?"
    rf"|{_unit('unit2')}(?:{_LINK}{_floor('floor2')})?(?:{_LINK}{_room('room2')})?"
    rf"|{_floor('floor3')}(?:{_LINK}{_room('room3')})?"
    r"|(?P<building4>[0-9]{1,2})-(?P<unit4>[0-9]{1,2})-(?P<room4>[0-9]{1,4})(?![0-9-])"
)
# Most messages name no place: without one of these there is none, and a look for them takes no time.
_IN_ADDRESSES = re.compile("[栋幢洞动座楼层门]|单元|[0-9]-")
_IN_STREETS = re.compile("[路街巷道]")
_LABELS = (("building", "栋"), ("unit", "单元"), ("floor", "楼"), ("room", "号"))
# Each group of the pattern to the part that it holds.
_PART_OF = {key: key.rstrip("234") for key in _ADDRESS.groupindex} | {"tower": "building", "bare": "room"}
_STREET = re.compile(rf"[一-鿿]{{2,4}}?(?:路|街|巷|大道)(?:{_NUMBER}号)?")
# What a street's name does not begin with: the sentence before it.
_NOT_A_NAME = re.compile(
    r".*(?:还有|没有|就是|反映|一下|看见|瞧见|门口|附近|不[见清好]|[我你他]们"
    r"|[在到从往的和跟边过走去上修扫堵把条整挖半不了着得段截这那哪我你他她给让请要很太都])"
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


@dataclass(frozen=True)
class PlaceEntry:
    """A place that the community knows. `kind`: courtyard, street, ..."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: str = "courtyard"


class Place(NamedTuple):
    """`text` stands at start..end of what was said; `name` is the place's own name ("3栋2单元5楼")."""

    text: str
    start: int
    end: int
    kind: str
    name: str

    def to_json(self) -> dict[str, Any]:
        return self._asdict()


class PlaceFinder:
    """Finds places in a text, in the order in which they were said."""

    def __init__(self, gazetteer: Sequence[PlaceEntry]) -> None:
        self._entries = {name: entry for entry in gazetteer for name in (*entry.aliases, entry.name) if name}
        self._matcher = Matcher(self._entries)

    def find(self, text: str) -> list[Place]:
        known = [self._known(text, hit) for hit in longest(self._matcher.find(text)) if _counts(hit)]
        addresses = list(_addresses(text)) if _IN_ADDRESSES.search(text) else []
        streets = [
            street
            for street in (_streets(text) if _IN_STREETS.search(text) else ())
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
        parts = {_PART_OF[key]: found for key, found in match.groupdict().items() if found}
        name = "".join(f"{_value(parts[part])}{label}" for part, label in _LABELS if part in parts)
        yield Place(match[0], match.start(), match.end(), "unit", name)


def _value(said: str) -> str:
    return said.upper() if said in "ABCDabcd甲乙丙丁" else str(number(said))


def _streets(text: str) -> Iterator[Place]:
    for match in _STREET.finditer(text):
        start = match.start()
        if before := _NOT_A_NAME.match(match[0][:-1]):
            start += before.end()
        name = text[start : match.end()]
        if len(name) >= 3 and name[-2:] not in _NO_STREET:
            yield Place(name, start, match.end(), "street", name)
