"""The console script `hotline`."""

from importlib import import_module

import click
from flask import Flask
from flask.cli import FlaskGroup

from handling.scheme import SchemeError
from hotline.settings import SettingsError, read_settings

# Each module's COMMANDS; imported only when one of its commands runs, so that `hotline --help` is quick.
COMMAND_MODULES = {
    "demo": "demo",
    "serve": "serve",
    "worker": "serve",
    "user": "user",
    "call": "phone",
    "text": "phone",
    "answer": "phone",
    "model": "model",
    "understand": "understanding",
    "transcribe": "understanding",
    "prompts": "prompts",
    "export": "export",
    "export-speech": "export_speech",
    "reindex": "reindex",
    "scheme": "scheme",
    "evaluate": "evaluate",
    "train": "train",
}


class Group(FlaskGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMAND_MODULES, *self.commands})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMAND_MODULES:
            return super().get_command(ctx, name)
        module = import_module(f"hotline.commands.{COMMAND_MODULES[name]}")
        return next((c for c in module.COMMANDS if c.name == name), None)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (SettingsError, SchemeError) as error:
            raise click.ClickException(str(error)) from error


def _application() -> Flask:
    from hotline.app import create_app

    return create_app(read_settings())


main = Group(
    name="hotline",
    create_app=_application,
    add_default_commands=False,
    add_version_option=False,
    help="乡音热线 Xiangyin Hotline: every voice is heard, sorted, handled and answered.",
)
