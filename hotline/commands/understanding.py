"""`hotline understand` and `hotline transcribe`: JSON lines on standard output and nothing else."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from hotline.settings import read_settings


@click.command()
@click.option("--taxonomy", default="default", help="A bundled taxonomy, or a folder of lexicon files.")
def understand(taxonomy: str) -> None:
    """One utterance a line in, one JSON object a line out. 理解文字"""
    from nlp.lexicon import LexiconError
    from nlp.understanding import Understander

    try:
        understander = Understander.load(taxonomy)
    except LexiconError as error:
        raise click.ClickException(str(error)) from error
    for line in _lines():
        _write(understander.understand(line).to_json())


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def transcribe(files: tuple[Path, ...]) -> None:
    """Sound files in, one JSON object a line out; a bad file gives its error and does not stop the others. 转写"""
    from hotline import speech_models
    from nlp.transcription import TranscriptionError, open_transcriber

    try:
        transcriber = open_transcriber(speech_models.resolve(read_settings()))
    except (speech_models.SpeechModelError, TranscriptionError) as error:
        raise click.ClickException(str(error)) from error
    failed = False
    for file in files:
        result = _transcribe(transcriber, file)
        failed = failed or "error" in result
        _write(result)
    sys.exit(1 if failed else 0)


def _transcribe(transcriber: Any, file: Path) -> dict[str, Any]:
    from nlp.audio import AudioError, load_audio
    from nlp.transcription import TranscriptionError

    try:
        audio = load_audio(file)
        result = transcriber.transcribe(audio).to_json()
    except (AudioError, TranscriptionError) as error:
        return {"file": str(file), "error": str(error)}
    return {
        "file": str(file),
        "text": result["text"],
        "seconds": round(audio.seconds, 2),
        "words": result["words"],
    }


def _lines() -> Iterator[str]:
    """Lines of standard input as UTF-8 whatever the terminal's locale; a bad byte spoils only its character."""
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", errors="replace").rstrip("\r\n")


def _write(value: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n")
    sys.stdout.buffer.flush()


COMMANDS = (understand, transcribe)
