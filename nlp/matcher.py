"""All words of the lexicon in one pass over the sound of a sentence."""

from collections.abc import Iterable
from operator import ne
from typing import NamedTuple

import ahocorasick

from nlp.phonetics import sound, sounds_of_word

# How much a word counts that was found only by its sound, by its number of telling syllables, when all of
# them and when only one is written otherwise. A single syllable sounds like too much else; two need help
# from other words.
SOUND_QUALITY = {0: (0.0, 0.0), 1: (0.3, 0.3), 2: (0.5, 0.6), 3: (0.75, 0.82)}
LONG_SOUND_QUALITY = (0.85, 0.92)
# Hits of this quality or less count only as parts of a rule (站在 of 站在 + 楼顶).
ONLY_IN_RULES = 0.3
# Syllables that follow everything tell nothing: 少了 is no 烧了.
_TELL_NOTHING = str.maketrans("", "", "了的得在过个都也就是到把呢嘛")


class Hit(NamedTuple):
    """`word` of the lexicon at start..end of the text; `quality` is 1 as written, less by sound."""

    start: int
    end: int
    word: str
    quality: float

    @property
    def literal(self) -> bool:
        return self.quality == 1.0


class _Key(NamedTuple):
    """A sound: its length, the words that have it, and what each of them counts as heard, with all characters
    and with only one written otherwise: (word, far, near)."""

    length: int
    words: tuple[str, ...]
    heard: tuple[tuple[str, float, float], ...]


class Matcher:
    """Finds words as written, and as a recogniser may have misheard them, but those `as_written`."""

    def __init__(self, words: Iterable[str], as_written: Iterable[str] = ()) -> None:
        by_sound: dict[str, list[str]] = {}
        for word in sorted(set(words)):
            for key in sounds_of_word(word.lower()):
                by_sound.setdefault(key, []).append(word)
        never_heard = frozenset(as_written)
        self._automaton = ahocorasick.Automaton()
        for key, same in by_sound.items():
            heard = tuple(_heard(word) for word in same if len(word) > 1 and word not in never_heard)
            telling = tuple(item for item in heard if item[1])
            self._automaton.add_word(key, _Key(len(key), tuple(same), telling))
        self._automaton.make_automaton()
        self._empty = not by_sound

    def find(self, text: str) -> list[Hit]:
        """Every hit, overlapping ones too, ordered by their end. A literal hit hides its homophones."""
        if self._empty:
            return []
        hits = []
        lower = text.lower() if len(text.lower()) == len(text) else text
        for last, (length, words, heard) in self._automaton.iter(sound(text)):
            end = last + 1
            start = end - length
            written = lower[start:end]
            for word in words:
                if word == written:
                    # The word itself rather than its copy in the text: it is looked up faster.
                    hits.append(Hit(start, end, word, 1.0))
                    break
            else:
                for word, far, near in heard:
                    hits.append(Hit(start, end, word, near if _changed(word, written) == 1 else far))
        return hits


def _heard(word: str) -> tuple[str, float, float]:
    """The word, and what it counts where it is written otherwise; 0 when it consists of what tells nothing."""
    telling = len(word.translate(_TELL_NOTHING))
    return word, *SOUND_QUALITY.get(telling, LONG_SOUND_QUALITY)


def _changed(word: str, written: str) -> int:
    return sum(map(ne, word, written))


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Hits that do not overlap, the better and longer first (no double counting of 垃圾 in 垃圾桶)."""
    kept: list[Hit] = []
    taken = 0
    for _, _, hit in sorted([(-hit.quality, hit.start - hit.end, hit) for hit in hits]):
        # The characters that it covers, as bits.
        places = (1 << hit.end) - (1 << hit.start)
        if not taken & places:
            taken |= places
            kept.append(hit)
    return sorted(kept)
