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
    _weighed: "_Weighed"

    @property
    def length(self) -> int:
        """Characters of the text, punctuation and spaces aside."""
        return len(self._weighed.where)

    def passages(self, question: str, label: str) -> list[Passage]:
        """What spoke most for the label, against the mean of the others; nothing when none did."""
        return self._weighed.passages(question, label)


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
        self._idf = np.append(idf[order], np.float32(0.0))
        self._weights = np.vstack([weights[order], np.zeros_like(weights[:1])])
        self._words = len(words)
        self._bias, self.labels = bias, labels
        self.places: dict[str, slice[int, int, None]] = {}
        start = 0
        for question, names in labels.items():
            place = self.places[question] = slice(start, start + len(names))
            # Against the mean of the others: what a gram says for a label. It changes no comparison of labels.
            self._weights[:, place] -= self._weights[:, place].mean(axis=1, keepdims=True)
            start += len(names)
        emergency, none = (self.column_of(DANGER, label) for label in ("emergency", "none"))
        self._danger = self._weights[:, emergency] - self._weights[:, none]
        self._danger_bias = float(bias[emergency] - bias[none])

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

    def answer(self, weighed: "_Weighed") -> Answer:
        raw = (weighed.values @ weighed.weights + self._bias).tolist()
        scores = {
            question: dict(zip(names, raw[self.places[question]], strict=True))
            for question, names in self.labels.items()
        }
        return Answer(scores, scores[DANGER]["emergency"] - scores[DANGER]["none"], weighed)

    def danger(self, lines: Integers) -> float:
        known, values = self.values(lines)
        return float(values @ self._danger.take(known)) + self._danger_bias

    def lines(self, plain: str) -> Integers:
        """(2, n + n - 1): the line of each character and of each pair of neighbours, of words and of sounds."""
        codes = np.frombuffer((plain + sound(plain)).encode("utf-32-le"), dtype=np.uint32)
        ones = codes.astype(np.int64).reshape(2, len(plain))
        grams = np.concatenate((ones, ones[:, :-1] << _CODE_BITS | ones[:, 1:]), axis=1)
        grams[1] += _SOUNDS
        found = self._grams.searchsorted(grams)
        found[self._grams.take(found) != grams] = len(self._grams) - 1
        return found

    def values(self, lines: Integers) -> tuple[Integers, Floats]:
        """TF-IDF of the lines of a text, sublinear, each of the two alphabets of length 1: (lines, values)."""
        known, counts = _counted(lines)
        values = (np.log(counts, dtype=np.float32) + np.float32(1.0)) * self._idf.take(known)
        words = int(known.searchsorted(self._words))  # they come first
        for part in (values[:words], values[words:]):
            length = float(part @ part) ** 0.5
            if length:
                part /= length
        return known, values

    def weights(self, lines: Integers) -> Floats:
        return self._weights.take(lines, axis=0)


class Reading:
    """A text in which the grams have been looked up, to be asked about the whole and about parts of it."""

    def __init__(self, experience: Experience, text: str) -> None:
        self._experience = experience
        self._text = text
        # Punctuation comes from pauses and means little; `where` leads back to the text.
        self._where = [i for i, character in enumerate(text) if character.isalnum()]
        self._lines = experience.lines(plain(text)[: len(self._where)])

    def answer(self, start: int = 0, end: int = LENGTH) -> Answer:
        first, last = bisect_left(self._where, start), bisect_left(self._where, end)
        return self._experience.answer(
            _Weighed(self._experience, self._between(first, last), self._where[first:last])
        )

    def most_alarming(self, whole: Answer, sign: Span | None) -> Answer:
        """`whole`, or the answer on one stretch of the text that sounds much more like an emergency: who reports
        a street light and a smell of gas reports a smell of gas. sign: where the rules found one."""
        parts = [part for part in self._stretches(sign) if part != (0, len(self._text))]
        if not parts:
            return whole
        danger, start, end = max((self._danger(*part), *part) for part in parts)
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

    def _danger(self, start: int, end: int) -> float:
        lines = self._between(bisect_left(self._where, start), bisect_left(self._where, end))
        return self._experience.danger(lines)

    def _between(self, first: int, last: int) -> Integers:
        """The lines of the characters first..last that are no punctuation, and of their pairs."""
        ones = len(self._where)
        if (first, last) == (0, ones):
            return self._lines
        pairs = slice(ones + first, ones + max(first, last - 1))
        return np.concatenate((self._lines[:, first:last], self._lines[:, pairs]), axis=1)


class _Weighed:
    """A text or a part of it, `where` its characters stand, with what each of its grams says."""

    def __init__(self, experience: Experience, lines: Integers, where: list[int]) -> None:
        self._experience = experience
        self._lines, self.where = lines, where
        self._known, self.values = experience.values(lines)
        self.weights = experience.weights(self._known)

    def passages(self, question: str, label: str) -> list[Passage]:
        """Pairs only: one character alone explains nothing."""
        pairs = self._lines[:, len(self.where) :]
        speaks = self.weights[:, self._experience.column_of(question, label)] * self.values
        worth = speaks.take(self._known.searchsorted(pairs)).max(axis=0, initial=0.0)
        chosen: list[Passage] = []
        while len(chosen) < EVIDENCE and worth.size and (weight := worth[first := int(worth.argmax())]) > 0:
            chosen.append(Passage(self.where[first], self.where[first + 1] + 1, round(float(weight), 2)))
            # Passages do not overlap.
            worth[max(0, first - 1) : first + 2] = 0.0
        return chosen


def _counted(lines: Integers) -> tuple[Integers, Integers]:
    """The different lines in their order, and how often each occurs; np.unique takes three times as long for
    the hundred lines of a sentence."""
    ordered = np.sort(lines, axis=None)
    begins = np.ones(ordered.size + 1, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:-1])
    edges = begins.nonzero()[0]
    return ordered.take(edges[:-1]), np.diff(edges)


def _gram(run: str) -> int:
    """The number of one character or of two."""
    return ord(run) if len(run) == 1 else ord(run[0]) << _CODE_BITS | ord(run[1])


def plain(text: str) -> str:
    """The text as its grams are cut from it."""
    return "".join(filter(str.isalnum, text)).lower()
