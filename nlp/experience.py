"""What labelled sentences teach about urgency, domain and whom to ring, beside the lexicon's rules.

Rules find the danger that somebody thought of; they miss what nobody did, and on sentences of other authors
that is one emergency in three. Short runs of characters, and of folded sounds since recognisers mishear, with
weights learned from labelled sentences (`nlp/experience_training.py`) know much of the rest. A sum of weights
again: no state, no chance, and the passages that weighed most are told as evidence.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.phonetics import from_spelling, sound

# What comes later in a long message seldom changes what it is about.
LENGTH = 300
EVIDENCE = 3
DANGER = "danger"
# One matter of several is told in about so many characters. The most alarming of many stretches sounds alarming
# by chance too: it has to exceed the whole by so much.
STRETCH, CHANCE = 28, 2.0
BEFORE, AFTER = 4, 8
_CLAUSE_ENDS = re.compile(r"[。！？!?，,；;\n]")
# A gram is one number, so that all grams of a text are looked up at once: a code point, or two of them; a run of
# sounds lies beyond all words.
_CODE_BITS = 21
_SOUNDS = 1 << 2 * _CODE_BITS
_NO_GRAM = np.iinfo(np.int64).max

# What a gram is worth by how often it occurs.
_SUBLINEAR = np.concatenate(([0.0], 1.0 + np.log(np.arange(1, LENGTH + 1)))).astype(np.float32)

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Span = tuple[int, int]


@dataclass(frozen=True)
class Passage:
    """Characters start..end of the text that was asked about, and how much they spoke for the answer."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class Answer:
    """`scores`: how likely each label is, by question ("urgency", "domain", "ring"): logarithms, to be compared
    within a question. `danger`: the log-odds of an emergency."""

    scores: dict[str, dict[str, float]]
    danger: float
    _stretch: "_Stretch"

    @property
    def length(self) -> int:
        """Characters of the text, punctuation and spaces aside."""
        return self._stretch.last - self._stretch.first

    def passages(self, question: str, label: str) -> list[Passage]:
        """What spoke most for the label, against the mean of the others; nothing when none did."""
        return self._stretch.passages(question, label)


class Experience:
    """words, sounds: the grams that are known; idf: (grams,); weights: (grams, labels of all questions);
    bias: (labels,); labels: those of each question, in order."""

    def __init__(
        self,
        words: Sequence[str],
        sounds: Sequence[str],
        idf: Floats,
        weights: Floats,
        bias: Floats,
        labels: dict[str, list[str]],
    ) -> None:
        grams = [*map(_gram, words), *(_gram(from_spelling(spelled)) + _SOUNDS for spelled in sounds)]
        order = np.argsort(grams)
        # The last line is that of all grams that are not known, and says nothing.
        self._grams = np.append(np.array(grams, dtype=np.int64)[order], _NO_GRAM)
        self.idf = np.append(idf[order], np.float32(0.0))
        self.weights = np.vstack([weights[order], np.zeros_like(weights[:1])])
        self.number_of_words = len(words)
        self.bias, self.labels = bias, labels
        self.places: dict[str, slice[int, int, None]] = {}
        start = 0
        for question, names in labels.items():
            place = self.places[question] = slice(start, start + len(names))
            # Against the mean of the others: what a gram says for a label. It changes no comparison of labels.
            self.weights[:, place] -= self.weights[:, place].mean(axis=1, keepdims=True)
            start += len(names)
        emergency, none = (self.column_of(DANGER, label) for label in ("emergency", "none"))
        self.danger = self.weights[:, emergency] - self.weights[:, none]
        self.danger_bias = float(bias[emergency] - bias[none])

    @classmethod
    def load(cls, file: Path) -> "Experience":
        """Plain arrays, read without pickle."""
        with np.load(file, allow_pickle=False) as arrays:
            questions = arrays["heads"].tolist()
            return cls(
                arrays["words"].tolist(),
                arrays["sounds"].tolist(),
                arrays["idf"].astype(np.float32),
                np.ascontiguousarray(
                    np.concatenate([arrays[f"{q}_weights"] for q in questions]).astype(np.float32).T
                ),
                np.concatenate([arrays[f"{q}_bias"] for q in questions]),
                {q: arrays[f"{q}_labels"].tolist() for q in questions},
            )

    def column_of(self, question: str, label: str) -> int:
        return self.places[question].start + self.labels[question].index(label)

    def read(self, text: str) -> "Reading":
        return Reading(self, text)

    def lines(self, plain: str) -> Integers:
        """(2, n + n - 1): the line of each character and of each pair of neighbours, of words and of sounds."""
        codes = np.frombuffer((plain + sound(plain)).encode("utf-32-le"), dtype=np.uint32)
        ones = codes.astype(np.int64).reshape(2, len(plain))
        grams = np.concatenate((ones, ones[:, :-1] << _CODE_BITS | ones[:, 1:]), axis=1)
        grams[1] += _SOUNDS
        found = self._grams.searchsorted(grams)
        found[self._grams.take(found) != grams] = len(self._grams) - 1
        return found


