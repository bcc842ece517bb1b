"""What a doubtful word of a transcript may have been: another hearing of the recogniser, or a word of the
community that sounds like it (天府院 -> 天福苑, 没气 -> 煤气)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.lexicon import Lexicon
from nlp.phonetics import sound, sounds_of_word
from nlp.transcription import join_words

# One for each number key.
MOST = 9
SHORTEST, LONGEST = 2, 6
# So many words before and after may belong to the same name or keyword.
AROUND = 3
HEARD = "也可能听成"
PLACE, DIALECT, KEYWORD = "地名", "方言", "常用词"


@dataclass(frozen=True)
class Alternative:
    """`text` in place of the words first..last (both included); `why` in Chinese."""

    text: str
    first: int
    last: int
    why: str


class Vocabulary:
    """The words that somebody here would say, by their sound. Takes a second for 30,000 words."""

    def __init__(self, keywords: Iterable[str], places: Iterable[str] = (), dialect: Iterable[str] = ()) -> None:
        self._by_sound: dict[str, dict[str, str]] = {}
        # A place name that is also a keyword is shown as a place.
        for why, words in ((PLACE, places), (DIALECT, dialect), (KEYWORD, keywords)):
            for word in words:
                if SHORTEST <= len(word) <= LONGEST:
                    for key in sounds_of_word(word):
                        self._by_sound.setdefault(key, {}).setdefault(word, why)

    def sounding_like(self, text: str) -> Mapping[str, str]:
        """Words with what they are (地名, 方言, 常用词), the text itself among them if it is one."""
        return self._by_sound.get(sound(text), {})


def keywords_of(lexicon: Lexicon) -> set[str]:
    """The single words that speak for a matter or a danger."""
    entries = (*lexicon.domains.entries, *lexicon.urgency.entries, *lexicon.emergency)
    templates = {template for entry in entries for weight, template in entry.weighted() if weight > 0}
    return {word for template in templates for word in lexicon.expand(template)}


def alternatives(words: Sequence[Mapping[str, Any]], i: int, vocabulary: Vocabulary) -> list[Alternative]:
    """For word i of a transcript ("word", and perhaps "alternatives"), the likeliest first, at most nine.

    What the recogniser heard otherwise alternates with what sounds like it: places, then the longest words."""
    heard = [Alternative(text, i, i, HEARD) for text in words[i].get("alternatives", ())]
    sounding = sorted(_sounding(words, i, vocabulary), key=lambda found: found[0])
    found: dict[tuple[str, int, int], Alternative] = {}
    for option in _alternately(heard, [option for _, option in sounding]):
        found.setdefault((option.text, option.first, option.last), option)
    return list(found.values())[:MOST]


def _sounding(
    words: Sequence[Mapping[str, Any]], i: int, vocabulary: Vocabulary
) -> Iterator[tuple[tuple[int, int, int], Alternative]]:
    """With their rank: places first, then the longest, then those that change least."""
    first, last = max(0, i - AROUND), min(len(words), i + AROUND + 1)
    near = [str(word["word"]) for word in words[first:last]]
    text = "".join(near)
    owner = [first + number for number, word in enumerate(near) for _ in word]
    here = [place for place, number in enumerate(owner) if number == i]
    if not here:
        return
    for start in range(max(0, here[0] - LONGEST + 1), here[-1] + 1):
        for end in range(max(start + SHORTEST, here[0] + 1), min(len(text), start + LONGEST) + 1):
            written = text[start:end]
            for word, why in vocabulary.sounding_like(written).items():
                changed = [place for place in range(start, end) if text[place] != word[place - start]]
                if any(owner[place] == i for place in changed):
                    whole = _replaced(owner, text, (start, end), word)
                    yield (
                        (why != PLACE, -len(word), len(changed)),
                        Alternative(whole, *_span(owner, start, end), why),
                    )


def _span(owner: Sequence[int], start: int, end: int) -> tuple[int, int]:
    return owner[start], owner[end - 1]


def _replaced(owner: Sequence[int], text: str, place: tuple[int, int], word: str) -> str:
    """The whole words that the place touches, with the new word in it."""
    first, last = _span(owner, *place)
    before = text[owner.index(first) : place[0]]
    after = text[place[1] : len(owner) - owner[::-1].index(last)]
    return join_words([before + word + after])


def _alternately(one: Sequence[Alternative], other: Sequence[Alternative]) -> Iterator[Alternative]:
    for at in range(max(len(one), len(other))):
        yield from one[at : at + 1]
        yield from other[at : at + 1]
