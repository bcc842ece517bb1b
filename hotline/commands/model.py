"""`hotline model`: the speech models of this machine."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from hotline import speech_models
from hotline.settings import Settings, read_settings
from hotline.speech_models import SpeechModelError
from hotline.speech_models.catalogue import VOSK_MODELS, WHISPER


@click.group()
def model() -> None:
    """Speech models: list, install, use, check, remove. 语音模型"""


@model.command("list")
def list_models() -> None:
    """Show what is installed (* in use) and what can be installed by name."""
    found = speech_models.installed(read_settings())
    for entry in found:
        mark = "*" if entry.in_use else " "
        click.echo(f"{mark} {entry.name}\t{entry.engine}\t{entry.size // 1_000_000} MB\t{entry.path}")
    present = {entry.name for entry in found}
    catalogue = {known.name: known.about for known in VOSK_MODELS.values()} | {WHISPER.name: WHISPER.about}
    for name, about in catalogue.items():
        if name not in present:
            click.echo(f"- {name}\t{about}")


@model.command()
@click.argument("source", metavar="NAME-or-FILE-or-URL")
@click.option("--mirror", help="Where named Vosk models are; default: HOTLINE_MODEL_MIRROR.")
@click.option("--sha256", default="", help="Expected checksum of the archive.")
def install(source: str, mirror: str | None, sha256: str) -> None:
    """Install a model by name, from an archive (zip, tar.bz2), or from a web address. 安装模型"""
    with _errors(), _bar() as progress:
        entry = speech_models.install(
            read_settings(), source, mirror=mirror, sha256=sha256, report=_say, progress=progress
        )
    click.echo(f"installed 已安装 {entry.name}" + (" (in use 使用中)" if entry.in_use else ""))


@model.command()
@click.argument("name")
def use(name: str) -> None:
    """Transcribe with this model from now on (running workers: after their restart). 选用模型"""
    with _errors():
        speech_models.use(read_settings(), name)
    click.echo(f"in use 使用中 {name}")


@model.command()
@click.argument("name", required=False)
def check(name: str | None) -> None:
    """Load a model and decode some sound in a process of its own. 检查模型"""
    settings: Settings = read_settings()
    with _errors():
        measured = speech_models.check(settings, name)
    click.echo("  ".join(f"{key}={value}" for key, value in measured.items()))


@model.command()
@click.argument("name")
def remove(name: str) -> None:
    """Delete an installed model. 删除模型"""
    with _errors():
        speech_models.remove(read_settings(), name)
    click.echo(f"removed 已删除 {name}")


def _say(message: str) -> None:
    click.echo(message, err=True)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except SpeechModelError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar that appears with the first bytes."""
    bars: list[Any] = []

    def progress(done: int, total: int) -> None:
        if not total:
            return
        if not bars:
            bar: Any = click.progressbar(length=total, file=sys.stderr)
            bars.append(bar.__enter__())
        bars[0].update(done - bars[0].pos)

    try:
        yield progress
    finally:
        for bar in bars:
            bar.__exit__(None, None, None)


COMMANDS = (model,)
