"""The application under test."""

from tempfile import mkdtemp

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from handling.clock import Clock
from hotline.app import create_app
from hotline.settings import Settings

_TEMPLATES = FileSystemBytecodeCache(mkdtemp(prefix="hotline-templates-"))


def make_app(settings: Settings, clock: Clock) -> Flask:
    """Its templates are compiled once a process, not once a test."""
    app = create_app(settings, clock)
    app.jinja_env.bytecode_cache = _TEMPLATES
    app.testing = True
    return app
