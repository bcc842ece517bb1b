"""`hotline understand` and `hotline transcribe`: JSON lines on standard output and nothing else."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from hotline.settings import read_settings


@click.command()
@click.option("--taxonomy", default="default", help="By name (bundled, or in HOTLINE_HOME/lexicon), or a folder.")
def understand(taxonomy: str) -> None:
    """One utterance a line in, one JSON object a line out. 理解文字"""
    from handling.scheme import load_scheme
    from nlp.lexicon import LexiconError
    from nlp.understanding import PlaceEntry, Understander

    settings = read_settings()
    courtyards = load_scheme(settings.scheme).community.courtyards
    gazetteer = [PlaceEntry(courtyard.name, tuple(courtyard.aliases)) for courtyard in courtyards]
    try:
        understander = Understander.load(taxonomy, gazetteer, settings.home)
    except LexiconError as error:
        raise click.ClickException(str(error)) from error
    for line in _lines():
        _write(understander.understand(line).to_json())


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--model", "models", multiple=True, help="Installed name or folder; several times to compare.")
@click.option("--engine", default="", help="All installed models of this engine (vosk, whisper, sherpa), or: all.")
def transcribe(files: tuple[Path, ...], models: tuple[str, ...], engine: str) -> None:
    """Sound files in, one JSON object a line out; a bad file gives its error and does not stop the others. 转写

    With --model or --engine each line also says its engine, and each file has a line for every model.
    """
    from hotline import speech_models
    from nlp.transcription import TranscriptionError, open_transcriber

    failed = False
    try:
        for folder in _chosen_models(models, engine):
            transcriber = open_transcriber(folder)
            note = {"engine": transcriber.engine} if models or engine else {}
            for file in files:
                result = _transcribe(transcriber, file)
                failed = failed or "error" in result
                _write(result | note)
    except (speech_models.SpeechModelError, TranscriptionError) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(1 if failed else 0)


def _chosen_models(models: tuple[str, ...], engine: str) -> list[Path]:
    from hotline import speech_models

    settings = read_settings()
    found = [speech_models.resolve(settings, name) for name in models]
    if engine:
        fitting = [model.path for model in speech_models.installed(settings) if engine in (model.engine, "all")]
        if not fitting:
            raise click.ClickException(f"no model of this engine is installed 没有安装这个引擎的模型: {engine}")
        found += [path for path in fitting if path not in found]
    return found or [speech_models.resolve(settings)]


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
