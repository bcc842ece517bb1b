"""What every step of the worker needs."""

from dataclasses import dataclass
from functools import cached_property

from handling.community import gazetteer
from nlp.understanding import Understander

from handling.clock import Clock
from handling.scheme import Scheme
from hotline.settings import Settings
from hotline.telephony.carrier import Carrier
from hotline.worker.speech import Speech
from models import Database


@dataclass
class WorkerContext:
    settings: Settings
    database: Database
    scheme: Scheme
    clock: Clock
    carrier: Carrier
    speech: Speech

    @cached_property
    def understander(self) -> Understander:
        """Loaded once; knows the community's courtyards as they were at start."""
        with self.database.read() as session:
            return Understander.load(gazetteer=gazetteer(session))
