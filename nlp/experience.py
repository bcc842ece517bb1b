"""What labelled sentences teach about urgency, domain and whom to ring, beside the lexicon's rules.

Rules find the danger that somebody thought of; they miss what nobody did, and on sentences of other authors
that is one emergency in three. Short runs of characters, and of folded sounds since recognisers mishear, with
weights learned from labelled sentences (`nlp/experience_training.py`) know much of the rest. A sum of weights
again: no state, no chance, and the passages that weighed most are told as evidence.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.phonetics import from_spelling, sound

LONGEST_GRAM = 2
# What comes later in a long message seldom changes what it is about.
LENGTH = 300
EVIDENCE = 3
DANGER = "danger"
# One matter of several is told in about so many characters. The most alarming of many stretches sounds alarming
# by chance too: it has to exceed the whole by so much.
STRETCH, CHANCE = 28, 2.0
BEFORE, AFTER = 4, 8
_CLAUSE_ENDS = re.compile(r"[。！？!?，,；;\n]")

Floats = NDArray[np.float32]


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
        return self._weighed.length

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
        self._words = {gram: column for column, gram in enumerate(words)}
        self._sounds = {from_spelling(gram): column for column, gram in enumerate(sounds, start=len(words))}
        self.idf, self.weights, self.bias, self.labels = idf, weights, bias, labels
        self.places: dict[str, slice[int, int, None]] = {}
        start = 0
        for question, names in labels.items():
            place = self.places[question] = slice(start, start + len(names))
            # Against the mean of the others: what a gram says for a label. It changes no comparison of labels.
            weights[:, place] -= weights[:, place].mean(axis=1, keepdims=True)
            start += len(names)
        emergency, none = (self.column_of(DANGER, label) for label in ("emergency", "none"))
        self._danger = weights[:, emergency] - weights[:, none]
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

    def answer(self, text: str) -> Answer:
        weighed = _Weighed(self, text[:LENGTH])
        scores = weighed.scores()
        return Answer(scores, scores[DANGER]["emergency"] - scores[DANGER]["none"], weighed)

    def _danger_of(self, text: str) -> float:
        columns, values = self.values(self.columns(plain(text)))
        return float(values @ self._danger[columns]) + self._danger_bias

    def most_alarming(self, text: str, whole: Answer, sign: tuple[int, int] | None) -> Answer:
        """`whole`, or the answer on one stretch of the text that sounds much more like an emergency: who reports
        a street light and a smell of gas reports a smell of gas. sign: where the rules found one."""
        parts = [text[i : i + STRETCH] for i in range(0, min(len(text), LENGTH) - STRETCH // 2, STRETCH // 2)]
        if sign is not None:
            start = max(0, sign[0] - BEFORE)
            parts.append(_CLAUSE_ENDS.split(text[start : sign[0]])[-1] + text[sign[0] : sign[1] + AFTER])
        if not parts or parts == [text]:
            return whole
        danger, worst = max((self._danger_of(part), part) for part in parts)
        return replace(self.answer(worst), danger=danger - CHANCE) if danger - CHANCE > whole.danger else whole

    def columns(self, plain: str) -> list[int | None]:
        """The column of every gram of the plain text, in the order of `spans`, words first, then sounds."""
        return [*map(self._words.get, grams(plain)), *map(self._sounds.get, grams(sound(plain)))]

    def values(self, known: Sequence[int | None]) -> tuple[NDArray[np.int64], Floats]:
        """TF-IDF of the columns of a text, sublinear, each of the two alphabets of length 1. (columns, values)."""
        counts = Counter(known)
        counts.pop(None, None)
        columns = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (np.log(values) + np.float32(1.0)) * self.idf[columns]
        words = int((columns < len(self._words)).sum())  # they come first
        for part in (values[:words], values[words:]):
            length = float(np.sqrt(part @ part))
            if length:
                part /= length
        return columns, values


class _Weighed:
    """One text with its grams."""

    def __init__(self, experience: Experience, text: str) -> None:
        # Punctuation comes from pauses and means little; `where` leads back to the text.
        self._where = [i for i, character in enumerate(text) if character.isalnum()]
        self.length = len(self._where)
        self._experience = experience
        self._grams = experience.columns(plain(text)[: self.length])
        self._columns, self._values = experience.values(self._grams)
        self._weights = experience.weights[self._columns]

    def scores(self) -> dict[str, dict[str, float]]:
        experience = self._experience
        raw = (self._values @ self._weights + experience.bias).tolist()
        return {
            question: dict(zip(names, raw[experience.places[question]], strict=True))
            for question, names in experience.labels.items()
        }

    @cached_property
    def _longer(self) -> set[tuple[int, int, int]]:
        """(column, start, end) of the known grams of more than one character; one alone explains nothing."""
        places = 2 * spans(self.length)
        return {
            (column, *place)
            for column, place in zip(self._grams, places, strict=True)
            if column is not None and place[1] - place[0] > 1
        }

    def passages(self, question: str, label: str) -> list[Passage]:
        speaks = self._weights[:, self._experience.column_of(question, label)] * self._values
        worth = dict(zip(self._columns.tolist(), speaks.tolist(), strict=True))
        speaking = [(-worth[c], start, end) for c, start, end in self._longer if worth[c] > 0]
        chosen: list[Passage] = []
        for weight, start, end in sorted(speaking):
            place = (self._where[start], self._where[end - 1] + 1)
            if len(chosen) == EVIDENCE:
                break
            if all(place[1] <= other.start or other.end <= place[0] for other in chosen):
                chosen.append(Passage(*place, round(-weight, 2)))
        return chosen


@cache
def spans(length: int) -> list[tuple[int, int]]:
    """All runs of 1 to LONGEST_GRAM, the shorter first."""
    return [(start, start + size) for size in range(1, LONGEST_GRAM + 1) for start in range(length - size + 1)]


def grams(runs: str) -> list[str]:
    return [runs[start:end] for start, end in spans(len(runs))]


def plain(text: str) -> str:
    """The text as its grams are cut from it."""
    return "".join(filter(str.isalnum, text[:LENGTH])).lower()
