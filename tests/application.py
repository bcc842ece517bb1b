"""The application under test."""

from dataclasses import replace
from tempfile import mkdtemp

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from handling.clock import Clock
from hotline.app import create_app
from hotline.current import Hotline
from hotline.settings import Settings
from models import Database

_TEMPLATES = FileSystemBytecodeCache(mkdtemp(prefix="hotline-templates-"))


def make_app(settings: Settings, clock: Clock, database: Database) -> Flask:
    """On the test's own database; its templates are compiled once a process, not once a test."""
    app = create_app(settings, clock)
    made: Hotline = app.extensions["hotline"]
    made.database.close()
    app.extensions["hotline"] = replace(made, database=database)
    app.jinja_env.bytecode_cache = _TEMPLATES
    app.testing = True
    return app
