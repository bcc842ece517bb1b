"""What every view needs, made once at start."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from handling.clock import Clock
from handling.scheme import Scheme
from hotline.settings import Settings
from hotline.telephony.prompts import Prompts
from models import Database


@dataclass(frozen=True)
class Hotline:
    settings: Settings
    database: Database
    scheme: Scheme
    clock: Clock
    prompts: Prompts


def current() -> Hotline:
    return cast(Hotline, current_app.extensions["hotline"])
