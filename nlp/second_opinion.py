"""A second opinion beside the keywords: character n-grams and a linear model, learned from labelled texts.

Learning needs scikit-learn (`pip install xiangyin-hotline[train]`); the answer afterwards only numpy. A model is
one .npz file of plain arrays, read without pickle, so that a planted file can do no more than answer wrongly.
"""

import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_GRAM = 2
# In so many texts at least, else it is chance.
MINIMUM_TEXTS = 2
# A longer text about the same matter (a petition's body) teaches less than the short one that is asked about.
LONGER_WEIGHT = 0.3
LONGER_LENGTH = 200
FOLDS = 5
FEWEST_EXAMPLES = 60
REASONS = 3
# How closely the two machines follow their examples.
STRENGTH, RATIO_STRENGTH = 1.0, 0.3
_SPACES = re.compile(r"\s+")
_NAME = re.compile(r"[\w-]{1,40}")

Floats = NDArray[np.float32]
Linear = tuple[NDArray[np.float64], NDArray[np.float64]]


class TrainingError(Exception):
    """There is nothing to learn from, or nothing to learn with; the text says what to do."""


@dataclass(frozen=True)
class Example:
    """A text and what it is; `longer` texts about the same matter are learned from, never asked about."""

    text: str
    label: str
    longer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opinion:
    """`margin`: how far the label is ahead of the next (above 1: sure). `reasons`: passages that spoke for it."""

    label: str
    margin: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    macro_f1: float
    accuracy: float


@dataclass(frozen=True)
class Comparison:
    """Both on the same texts, which the second opinion had not seen when it was asked."""

    examples: int
    labels: tuple[str, ...]
    folds: int
    keywords: Score
    second_opinion: Score

    @property
    def is_better(self) -> bool:
        return self.second_opinion.macro_f1 > self.keywords.macro_f1

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class BadModel(Exception):
    """The file holds no model of ours."""


class SecondOpinion:
    """labels: (classes,); grams: (features,); idf: (features,); weights: (classes, features); bias: (classes,)."""

    def __init__(self, labels: Sequence[str], grams: Sequence[str], idf: Floats, weights: Floats, bias: Floats):
        self.labels = list(labels)
        self._grams = list(grams)
        self._column = {gram: column for column, gram in enumerate(self._grams)}
        self._longest = max(map(len, self._grams), default=0)
        self._idf, self._weights, self._bias = idf, weights, bias
        classes, features = len(self.labels), len(self._grams)
        shapes = (idf.shape, weights.shape, bias.shape)
        if classes < 2 or shapes != ((features,), (classes, features), (classes,)):
            raise BadModel(f"shapes do not fit: {classes} labels, {features} grams, {shapes}")

    def answer(self, text: str) -> str:
        """The label alone."""
        columns, values = self._features(text)
        return self.labels[int(np.argmax(self._weights[:, columns] @ values + self._bias))]

    def opinion(self, text: str) -> Opinion:
        columns, values = self._features(text)
        scores = self._weights[:, columns] @ values + self._bias
        first, second = (int(i) for i in np.argsort(-scores, kind="stable")[:2])
        # Against the runner-up, which is what the reader wonders about.
        speaks = (self._weights[first, columns] - self._weights[second, columns]) * values
        strongest = [self._grams[columns[i]] for i in np.argsort(-speaks, kind="stable") if speaks[i] > 0]
        return Opinion(self.labels[first], round(float(scores[first] - scores[second]), 3), _apart(strongest))

    def save(self, file: Path) -> None:
        """Written beside and renamed: a reader never meets half a model."""
        draft = file.with_name(f".{file.name}.part")
        with draft.open("wb") as out:
            np.savez_compressed(
                out,
                labels=np.array(self.labels),
                grams=np.array(self._grams),
                idf=self._idf,
                weights=self._weights,
                bias=self._bias,
            )
        draft.replace(file)

    @classmethod
    def load(cls, file: Path) -> "SecondOpinion":
        """Raises BadModel, and FileNotFoundError."""
        try:
            with np.load(file, allow_pickle=False) as arrays:
                floats = [np.asarray(arrays[name], dtype=np.float32) for name in ("idf", "weights", "bias")]
                return cls(arrays["labels"].tolist(), arrays["grams"].tolist(), *floats)
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise BadModel(f"{file}: {error}") from error

    def _features(self, text: str) -> tuple[list[int], Floats]:
        found = map(self._column.get, grams_of(text, self._longest))
        counts = Counter(column for column in found if column is not None)
        columns = sorted(counts)
        values = np.array([1.0 + np.log(counts[column]) for column in columns], dtype=np.float32)
        values = values * self._idf[columns]
        length = float(np.sqrt(np.square(values).sum()))
        return columns, values / length if length else values


def grams_of(text: str, longest: int = LONGEST_GRAM) -> list[str]:
    """All runs of 1 to `longest` characters."""
    text = _SPACES.sub(" ", text.strip().lower())
    return [text[i : i + n] for n in range(1, longest + 1) for i in range(len(text) - n + 1)]