class Reading:
    """A text in which the grams have been looked up, to be asked about the whole and about parts of it."""

    def __init__(self, experience: Experience, text: str) -> None:
        self.experience = experience
        self._text = text
        # Punctuation comes from pauses and means little; `where` leads back to the text.
        self.where = [i for i, character in enumerate(text) if character.isalnum()]
        lines = experience.lines(plain(text)[: len(self.where)])
        known = _different(lines)
        # Of what follows, one for each of the known lines; `_places`: theirs, as `lines`.
        self._places = known.searchsorted(lines)
        self._words = int(known.searchsorted(experience.number_of_words))  # they come first
        self._idf = experience.idf.take(known)
        self.weights = experience.weights.take(known, axis=0)
        self._danger = experience.danger.take(known)

    def answer(self, start: int = 0, end: int = LENGTH) -> Answer:
        stretch = _Stretch(self, *self._inside(start, end))
        raw = (stretch.values.dot(self.weights) + self.experience.bias).tolist()
        places = self.experience.places
        scores = {
            question: dict(zip(names, raw[places[question]], strict=True))
            for question, names in self.experience.labels.items()
        }
        return Answer(scores, scores[DANGER]["emergency"] - scores[DANGER]["none"], stretch)

    def most_alarming(self, whole: Answer, sign: Span | None) -> Answer:
        """`whole`, or the answer on one stretch of the text that sounds much more like an emergency: who reports
        a street light and a smell of gas reports a smell of gas. sign: where the rules found one."""
        parts = [part for part in self._stretches(sign) if part != (0, len(self._text))]
        if not parts:
            return whole
        danger, start, end = max((self._danger_of(*part), *part) for part in parts)
        return (
            replace(self.answer(start, end), danger=danger - CHANCE) if danger - CHANCE > whole.danger else whole
        )

    def _stretches(self, sign: Span | None) -> list[Span]:
        """Half overlapping each other, and what the rules' sign stands in."""
        length = len(self._text)
        starts = range(0, min(length, LENGTH) - STRETCH // 2, STRETCH // 2)
        stretches = [(start, min(length, start + STRETCH)) for start in starts]
        if sign is not None:
            before = _CLAUSE_ENDS.split(self._text[max(0, sign[0] - BEFORE) : sign[0]])[-1]
            stretches.append((sign[0] - len(before), min(length, sign[1] + AFTER)))
        return stretches

    def _danger_of(self, start: int, end: int) -> float:
        values = self.values(*self._inside(start, end))
        return float(values.dot(self._danger)) + self.experience.danger_bias

    def _inside(self, start: int, end: int) -> Span:
        """Of the characters that are no punctuation, those that stand in start..end of the text."""
        return bisect_left(self.where, start), bisect_left(self.where, end)

    def values(self, first: int, last: int) -> Floats:
        """TF-IDF of the known lines in first..last, sublinear, each of the two alphabets of length 1."""
        places = np.concatenate((self._places[:, first:last], self.pairs(first, last)), axis=None)
        counts = np.bincount(places, minlength=len(self._idf))
        values = _SUBLINEAR.take(counts, mode="clip") * self._idf
        for part in (values[: self._words], values[self._words :]):
            length = sqrt(part.dot(part))
            if length:
                part /= length
        return values

    def pairs(self, first: int, last: int) -> Integers:
        """(2, pairs): the places of the pairs of neighbours in first..last."""
        ones = len(self.where)
        return self._places[:, ones + first : ones + max(first, last - 1)]


class _Stretch:
    """The characters first..last of a reading, punctuation aside, and how much each of its grams is worth."""

    def __init__(self, reading: Reading, first: int, last: int) -> None:
        self._reading = reading
        self.first, self.last = first, last
        self.values = reading.values(first, last)

    def passages(self, question: str, label: str) -> list[Passage]:
        """Pairs only: one character alone explains nothing."""
        speaks = self._reading.weights[:, self._reading.experience.column_of(question, label)] * self.values
        worth = np.maximum(*speaks.take(self._reading.pairs(self.first, self.last)))
        where = self._reading.where
        chosen: list[Passage] = []
        while len(chosen) < EVIDENCE and worth.size:
            best = int(worth.argmax())
            weight = float(worth[best])
            if weight <= 0:
                break
            start = where[self.first + best]
            chosen.append(Passage(start, where[self.first + best + 1] + 1, round(weight, 2)))
            # Passages do not overlap.
            worth[max(0, best - 1) : best + 2] = 0.0
        return chosen


def _different(lines: Integers) -> Integers:
    """In their order; np.unique takes three times as long for the hundred lines of a sentence."""
    ordered = np.sort(lines, axis=None)
    first = np.ones(ordered.size, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _gram(run: str) -> int:
    """The number of one character or of two."""
    return ord(run) if len(run) == 1 else ord(run[0]) << _CODE_BITS | ord(run[1])


def plain(text: str) -> str:
    """The text as its grams are cut from it."""
    return "".join(filter(str.isalnum, text)).lower()
