"""`hotline train`: the second opinion learns from confirmed cases or from a labelled file."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from handling.clock import SystemClock
from handling.community import gazetteer
from handling.learning.proposals import confirmed_reviews
from handling.learning.second_opinions import QUESTIONS, examples_of, folder_of
from handling.lexicon_versions import understander_in_force
from hotline.settings import Settings, read_settings
from hotline.setup import prepare_home
from models import Database
from nlp.lexicon import DEFAULT, LexiconError
from nlp.second_opinion import Example, TrainingError, compare, forget, keep, score, train
from nlp.understanding import Understander

Keywords = Callable[[str], str]


@click.command("train")
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Tab-separated, with a header."
)
@click.option("--text-column", default="text", show_default=True)
@click.option(
    "--label-column",
    default="domain",
    show_default=True,
    help="The model has its name; the desk asks domain and urgency.",
)
@click.option(
    "--longer-column",
    multiple=True,
    help="A longer text about the same matter: learned from, never asked; default: body, if there.",
)
@click.option("--taxonomy", default=DEFAULT, help="The keywords to compare with: a taxonomy by name, or a folder.")
@click.option(
    "--test",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Also measure on this unseen file.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def train_command(
    file: Path | None,
    text_column: str,
    label_column: str,
    longer_column: tuple[str, ...],
    taxonomy: str,
    test: Path | None,
    as_json: bool,
) -> None:
    """Train the second opinion; kept only where it beats the keywords. 训练第二意见"""
    settings = read_settings()
    try:
        if file is None:
            reports = _from_cases(settings)
        else:
            columns = (text_column, label_column, longer_column)
            understander = Understander.load(taxonomy, home=settings.home)
            unseen = _read(test, *columns) if test else []
            reports = [
                _learn(settings, label_column, _read(file, *columns), _asked(understander, label_column), unseen)
            ]
    except (TrainingError, LexiconError) as error:
        raise click.ClickException(str(error)) from error
    for report in reports:
        click.echo(json.dumps(report, ensure_ascii=False) if as_json else "\n".join(_told(report)))


def _from_cases(settings: Settings) -> list[dict[str, Any]]:
    prepare_home(settings)
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            reviews = confirmed_reviews(session)
            understander = understander_in_force(session)
            places = [name for place in gazetteer(session) for name in (place.name, *place.aliases)]
    finally:
        database.close()
    return [
        _learn(settings, question, examples_of(reviews, question, places), _asked(understander, question))
        for question in QUESTIONS
    ]


def _asked(understander: Understander, question: str) -> Keywords:
    """The keywords' answer to the question; any other label column is a domain of its own taxonomy."""
    kind = question if question in ("domain", "demand_type", "urgency") else "domain"
    return lambda text: str(getattr(understander.understand(text), kind))


def _learn(
    settings: Settings, name: str, examples: list[Example], keywords: Keywords, unseen: list[Example] | None = None
) -> dict[str, Any]:
    """Compare, then keep or remove. The report has what --json prints."""
    folder = folder_of(settings.home)
    comparison = compare(examples, keywords)
    report: dict[str, Any] = {"name": name, **comparison.to_json(), "kept": comparison.is_better}
    machine = train(examples)
    if unseen:
        truth = [example.label for example in unseen]
        report["unseen"] = {
            "examples": len(unseen),
            "keywords": vars(score(truth, [keywords(example.text) for example in unseen])),
            "second_opinion": vars(score(truth, [machine.answer(example.text) for example in unseen])),
        }
    if comparison.is_better:
        keep(folder, name, machine, {**report, "trained_at": SystemClock().now().isoformat()})
    else:
        report["removed"] = forget(folder, name)
    return report


def _read(file: Path, text: str, label: str, longer: tuple[str, ...]) -> list[Example]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    if missing := [column for column in (text, label, *longer) if not rows or column not in rows[0]]:
        raise click.ClickException(f"{file}: no column {', '.join(missing)} 没有这些列，或者没有内容")
    # A petition's table has it: it is always worth learning from.
    columns = longer or tuple({"body"} & set(rows[0]) - {text})
    return [
        Example(row[text], row[label], tuple(row[column] or "" for column in columns))
        for row in rows
        if row[text] and row[label]
    ]


def _told(report: dict[str, Any]) -> list[str]:
    lines = [f"{report['name']}: {report['examples']} examples, {len(report['labels'])} labels, 5-fold"]
    for who, name in (("keywords", "keywords 关键词"), ("second_opinion", "second opinion 第二意见")):
        lines.append(f"  {name}: macro-F1 {report[who]['macro_f1']:.3f}, accuracy {report[who]['accuracy']:.3f}")
        if "unseen" in report:
            lines.append(f"    on unseen texts: macro-F1 {report['unseen'][who]['macro_f1']:.3f}")
    if report["kept"]:
        return [*lines, "  kept: it beats the keywords 比关键词准，已启用"]
    return [*lines, "  not kept: the keywords do better 不如关键词，没有启用"]


COMMANDS = (train_command,)
