"""All words of the lexicon in one pass over the sound of a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick

from nlp.phonetics import sound, sounds_of_word

# How much a word counts that was found only by its sound, by its number of telling syllables, when all of
# them and when only one is written otherwise. A single syllable sounds like too much else; two need help
# from other words.
SOUND_QUALITY = {1: (0.3, 0.3), 2: (0.5, 0.6), 3: (0.75, 0.82)}
LONG_SOUND_QUALITY = (0.85, 0.92)
# Hits of this quality or less count only as parts of a rule (站在 of 站在 + 楼顶).
ONLY_IN_RULES = 0.3
# Syllables that follow everything tell nothing: 少了 is no 烧了.
_TELL_NOTHING = frozenset("了的得在过个都也就是到把呢嘛")


class Hit(NamedTuple):
    """`word` of the lexicon at start..end of the text; `quality` is 1 as written, less by sound."""

    start: int
    end: int
    word: str
    quality: float

    @property
    def literal(self) -> bool:
        return self.quality == 1.0


@dataclass(frozen=True)
class _Key:
    """A sound and the words that have it."""

    length: int
    words: tuple[str, ...]


class Matcher:
    """Finds words as written, and as a recogniser may have misheard them."""

    def __init__(self, words: Iterable[str]) -> None:
        by_sound: dict[str, list[str]] = {}
        for word in sorted(set(words)):
            for key in sounds_of_word(word.lower()):
                by_sound.setdefault(key, []).append(word)
        self._automaton = ahocorasick.Automaton()
        for key, same in by_sound.items():
            self._automaton.add_word(key, _Key(len(key), tuple(same)))
        self._automaton.make_automaton()
        self._empty = not by_sound

    def find(self, text: str) -> list[Hit]:
        """Every hit, overlapping ones too, ordered by their end. A literal hit hides its homophones."""
        if self._empty:
            return []
        hits = []
        lower = text.lower() if len(text.lower()) == len(text) else text
        for last, key in self._automaton.iter(sound(text)):
            start = last - key.length + 1
            written = lower[start : last + 1]
            if written in key.words:
                hits.append(Hit(start, last + 1, written, 1.0))
            elif key.length > 1:
                hits.extend(_heard(start, word, written) for word in key.words if _telling(word))
        return hits


def _telling(word: str) -> int:
    return sum(character not in _TELL_NOTHING for character in word)


def _heard(start: int, word: str, written: str) -> Hit:
    changed = sum(one != other for one, other in zip(word, written, strict=True))
    far, near = SOUND_QUALITY.get(_telling(word), LONG_SOUND_QUALITY)
    return Hit(start, start + len(word), word, near if changed == 1 else far)


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Hits that do not overlap, the better and longer first (no double counting of 垃圾 in 垃圾桶)."""
    kept: list[Hit] = []
    taken: set[int] = set()
    for _, _, hit in sorted((-hit.quality, hit.start - hit.end, hit) for hit in hits):
        places = range(hit.start, hit.end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(hit)
    return sorted(kept)
