"""Learn `nlp/lexicon/default/experience.npz` anew from labelled sentences.

    python -m nlp.experience_training tests/data/utterances/dev.tsv tests/data/utterances/more_*.tsv

Columns: text, domain, urgency, ring, perhaps demand_type and garbled. Needs scikit-learn (`pip install
xiangyin-hotline[train]`). The sentences are our own; of them only short runs of characters and weights are kept.
"""

import csv
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from nlp.experience import DANGER, LENGTH, plain
from nlp.phonetics import sound, spell

FILE = Path(__file__).parent / "lexicon" / "default" / "experience.npz"
# In so many sentences at least, else it is chance.
MINIMUM_TEXTS = 2
STRENGTH = 20.0
QUESTIONS = ("urgency", "domain", "demand_type", "ring", DANGER)


def word_grams(text: str) -> list[str]:
    return grams(plain(text[:LENGTH]))


def sound_grams(text: str) -> list[str]:
    return [spell(gram) for gram in grams(sound(plain(text[:LENGTH])))]


def grams(runs: str) -> list[str]:
    """Characters and pairs of neighbours."""
    return [*runs, *(one + other for one, other in pairwise(runs))]


def read(files: Sequence[Path]) -> list[dict[str, str]]:
    """One row for each text, and one more for its garbled version."""
    rows = []
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                texts = [row["text"], row.get("garbled") or ""]
                rows += [{**row, "text": text} for text in texts if text]
    return rows


def train(rows: Sequence[dict[str, str]], file: Path = FILE) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_union

    words = TfidfVectorizer(analyzer=word_grams, sublinear_tf=True, min_df=MINIMUM_TEXTS)
    sounds = TfidfVectorizer(analyzer=sound_grams, sublinear_tf=True, min_df=MINIMUM_TEXTS)
    features = make_union(words, sounds).fit_transform([row["text"] for row in rows])
    arrays: dict[str, Any] = {
        "words": np.array(words.get_feature_names_out(), dtype=str),
        "sounds": np.array(sounds.get_feature_names_out(), dtype=str),
        "idf": np.concatenate([words.idf_, sounds.idf_]).astype(np.float16),
        "heads": np.array(QUESTIONS),
    }
    for question in QUESTIONS:
        labels = [_label(row, question) for row in rows]
        asked = [i for i, label in enumerate(labels) if label]
        machine = LogisticRegression(C=STRENGTH, max_iter=3000, class_weight="balanced")
        machine.fit(features[asked], [labels[i] for i in asked])
        weights, bias = machine.coef_, machine.intercept_
        if len(machine.classes_) == 2:  # one line for the second label: the first is its mirror
            weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
        arrays[f"{question}_labels"] = np.array(machine.classes_, dtype=str)
        arrays[f"{question}_weights"] = weights.astype(np.float16)
        arrays[f"{question}_bias"] = bias.astype(np.float32)
    np.savez_compressed(file, **arrays)


def _label(row: dict[str, str], question: str) -> str:
    """Empty where the row says nothing to it. Whether it is an emergency is a question of its own."""
    emergency = row["urgency"] == "emergency"
    if question == DANGER:
        return "emergency" if emergency else "none"
    return "" if question == "urgency" and emergency else row.get(question) or ""


if __name__ == "__main__":
    train(read([Path(argument) for argument in sys.argv[1:]]))
