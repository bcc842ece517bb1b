"""What the desk changes takes force in every process within seconds: the web server asks every two seconds, the
worker every five, and the process that saved it at once."""

import logging
import threading
from dataclasses import dataclass, replace
from typing import cast

from flask import Flask

from handling.prompt_recordings import newest_recording
from handling.scheme.editions import InForce, edition_number, in_force
from hotline.current import Hotline
from hotline.own_prompts import imported_at, prompts_in_force
from hotline.settings import Settings
from models import Database

log = logging.getLogger(__name__)

SECONDS = 2.0


@dataclass
class _Known:
    """What this process has; the lock keeps an older look from overtaking a newer one."""

    lock: threading.Lock
    edition: int
    # The newest recording of the desk, and when others were last imported.
    prompts: tuple[int, int] = (0, 0)


def rules_at_start(database: Database, settings: Settings) -> InForce:
    """Raises SchemeError."""
    with database.read() as session:
        return in_force(session, settings.scheme)


def begin(app: Flask, rules: InForce) -> None:
    """rules: those with which the application was made."""
    app.extensions["hotline_known"] = _Known(threading.Lock(), rules.number)
    take_up(app)


def take_up(app: Flask) -> None:
    """Put what changed since the last look into the application. Two small statements when nothing has."""
    known = cast(_Known, app.extensions["hotline_known"])
    with known.lock:
        hotline = cast(Hotline, app.extensions["hotline"])
        with hotline.database.read() as session:
            number = edition_number(session)
            prompts = newest_recording(session), imported_at(hotline.settings.prompts_dir)
            if prompts != known.prompts:
                hotline = replace(hotline, prompts=prompts_in_force(session, hotline.settings.prompts_dir))
                app.extensions["hotline"] = hotline
                known.prompts = prompts
            if number != known.edition:
                rules = in_force(session, hotline.settings.scheme)
                app.extensions["hotline"] = replace(hotline, scheme=rules.scheme)
                known.edition = number


def keep_up(app: Flask, stop: threading.Event) -> None:
    """Until `stop`, in a thread of its own."""
    while not stop.wait(SECONDS):
        try:
            take_up(app)
        except Exception:
            # A database that is away comes back; until then the calls are answered by the rules that we know.
            log.exception("what is in force could not be read")
