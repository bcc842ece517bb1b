"""The same matter, told by several residents: by shared words and by shared sounds."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.phonetics import sound

# Below this nobody would call two reports alike.
THRESHOLD = 0.22
SHOWN_WORDS = 6


@dataclass(frozen=True)
class Match:
    """Candidate `id` is like the text by `score` (0 to 1); `shared` are the passages that both contain."""

    id: int
    score: float
    shared: tuple[str, ...]


def similar(text: str, candidates: Sequence[tuple[int, str]], *, limit: int = 5) -> list[Match]:
    """The candidates (id, text) that most probably report the same matter, best first.

    Pairs of syllables are compared, so that a mishearing of one word does not hide the rest; pairs that
    many candidates share (的时候, 我们小区) count little.
    """
    sounds = [_pairs(candidate) for _, candidate in candidates]
    here = _pairs(text)
    spread = Counter(pair for pairs in [*sounds, here] for pair in set(pairs))
    weight = {pair: math.log((len(sounds) + 2) / max(count, 2)) + 0.1 for pair, count in spread.items()}
    matches = [
        Match(number, round(score, 3), _shared(text, candidate))
        for (number, candidate), pairs in zip(candidates, sounds, strict=True)
        if (score := _likeness(here, pairs, weight)) >= THRESHOLD
    ]
    return sorted(matches, key=lambda match: (-match.score, match.id))[:limit]


def _pairs(text: str) -> Counter[str]:
    sounds = "".join(character for character in sound(text) if character.isalnum() or ord(character) >= 0xE000)
    return Counter(sounds[i : i + 2] for i in range(len(sounds) - 1))


def _likeness(left: Counter[str], right: Counter[str], weight: dict[str, float]) -> float:
    """Between the cosine, which wants equal length, and the share of the shorter text that the longer has."""
    dot = sum(left[pair] * right[pair] * weight[pair] ** 2 for pair in left if pair in right)
    squares = [sum((n * weight[pair]) ** 2 for pair, n in side.items()) for side in (left, right)]
    if not dot:
        return 0.0
    return (dot / math.sqrt(math.prod(squares)) + min(1.0, dot / min(squares))) / 2


def _shared(text: str, other: str) -> tuple[str, ...]:
    """The longest passages of at least two characters that both texts contain."""
    passages: list[str] = []
    start = 0
    while start < len(text) - 1:
        end = start + 2
        if text[start:end] not in other:
            start += 1
            continue
        while end < len(text) and text[start : end + 1] in other:
            end += 1
        passages.append(text[start:end])
        start = end
    return tuple(sorted(dict.fromkeys(passages), key=len, reverse=True)[:SHOWN_WORDS])
