"""Measures of a classifier: precision, recall, F1, shares with confidence intervals, a confusion table."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

# Two-sided 95 % of the normal distribution.
Z = 1.96


@dataclass(frozen=True)
class Share:
    """`hits` of `total`, with Wilson's 95 % interval, which also holds for few cases and for shares near 1."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else 0.0

    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.value
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] ({self.hits}/{self.total})"

    def to_json(self) -> dict[str, Any]:
        return {
            "value": round(self.value, 4),
            "interval95": [round(end, 4) for end in self.interval()],
            "hits": self.hits,
            "total": self.total,
        }


@dataclass(frozen=True)
class ClassScore:
    """How well one class was found: `support` is how often it is the truth."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int

    def to_json(self) -> dict[str, Any]:
        numbers = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {
            "label": self.label,
            **{name: round(value, 4) for name, value in numbers.items()},
            "support": self.support,
        }


@dataclass(frozen=True)
class Confusion:
    """Pairs (truth, answer) of one question that was put to every row."""

    pairs: Sequence[tuple[str, str]]

    def labels(self) -> list[str]:
        return sorted({label for pair in self.pairs for label in pair})

    def accuracy(self) -> Share:
        return Share(sum(truth == answer for truth, answer in self.pairs), len(self.pairs))

    def by_class(self) -> list[ClassScore]:
        """The classes that occur as a truth: a class that was only answered lowers the others' precision."""
        return [self._score(label) for label in sorted({truth for truth, _ in self.pairs})]

    def macro_f1(self) -> float:
        scores = self.by_class()
        return sum(score.f1 for score in scores) / len(scores) if scores else 0.0

    def counts(self) -> Counter[tuple[str, str]]:
        return Counter(self.pairs)

    def _score(self, label: str) -> ClassScore:
        right = sum(truth == answer == label for truth, answer in self.pairs)
        answered = sum(answer == label for _, answer in self.pairs)
        support = sum(truth == label for truth, _ in self.pairs)
        precision = right / answered if answered else 0.0
        recall = right / support if support else 0.0
        f1 = 2 * right / (answered + support) if answered + support else 0.0
        return ClassScore(label, precision, recall, f1, support)

    def to_json(self) -> dict[str, Any]:
        return {
            "accuracy": self.accuracy().to_json(),
            "macro_f1": round(self.macro_f1(), 4),
            "classes": [score.to_json() for score in self.by_class()],
            "confusion": [
                {"truth": truth, "answer": answer, "count": count}
                for (truth, answer), count in sorted(self.counts().items())
            ],
        }


def found(pairs: Iterable[tuple[str, str]], label: str) -> tuple[Share, Share]:
    """Of the rows with the label: how many were found. Of all others: how many were taken for it."""
    pairs = list(pairs)
    truths = [answer == label for truth, answer in pairs if truth == label]
    others = [answer == label for truth, answer in pairs if truth != label]
    return Share(sum(truths), len(truths)), Share(sum(others), len(others))
