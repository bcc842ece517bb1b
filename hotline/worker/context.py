"""What every step of the worker needs."""

from dataclasses import dataclass
from functools import cached_property

from handling.clock import Clock
from handling.lexicon_versions import understander_in_force
from handling.scheme import Scheme
from hotline.settings import Settings
from hotline.telephony.carrier import Carrier
from hotline.worker.speech import Speech
from models import Database
from nlp.understanding import Understander


@dataclass
class WorkerContext:
    settings: Settings
    database: Database
    scheme: Scheme
    clock: Clock
    carrier: Carrier
    speech: Speech
    # The edition of the rules that `scheme` is; None before the first look.
    edition: int | None = None

    @cached_property
    def understander(self) -> Understander:
        """Loaded once; `reload_words` puts another in its place when words or courtyards have changed."""
        with self.database.read() as session:
            return understander_in_force(session)
