"""Calls held by the page: each a conversation that waits for what the person at the keypad does next."""

import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handling.clock import Clock
from hotline.phone.steps import Reply, Step

# A page that was closed says nothing for so long: the call is hung up.
PATIENCE = timedelta(minutes=5)


class NoSuchCall(Exception):
    """Over, or never there."""


@dataclass
class _Held:
    conversation: Generator[Step, Reply, None]
    last_heard: datetime
    turn: int = 0
    # A conversation is not to be entered twice, however fast somebody clicks.
    lock: threading.Lock = field(default_factory=threading.Lock)


class HeldCalls:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, _Held] = {}
        self._lock = threading.Lock()

    def begin(self, sid: str, conversation: Generator[Step, Reply, None]) -> None:
        self._hang_up_forgotten()
        with self._lock:
            self._calls[sid] = _Held(conversation, self._clock.now())

    def reply(self, sid: str, turn: int, reply: Reply) -> Step | None:
        """The step that follows the caller's reply to step number `turn` (the first is asked for with turn 0);
        None when the page answers a step that is over, which it may forget. Raises NoSuchCall."""
        held = self._calls.get(sid)
        if held is None:
            raise NoSuchCall(sid)
        with held.lock:
            if turn != held.turn:
                return None
            held.turn += 1
            held.last_heard = self._clock.now()
            try:
                return held.conversation.send(reply if turn else None)
            except BaseException as error:
                self._forget(sid)
                if isinstance(error, StopIteration):
                    raise NoSuchCall(sid) from None
                raise

    def _forget(self, sid: str) -> None:
        with self._lock:
            self._calls.pop(sid, None)

    def _hang_up_forgotten(self) -> None:
        limit = self._clock.now() - PATIENCE
        with self._lock:
            old = [sid for sid, held in self._calls.items() if held.last_heard < limit]
            forgotten = [self._calls.pop(sid) for sid in old]
        for held in forgotten:
            with held.lock:
                held.conversation.close()
