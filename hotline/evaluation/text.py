"""`hotline evaluate text FILE`: understanding, measured on labelled utterances.

FILE is a table of tab-separated columns with a header. Utterances: `text`, perhaps `garbled` (what a recogniser
made of it), and of `domain`, `demand_type`, `urgency`, `ring` those that are labelled. Petitions: `label` (the
domain), `title`, `body`.
"""

import csv
import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hotline.evaluation.scores import Confusion, found
from hotline.settings import read_settings
from nlp.lexicon import DEFAULT, LexiconError
from nlp.understanding import Understander, Understanding

Row = dict[str, str]
# What is asked, and the columns that may hold the truth.
QUESTIONS = {
    "domain": ("domain", "label"),
    "demand_type": ("demand_type",),
    "urgency": ("urgency",),
    "ring": ("ring",),
}
COLUMNS = ("text", "garbled", "title", "body", "title+body")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--taxonomy", default=DEFAULT, help="A taxonomy by name, or a folder of lexicon files.")
@click.option("--column", type=click.Choice(COLUMNS), help="What is understood; default text, or title.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def text(file: Path, taxonomy: str, column: str | None, as_json: bool) -> None:
    """Precision, recall and F1 of understanding. 评测文字理解"""
    rows = read_rows(file)
    chosen = column or ("text" if "text" in rows[0] else "title")
    try:
        understander = Understander.load(taxonomy, home=read_settings().home)
    except LexiconError as error:
        raise click.ClickException(str(error)) from error
    questions = measure(rows, understander, chosen)
    if as_json:
        click.echo(json.dumps(_json(file, chosen, taxonomy, len(rows), questions), ensure_ascii=False))
        return
    click.echo(f"{file.name}: {len(rows)} rows, column {chosen}, taxonomy {taxonomy}")
    for name, confusion in questions.items():
        click.echo("\n" + "\n".join(_table(name, confusion)))


def read_rows(file: Path) -> list[Row]:
    """The rows of a table. Raises click.ClickException for a table without what is measured."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or not ({"text", "title"} & set(rows[0])):
        raise click.ClickException(f"{file}: needs a header with text or title, and rows 没有可用的数据")
    return rows


def measure(rows: Sequence[Row], understander: Understander, column: str) -> dict[str, Confusion]:
    """For each question that the rows answer: what is true and what was understood."""
    if missing := [part for part in column.split("+") if part not in rows[0]]:
        raise click.ClickException(f"no column {', '.join(missing)} 没有这一列")
    understood = [
        understander.understand("\n".join(row[part] or "" for part in column.split("+"))) for row in rows
    ]
    questions = {}
    for name, columns in QUESTIONS.items():
        if truth := next((candidate for candidate in columns if candidate in rows[0]), None):
            questions[name] = Confusion(_pairs(rows, truth, understood, name))
    return questions


def _pairs(
    rows: Sequence[Row], truth: str, understood: Sequence[Understanding], name: str
) -> list[tuple[str, str]]:
    return [
        ((row[truth] or "").strip(), getattr(answer, name)) for row, answer in zip(rows, understood, strict=True)
    ]


def _json(file: Path, column: str, taxonomy: str, rows: int, questions: dict[str, Confusion]) -> dict[str, Any]:
    result: dict[str, Any] = {"file": str(file), "column": column, "taxonomy": taxonomy, "rows": rows}
    result |= {name: confusion.to_json() for name, confusion in questions.items()}
    if "urgency" in questions:
        recall, false_alarms = found(questions["urgency"].pairs, "emergency")
        result["emergency"] = {"recall": recall.to_json(), "false_alarms": false_alarms.to_json()}
    return result


def _table(name: str, confusion: Confusion) -> list[str]:
    lines = [f"== {name}: accuracy {confusion.accuracy()}, macro-F1 {confusion.macro_f1():.3f}"]
    if name == "urgency":
        recall, false_alarms = found(confusion.pairs, "emergency")
        lines += [f"emergencies found {recall}", f"false alarms      {false_alarms}"]
    lines.append(_wide("", 16) + "precision  recall      F1  support")
    lines += [
        _wide(score.label or "-", 16)
        + f"{score.precision:9.3f}{score.recall:8.3f}{score.f1:8.3f}{score.support:9d}"
        for score in confusion.by_class()
    ]
    return [*lines, *_confusion(confusion)]


def _confusion(confusion: Confusion) -> list[str]:
    """Truth downwards, answers to the right; columns are numbered so that long labels fit."""
    labels, counts = confusion.labels(), confusion.counts()
    lines = [_wide("truth \\ answer", 20) + "".join(f"{number:5d}" for number in range(1, len(labels) + 1))]
    for number, truth in enumerate(labels, start=1):
        cells = "".join(f"{counts[truth, answer] or '.':>5}" for answer in labels)
        lines.append(_wide(f"{number:2d} {truth or '-'}", 20) + cells)
    return lines


def _wide(label: str, width: int) -> str:
    """Padded for a terminal, where a Chinese character takes two columns."""
    taken = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in label)
    return label + " " * max(1, width - taken)