def train(examples: Sequence[Example]) -> SecondOpinion:
    """The mean of two linear support vector machines over TF-IDF (sublinear, L2). Raises TrainingError.

    In one of them each gram counts by how much oftener it stands with the label than without (naive Bayes; Wang
    and Manning 2012): better where texts are many and short, worse where they are few. The mean was better on
    both: macro-F1 on the petitions' titles, ten times five folds, 0.854, and 0.842 with one machine and runs of up
    to three characters; on 800 of our own utterances 0.605 and 0.599.
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise TrainingError(
            "training needs scikit-learn 训练需要先安装：pip install 'xiangyin-hotline[train]'"
        ) from error
    texts, labels, importance = _documents(examples)
    if len(set(labels)) < 2:
        raise TrainingError("all examples have the same label 只有一个类别，没有可以学的")
    vectorizer = TfidfVectorizer(analyzer=grams_of, sublinear_tf=True, min_df=min(MINIMUM_TEXTS, len(texts)))
    try:
        features = vectorizer.fit_transform(texts)
    except ValueError as error:
        raise TrainingError(f"the texts have nothing in common 文字里没有可以学的：{error}") from error
    known = sorted(set(labels))
    told = np.array([[label == one for label in labels] for one in known])
    plain = _machine(features, labels, importance, STRENGTH)
    by_ratio = [_by_ratio(features, its, importance) for its in told]
    return SecondOpinion(
        known,
        [str(gram) for gram in vectorizer.get_feature_names_out()],
        vectorizer.idf_.astype(np.float32),
        ((plain[0] + np.vstack([weights for weights, _ in by_ratio])) / 2).astype(np.float32),
        ((plain[1] + np.concatenate([bias for _, bias in by_ratio])) / 2).astype(np.float32),
    )


def _machine(features: Any, labels: Sequence[Any], importance: Sequence[float], strength: float) -> Linear:
    """For each of the sorted labels its weights and its bias."""
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=strength, class_weight="balanced", random_state=0)
    machine.fit(features, labels, sample_weight=importance)
    weights, bias = np.asarray(machine.coef_), np.asarray(machine.intercept_)
    if len(machine.classes_) == 2:  # one row that speaks for the second class
        return np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return weights, bias


def _by_ratio(features: Any, its: NDArray[np.bool_], importance: Sequence[float]) -> Linear:
    """Weights (1, features) and bias (1,) for one label against all others."""
    weighed = np.array(importance)
    there = features > 0
    own, others = ((weighed * some) @ there + 1.0 for some in (its, ~its))
    ratio = np.log(own / own.sum()) - np.log(others / others.sum())
    weights, bias = _machine(features.multiply(ratio).tocsr(), its.tolist(), importance, RATIO_STRENGTH)
    return weights[1:] * ratio, bias[1:]


def compare(examples: Sequence[Example], keywords: Callable[[str], str]) -> Comparison:
    """Five-fold cross-validation of the second opinion beside the keywords. Raises TrainingError."""
    if len(examples) < FEWEST_EXAMPLES:
        raise TrainingError(
            f"{len(examples)} examples; {FEWEST_EXAMPLES} are needed 例子太少，至少要 {FEWEST_EXAMPLES} 条"
        )
    folds = _folds(examples)
    answers: dict[int, str] = {}
    for number in range(FOLDS):
        machine = train([example for example, fold in zip(examples, folds, strict=True) if fold != number])
        answers |= {i: machine.answer(examples[i].text) for i, fold in enumerate(folds) if fold == number}
    truth = [example.label for example in examples]
    return Comparison(
        examples=len(examples),
        labels=tuple(sorted(set(truth))),
        folds=FOLDS,
        keywords=score(truth, [keywords(example.text) for example in examples]),
        second_opinion=score(truth, [answers[i] for i in range(len(examples))]),
    )


def score(truth: Sequence[str], answers: Sequence[str]) -> Score:
    """Macro-F1 over the labels that occur in the truth."""
    right = Counter(label for label, answer in zip(truth, answers, strict=True) if label == answer)
    wanted, given = Counter(truth), Counter(answers)
    f1 = [2 * right[label] / (wanted[label] + given[label]) for label in wanted]
    return Score(round(sum(f1) / len(f1), 4), round(right.total() / len(truth), 4))


def keep(folder: Path, name: str, machine: SecondOpinion, about: dict[str, Any]) -> None:
    """`name`.npz, and `name`.json for people: when and from what it was learned, how well it did."""
    folder.mkdir(parents=True, exist_ok=True)
    machine.save(model_file(folder, name))
    text = json.dumps(about, ensure_ascii=False, indent=2)
    model_file(folder, name).with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def forget(folder: Path, name: str) -> bool:
    """Remove it. Whether there was one."""
    file = model_file(folder, name)
    there = file.exists()
    for path in (file, file.with_suffix(".json")):
        path.unlink(missing_ok=True)
    return there


def model_file(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise TrainingError(f"{name!r}: a name has letters, digits, _ and - only 名称里只能有文字、数字、下划线")
    return folder / f"{name}.npz"


def _documents(examples: Sequence[Example]) -> tuple[list[str], list[str], list[float]]:
    texts = [example.text for example in examples]
    labels = [example.label for example in examples]
    importance = [1.0] * len(examples)
    for example in examples:
        for longer in filter(str.strip, example.longer):
            texts.append(longer[:LONGER_LENGTH])
            labels.append(example.label)
            importance.append(LONGER_WEIGHT)
    return texts, labels, importance


def _folds(examples: Sequence[Example]) -> list[int]:
    """Each label spread evenly over the folds; the same text twice stays in one."""
    fold_of: dict[str, int] = {}
    next_fold: dict[str, int] = defaultdict(int)
    for example in examples:
        if example.text not in fold_of:
            fold_of[example.text] = next_fold[example.label] % FOLDS
            next_fold[example.label] += 1
    return [fold_of[example.text] for example in examples]


def _apart(grams: Iterable[str]) -> tuple[str, ...]:
    """The first passages of two characters or more that do not repeat each other."""
    chosen: list[str] = []
    for gram in grams:
        if len(gram.strip()) > 1 and not any(gram in other or other in gram for other in chosen):
            chosen.append(gram)
        if len(chosen) == REASONS:
            break
    return tuple(chosen)
