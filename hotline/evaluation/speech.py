"""`hotline evaluate speech`: how many characters the recogniser gets wrong, on clips whose words are known."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hotline.settings import read_settings

if TYPE_CHECKING:
    from hotline.evaluation.characters import Errors
    from nlp.audio import Audio
    from nlp.transcription import Transcriber

COLUMNS = ("path", "transcript")
RECORDED, TELEPHONE = "as recorded", "by telephone"


@dataclass(frozen=True)
class Clip:
    """A line of the manifest: `transcript` is what was said; `dialect` and `group` may be empty."""

    path: Path
    transcript: str
    dialect: str
    group: str


@dataclass(frozen=True)
class Heard:
    clip: Clip
    text: str
    errors: "Errors"
    seconds: float
    cpu_seconds: float
    failure: str = ""


@click.command()
@click.argument("manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", default="", help="An installed model's name, or a folder; default: the one in use.")
@click.option("--telephone", is_flag=True, help="Also after a simulated telephone line. 另测电话音质")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def speech(manifest: Path, model: str, telephone: bool, as_json: bool) -> None:
    """Character error rate (CER) on the clips of MANIFEST. 语音识别字错率

    MANIFEST is a TSV file with a header: path (relative to the file), transcript, and if you like dialect and
    group; other columns are ignored. `hotline export-speech` writes such a file.
    """
    from hotline import speech_models
    from hotline.evaluation.telephone import by_telephone
    from nlp.audio import AudioError
    from nlp.transcription import TranscriptionError, open_transcriber

    try:
        transcriber = open_transcriber(speech_models.resolve(read_settings(), model))
        clips = read_manifest(manifest)
        lines: dict[str, Callable[[Audio], Audio]] = {RECORDED: lambda audio: audio}
        if telephone:
            lines[TELEPHONE] = by_telephone
        results = {name: [hear(transcriber, clip, line) for clip in clips] for name, line in lines.items()}
    except (speech_models.SpeechModelError, TranscriptionError, AudioError) as error:
        raise click.ClickException(str(error)) from error
    report = {
        "manifest": str(manifest),
        "engine": transcriber.engine,
        "lines": [summarised(name, heard) for name, heard in results.items()],
    }
    click.echo(json.dumps(report, ensure_ascii=False) if as_json else "\n\n".join(tables(report)))


def read_manifest(manifest: Path) -> list[Clip]:
    """The clips, all of which exist. Raises ClickException with file and line."""
    clips = []
    with manifest.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := [column for column in COLUMNS if column not in (rows.fieldnames or ())]:
            raise click.ClickException(f"{manifest}:1: no column 缺少列 {', '.join(missing)}")
        for number, row in enumerate(rows, start=2):
            path = manifest.parent / (row["path"] or "")
            if not path.is_file():
                raise click.ClickException(f"{manifest}:{number}: no such file 没有文件 {path}")
            clips.append(Clip(path, row["transcript"] or "", row.get("dialect") or "", row.get("group") or ""))
    if not clips:
        raise click.ClickException(f"{manifest}: no clips 没有录音")
    return clips


def hear(transcriber: "Transcriber", clip: Clip, line: "Callable[[Audio], Audio]") -> Heard:
    """A clip on which the recogniser fails counts as nothing heard, and is named in the report."""
    from hotline.evaluation.characters import compare
    from nlp.audio import load_audio
    from nlp.transcription import TranscriptionError, join_words

    audio = line(load_audio(clip.path))
    try:
        result = transcriber.transcribe(audio)
    except TranscriptionError as error:
        return Heard(clip, "", compare(clip.transcript, ""), audio.seconds, 0.0, str(error))
    # The words as they were heard: punctuation and digits of the readable text are not the recogniser's.
    text = join_words([word.word for word in result.words]) or result.text
    return Heard(clip, text, compare(clip.transcript, text), audio.seconds, result.cpu_seconds)


def summarised(line: str, heard: Sequence[Heard]) -> dict[str, Any]:
    from hotline.evaluation.characters import summary

    seconds = sum(one.seconds for one in heard)
    return {
        "line": line,
        "seconds": round(seconds, 1),
        "cpu_per_second": round(sum(one.cpu_seconds for one in heard) / seconds, 4),
        "all": summary([one.errors for one in heard]),
        "by_group": _by(heard, lambda clip: clip.group),
        "by_dialect": _by(heard, lambda clip: clip.dialect),
        "failed": [{"path": str(one.clip.path), "error": one.failure} for one in heard if one.failure],
    }


def _by(heard: Sequence[Heard], key: Callable[[Clip], str]) -> dict[str, Any]:
    from hotline.evaluation.characters import summary

    names = sorted({key(one.clip) for one in heard} - {""})
    return {name: summary([one.errors for one in heard if key(one.clip) == name]) for name in names}


def tables(report: dict[str, Any]) -> Iterable[str]:
    for line in report["lines"]:
        yield "\n".join(
            [
                f"{report['engine']}, {line['line']}",
                f"{line['seconds']} s of audio, {line['cpu_per_second']} CPU s each",
                "",
                "| | clips | characters | CER | 95 % | wrong | missed | invented |",
                "|---|---|---|---|---|---|---|---|",
                _row("all", line["all"]),
                *(_row(name, part) for name, part in line["by_group"].items()),
                *(_row(name, part) for name, part in line["by_dialect"].items()),
                *(f"failed: {one['path']}: {one['error']}" for one in line["failed"]),
            ]
        )


def _row(name: str, part: dict[str, Any]) -> str:
    range_of = "" if part["low"] is None else f"{part['low']:.1%} to {part['high']:.1%}"
    return (
        f"| {name} | {part['clips']} | {part['characters']} | {part['cer']:.1%} | {range_of} |"
        f" {part['substitutions']} | {part['deletions']} | {part['insertions']} |"
    )
