"""The same matter again: which open cases may report what this one reports, and which matters are hot.

Only candidates: a volunteer merges, never the machine.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from handling.status import OPEN_STATES
from models import Courtyard, Suggestion, SuggestionState
from nlp.places import PlaceFinder
from nlp.similarity import likeness, likeness_table, shared_passages

MOST_COMPARED = 500
# A matter loses half of its weight in so many days.
HALF_LIFE = 21.0
OLDEST = 0.5
SAME_BUILDING = 1.6
SAME_COURTYARD = 1.35
OTHER_COURTYARD = 0.55
OTHER_BUILDING = 0.85
# Of the words alone; the place then raises or lowers it to SHOWN_FROM or not.
SHOWN_FROM = 0.2
# What a word adds that the lexicon takes for the matter itself, in both reports; the second one is the last.
TELLING_WORD = 0.15
TELLING_WEIGHT = 2.0
MOST_TELLING = 2
# What is longer is a passage in which a rule's words stand.
LONGEST_TELLING = 4
SHOWN_WORDS = 3
HOT_DAYS = 14
HOT_RESIDENTS = 3
# In the same courtyard a smaller likeness is enough.
HOT_LIKENESS = {"same": 0.25, "unknown": 0.4, "other": 0.5}
_BUILDING = re.compile(r"\d+栋")
_HEARD = re.compile(r"听成: (.+)$")


@dataclass(frozen=True)
class Told:
    """What is compared of a case. `words`: the text without the place."""

    id: int
    number: int
    text: str
    words: str
    courtyard_id: int | None
    courtyard: str
    place: str
    resident_id: int | None
    received_at: datetime
    # The case in which it is carried on; its own id unless merged.
    leading_id: int
    # The words by which the machine knew the matter, also those that it only heard: 停水.
    telling: frozenset[str]

    @cached_property
    def building(self) -> str:
        """ "3栋", or ""."""
        return _building(self.place)


@dataclass(frozen=True)
class SimilarCase:
    """`reasons` in Chinese, the place first: "同一院落（天福苑）", "都说到“下水道、臭水”", "3天前"."""

    case: Suggestion
    score: float
    reasons: tuple[str, ...]

    @property
    def explanation(self) -> str:
        return "；".join(self.reasons)


@dataclass(frozen=True)
class HotMatter:
    """Open cases (the oldest first) in which so many residents report one matter."""

    cases: tuple[Told, ...]
    residents: int

    @cached_property
    def courtyard(self) -> str:
        """In which all of them are, or ""."""
        courtyards = {case.courtyard for case in self.cases}
        return courtyards.pop() if len(courtyards) == 1 else ""

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What most of them say."""
        first, *others = sorted(self.cases, key=lambda case: len(case.words))
        counted = Counter(word for other in others for word in shared_passages(first.words, other.words)[0])
        words = [word for word, count in counted.most_common() if 2 * count >= len(others)]
        return tuple(words[:SHOWN_WORDS])

    @property
    def explanation(self) -> str:
        parts = [f"{self.residents} 户都在反映", f"都在{self.courtyard}" if self.courtyard else ""]
        parts.append(f"都说到“{'、'.join(self.words)}”" if self.words else "")
        return "；".join(part for part in parts if part)


def similar_cases(session: Session, case: Suggestion, *, now: datetime, limit: int = 5) -> list[SimilarCase]:
    """Open cases that probably report the same matter, best first. Two statements, whatever their number."""
    here = _told_of(case, case.courtyard.name if case.courtyard else "")
    told = [other for other in _told(session, _open()) if other.id != case.id]
    if not here.words.strip() or not told:
        return []
    alike = likeness(here.words, [other.words for other in told])
    telling = _shared_telling([here, *told])[0, 1:]
    scores = alike + TELLING_WORD * telling
    ranked = [(_rank(here, other, float(score)), other) for other, score in zip(told, scores, strict=True)]
    ranked.sort(key=lambda pair: (-pair[0], pair[1].id))
    best = [(score, other) for score, other in ranked[:limit] if score >= SHOWN_FROM]
    cases = _load(session, [other.id for _, other in best])
    return [
        SimilarCase(cases[other.id], score, tuple(_reasons(here, other, now)))
        for score, other in best
        if other.id in cases
    ]


