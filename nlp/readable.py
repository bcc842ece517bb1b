"""From words to a text that people like to read: punctuation where the voice paused, digits where one writes them.

The words themselves stay as they were heard; only the text for reading is made here.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from nlp.transcription import Word, join_words

if TYPE_CHECKING:
    from nlp.audio import Audio

# Seconds of silence. Read speech pauses 0.2 to 0.4 s within a clause and from 0.5 s between clauses; old people
# search for words, so a full stop and a paragraph need a long one.
COMMA, STOP, PARAGRAPH = 0.5, 1.0, 2.5
# A frame this much below the loud frames (95th percentile) is silence, also over the noise of a line.
QUIET_DB = 25.0
FRAME_SECONDS = 0.02

Silence = tuple[float, float]
"""Start and end in seconds."""


def readable(words: Sequence[Word], audio: "Audio | None" = None) -> str:
    """The text of the words. With the audio, pauses are also found where a model's word times hide them.

    A text in which nobody paused gets no punctuation at all.
    """
    silences = find_silences(audio) if audio is not None and len(words) > 1 else []
    marks = [mark_for(pause_between(*pair, silences)) for pair in pairwise(words)] + [""]
    if any(marks):
        marks[-1] = "。"
    text, clause = "", []
    for word, mark in zip(words, marks, strict=bool(words)):
        clause.append(word.word)
        if mark:
            text += with_digits(join_words(clause)) + mark
            clause = []
    return text + with_digits(join_words(clause))


def mark_for(pause: float) -> str:
    """What is written for a pause of so many seconds."""
    if pause >= PARAGRAPH:
        return "。\n"
    if pause >= STOP:
        return "。"
    return "，" if pause >= COMMA else ""


def pause_between(word: Word, following: Word, silences: Sequence[Silence]) -> float:
    """Seconds of silence between two words: by their times, or by the sound where it is longer.

    A model without word boundaries lets a word's time begin with the silence before it, so the sound is
    looked at from the middle of one word to the middle of the other.
    """
    left, right = (word.start + word.end) / 2, (following.start + following.end) / 2
    heard = [min(end, right) - max(start, left) for start, end in silences if start < right and end > left]
    return max([following.start - word.end, *heard])


def find_silences(audio: "Audio") -> list[Silence]:
    """Stretches of at least COMMA seconds without a voice."""
    size = int(audio.rate * FRAME_SECONDS)
    count = len(audio.samples) // size
    if not count:
        return []
    frames = audio.samples[: count * size].reshape(count, size)
    power = np.einsum("ij,ij->i", frames, frames) / size
    quiet = power < np.quantile(power, 0.95) * 10 ** (-QUIET_DB / 10)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], quiet, [False])).astype(np.int8)))
    spans = edges.reshape(-1, 2) * FRAME_SECONDS
    return [(float(start), float(end)) for start, end in spans if end - start >= COMMA]


DIGITS = {numeral: str(value) for value, numeral in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "幺": "1",
    "两": "2",
}
NUMERALS = "".join(DIGITS)

_NUMBER = rf"[{NUMERALS}十百千万]"
# What a community writes with digits: houses, money, telephone numbers. Elsewhere a numeral may be part of a
# word or a manner of speaking (一下, 三番五次, 十几块, 二三十个), and stays as it was said.
_HOUSE = re.compile(rf"(?<![{NUMERALS}十百千万几第])({_NUMBER}+)(?=栋|幢|单元|号楼|号院|楼(?!梯)|室|弄)")
_MONEY = re.compile(rf"(?<![{NUMERALS}十百千万几数好])({_NUMBER}{{2,}})(?=块钱|元)")
_TELEPHONE = re.compile(rf"(?<![{NUMERALS}十百千万])([{NUMERALS}]{{7,}})(?![{NUMERALS}十百千万])")
_EMERGENCY = re.compile(rf"(?<![{NUMERALS}十百千万])([幺一]{{2}}[零〇九]|[幺一]二[零〇])(?![{NUMERALS}十百千万])")


def with_digits(text: str) -> str:
    """三栋二单元 -> 3栋2单元, 一百二十元 -> 120元, 幺三八零零... -> 13800..., 幺幺九 -> 119."""
    for pattern in (_TELEPHONE, _EMERGENCY):
        text = pattern.sub(lambda match: "".join(DIGITS[numeral] for numeral in match[1]), text)
    for pattern in (_HOUSE, _MONEY):
        text = pattern.sub(lambda match: _value(match[1]), text)
    return text


_ONE = "([一二两三四五六七八九])"
_GROUP = re.compile(rf"(?:{_ONE}千)?零?(?:{_ONE}百)?零?(?:{_ONE}?(十))?零?{_ONE}?")


def _value(numerals: str) -> str:
    """Digits of a well-formed numeral, or the numeral itself: 三四楼 may be two floors."""
    if len(numerals) > 2 and all(numeral in DIGITS for numeral in numerals):
        return "".join(DIGITS[numeral] for numeral in numerals)
    match = _GROUP.fullmatch(numerals)
    if match is None or not any(match.groups()):
        return numerals
    thousands, hundreds, tens, ten, ones = match.groups()
    value = sum(
        int(DIGITS[digit]) * unit
        for digit, unit in ((thousands, 1000), (hundreds, 100), (tens or ("一" if ten else None), 10), (ones, 1))
        if digit
    )
    return str(value)
