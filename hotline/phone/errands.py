"""Runs what the exchange has to do a little later: deliver a message, ring a handset, give up ringing."""

import logging
import threading

from hotline.phone.callbacks import tell_call, tell_message
from hotline.phone.exchange import Errand, Exchange, Message, PhoneCall
from hotline.phone.wire import Wire

log = logging.getLogger(__name__)

# Seconds until the next look while an errand waits.
PACE = 0.2
# How long messages and calls take on their way, seconds.
TO_SENT = 0.5
TO_DELIVERED = 1.5
TO_RINGING = 0.5


class ErrandRunner:
    def __init__(self, exchange: Exchange, wire: Wire) -> None:
        self._exchange = exchange
        self._wire = wire
        self._wake = threading.Event()
        self._starting = threading.Lock()
        # One at a time: a message is sent before it is delivered.
        self._running = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Once the web server answers; further calls do nothing."""
        with self._starting:
            if self._thread is None:
                self._exchange.fail_orphans()
                self._thread = threading.Thread(target=self._run, name="exchange", daemon=True)
                self._thread.start()

    def accept(self, message: Message) -> None:
        self._exchange.add_errand(message.sid, "sent", TO_SENT)
        self._exchange.add_errand(message.sid, "delivered", TO_DELIVERED)
        self.nudge()

    def ring(self, call: PhoneCall) -> None:
        self._exchange.add_errand(call.sid, "ringing", TO_RINGING)
        self._exchange.add_errand(call.sid, "no-answer", TO_RINGING + call.timeout)
        self.nudge()

    def nudge(self) -> None:
        """An errand was added: look now."""
        self._wake.set()

    def run_due(self) -> None:
        with self._running:
            while errand := self._exchange.take_errand():
                self._do(errand)

    def _do(self, errand: Errand) -> None:
        if errand.sid.startswith("SM"):
            message = self._exchange.message(errand.sid)
            if message and self._exchange.move_message(errand.sid, errand.status):
                tell_message(self._wire, message, errand.status)
            return
        call = self._exchange.call(errand.sid)
        if call and self._exchange.move_call(errand.sid, errand.status):
            tell_call(self._wire, call, errand.status)

    def _run(self) -> None:
        waiting = True
        while True:
            self._wake.wait(timeout=PACE if waiting else None)
            self._wake.clear()
            try:
                self.run_due()
                waiting = self._exchange.errands_waiting()
            except Exception:
                # One bad callback must not silence the exchange.
                log.exception("an errand of the exchange failed")