def hot_matters(session: Session, *, now: datetime, limit: int = 10) -> list[HotMatter]:
    """Matters that at least three residents reported within 14 days and that are still open, those with most
    residents first. One statement."""
    since = now - timedelta(days=HOT_DAYS)
    told = sorted(_told(session, _recent(since)), key=lambda case: (case.received_at, case.id))
    matters = [_matter([told[i] for i in group]) for group in _groups(told)]
    hot = [matter for matter in matters if matter.residents >= HOT_RESIDENTS]
    return sorted(hot, key=lambda matter: (-matter.residents, matter.cases[0].number))[:limit]


def _open() -> ColumnElement[bool]:
    return Suggestion.state.in_(OPEN_STATES)


def _recent(since: datetime) -> ColumnElement[bool]:
    """Open cases, and those that are carried on in an open one: each is a household."""
    target = aliased(Suggestion)
    carried_on = Suggestion.merged_into_id.in_(select(target.id).where(target.state.in_(OPEN_STATES)))
    return and_(
        Suggestion.received_at >= since,
        or_(_open(), and_(Suggestion.state == SuggestionState.MERGED, carried_on)),
    )


def _told(session: Session, which: ColumnElement[bool]) -> list[Told]:
    """The newest first, and nothing confidential. Columns only: rows of 500 whole cases would take longer than
    comparing them."""
    rows = session.execute(
        select(
            Suggestion.id,
            Suggestion.number,
            Suggestion.text,
            Suggestion.standard_text,
            Suggestion.place,
            Suggestion.courtyard_id,
            Suggestion.resident_id,
            Suggestion.received_at,
            Suggestion.merged_into_id,
            Suggestion.understanding,
            Courtyard.name.label("courtyard"),
        )
        .outerjoin(Courtyard, Courtyard.id == Suggestion.courtyard_id)
        .where(which, Suggestion.text != "", Suggestion.confidential.is_(False))
        .order_by(Suggestion.id.desc())
        .limit(MOST_COMPARED)
    )
    return [_told_of(row, row.courtyard or "") for row in rows]


def _told_of(row: Any, courtyard: str) -> Told:
    return Told(
        id=row.id,
        number=row.number,
        text=row.text,
        words=_without_place(row.standard_text or row.text, [courtyard, *row.place.split()]),
        courtyard_id=row.courtyard_id,
        courtyard=courtyard,
        place=row.place,
        resident_id=row.resident_id,
        received_at=row.received_at,
        leading_id=row.merged_into_id or row.id,
        telling=frozenset(_telling(row.understanding)),
    )


def _telling(understanding: Mapping[str, Any]) -> Iterator[str]:
    for item in understanding.get("evidence") or ():
        if item["kind"] in ("domain", "emergency") and item["weight"] >= TELLING_WEIGHT:
            heard = _HEARD.search(item.get("note", ""))
            words = (heard[1] if heard else item["word"]).split(" + ")
            yield from (word for word in words if 2 <= len(word) <= LONGEST_TELLING)


def _without_place(text: str, names: Sequence[str]) -> str:
    """The place is compared by itself: it must not make two matters alike."""
    for name in names:
        text = text.replace(name, "，") if name else text
    return text


def _building(place: str) -> str:
    found = (_BUILDING.match(found.name) for found in _places().find(place) if found.kind == "unit")
    return next((building[0] for building in found if building), "")


@cache
def _places() -> PlaceFinder:
    return PlaceFinder(())


def _same_courtyard(here: Told, there: Told) -> bool:
    return here.courtyard_id is not None and here.courtyard_id == there.courtyard_id


def _same_building(here: Told, there: Told) -> bool:
    elsewhere = None not in (here.courtyard_id, there.courtyard_id) and here.courtyard_id != there.courtyard_id
    return bool(here.building) and here.building == there.building and not elsewhere


