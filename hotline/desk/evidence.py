"""The machine's reasons, shown where they stand in the text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from handling.export import URGENCIES
from models import Urgency

MOST_REASONS = 6
# Where the text has digits for spoken numbers, the next word stands a little off.
FARTHEST = 12
KINDS = {"domain": "领域", "demand_type": "诉求类型", "urgency": "紧急程度", "emergency": "危险"}


@dataclass(frozen=True)
class Piece:
    """A run of text; `reason` is "" where nothing speaks for anything."""

    text: str
    reason: str


@dataclass(frozen=True)
class Reason:
    word: str
    reason: str


def pieces_of(understanding: Mapping[str, Any]) -> list[Piece]:
    """The understood text cut wherever an evidence begins or ends: passages may overlap."""
    text = str(understanding.get("text", ""))
    evidence = understanding.get("evidence") or []
    if not evidence:
        return []
    cuts = sorted({0, len(text), *(min(len(text), item[end]) for item in evidence for end in ("start", "end"))})
    return [
        Piece(text[start:end], "；".join(_unique(item for item in evidence if _covers(item, start, end))))
        for start, end in pairwise(cuts)
    ]


def reasons_of(understanding: Mapping[str, Any]) -> list[Reason]:
    """The heaviest words with all that each speaks for."""
    evidence = sorted(understanding.get("evidence") or [], key=lambda item: -item["weight"])
    words: dict[str, list[Mapping[str, Any]]] = {}
    for item in evidence:
        words.setdefault(item["word"], []).append(item)
    return [Reason(word, "；".join(_unique(items))) for word, items in words.items()][:MOST_REASONS]


def reasons_by_word(understanding: Mapping[str, Any], words: Iterable[str]) -> list[str]:
    """For each word of the transcript why it counted, or "". The understood text has marks and digits besides."""
    text, evidence = str(understanding.get("text", "")), understanding.get("evidence") or []
    reasons, at = [], 0
    for word in words:
        found = text.find(word, at, at + len(word) + FARTHEST)
        if found < 0:
            reasons.append("")
            continue
        at = found + len(word)
        reasons.append("；".join(_unique(item for item in evidence if item["start"] < at and found < item["end"])))
    return reasons


def reason_of(item: Mapping[str, Any]) -> str:
    kind, value = item["kind"], str(item["value"])
    if kind == "urgency" and value in set(Urgency):
        value = URGENCIES[Urgency(value)]
    note = f"（{item['note']}）" if item.get("note") else ""
    return f"{KINDS.get(kind, kind)}是{value}{note}"


def _covers(item: Mapping[str, Any], start: int, end: int) -> bool:
    return bool(item["start"] <= start and end <= item["end"])


def _unique(items: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    return list(dict.fromkeys(reason_of(item) for item in items))