def _rank(here: Told, there: Told, score: float) -> float:
    days = abs((here.received_at - there.received_at).total_seconds()) / 86_400
    freshness: float = max(0.5 ** (days / HALF_LIFE), OLDEST)
    return round(score * _place_factor(here, there) * freshness, 3)


def _place_factor(here: Told, there: Told) -> float:
    if _same_building(here, there):
        return SAME_BUILDING
    if _same_courtyard(here, there):
        return OTHER_BUILDING if here.building and there.building else SAME_COURTYARD
    return 1.0 if None in (here.courtyard_id, there.courtyard_id) else OTHER_COURTYARD


def _reasons(here: Told, there: Told, now: datetime) -> Iterator[str]:
    shared, heard = shared_passages(here.words, there.words)
    if _same_building(here, there):
        yield f"同一栋（{there.courtyard}{there.building}）"
    elif _same_courtyard(here, there):
        yield f"同一院落（{there.courtyard}）"
    if shared:
        yield f"都说到“{'、'.join(shared[:SHOWN_WORDS])}”"
    for told, other in heard[:1]:
        yield f"“{told}”听起来像“{other}”"
    if here.resident_id is not None and here.resident_id == there.resident_id:
        yield "同一位居民"
    yield _ago(now - there.received_at)


def _ago(passed: timedelta) -> str:
    minutes = int(passed.total_seconds()) // 60
    if minutes < 60:
        return f"{max(1, minutes)}分钟前"
    return f"{minutes // 60}小时前" if minutes < 24 * 60 else f"{minutes // 1440}天前"


def _load(session: Session, ids: Sequence[int]) -> dict[int, Suggestion]:
    if not ids:
        return {}
    wanted = select(Suggestion).where(Suggestion.id.in_(ids))
    loaded = wanted.options(joinedload(Suggestion.courtyard), joinedload(Suggestion.resident))
    return {case.id: case for case in session.scalars(loaded)}


def _groups(told: Sequence[Told]) -> Iterator[list[int]]:
    """Positions of cases around one that is like them all, the largest group first: chains of pairs that are
    alike would end in one group for everything."""
    near = _near(told)
    sizes = near.sum(axis=1)
    while sizes.any():
        center = int(sizes.argmax())
        group = [int(i) for i in np.flatnonzero(near[center])]
        if len(group) < HOT_RESIDENTS:
            return
        yield group
        sizes -= near[:, group].sum(axis=1)
        near[group, :] = False
        near[:, group] = False
        sizes[group] = 0


def _near(told: Sequence[Told]) -> NDArray[np.bool_]:
    """Which two cases report one matter: alike enough for their places, or merged by a person."""
    table = likeness_table([case.words for case in told]) + TELLING_WORD * _shared_telling(told)
    courtyards = np.array([case.courtyard_id or 0 for case in told])
    leading = np.array([case.leading_id for case in told])
    unknown = (courtyards[:, None] == 0) | (courtyards[None, :] == 0)
    same = ~unknown & (courtyards[:, None] == courtyards[None, :])
    needed = np.where(
        same, HOT_LIKENESS["same"], np.where(unknown, HOT_LIKENESS["unknown"], HOT_LIKENESS["other"])
    )
    merged = leading[:, None] == leading[None, :]
    return np.asarray((table >= needed) | merged, dtype=np.bool_)


def _shared_telling(told: Sequence[Told]) -> NDArray[np.float32]:
    """How many telling words each two cases share, at most MOST_TELLING. 停水 counts once, also in 停水了."""
    found = sorted({word for case in told for word in case.telling}, key=lambda word: (len(word), word))
    words: list[str] = []
    for word in found:
        if not any(shorter in word for shorter in words):
            words.append(word)
    has = np.array(
        [[word in case.words or word in case.telling for word in words] for case in told], dtype=np.float32
    ).reshape(len(told), len(words))
    return np.asarray(np.minimum(has @ has.T, MOST_TELLING), dtype=np.float32)


def _matter(cases: Sequence[Told]) -> HotMatter:
    """Callers without a number cannot be told apart: they are not counted."""
    residents = {case.resident_id for case in cases if case.resident_id is not None}
    return HotMatter(tuple(cases), len(residents))
