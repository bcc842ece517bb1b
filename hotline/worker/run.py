"""The worker process: a thread for each kind of work, and APScheduler as the clock."""

import logging
import os
import threading
from collections.abc import Callable
from time import monotonic, sleep

from apscheduler.schedulers.background import BackgroundScheduler

from handling.clock import SystemClock
from hotline.in_force import rules_at_start
from hotline.settings import Settings
from hotline.telephony.twilio_carrier import TwilioCarrier
from hotline.worker.alarms import repeat_alarms
from hotline.worker.campaigns import end_campaigns, invite_residents
from hotline.worker.casework import mark_platforms
from hotline.worker.context import WorkerContext
from hotline.worker.deliberations import move_deliberations_on, tell_households
from hotline.worker.learning import learn_keywords, reload_rules, reload_words
from hotline.worker.outbox import ask_for_receipts, look_up_notice, send_notice
from hotline.worker.recordings import delete_at_carrier, fetch_recording, transcribe_recording
from hotline.worker.retention import delete_what_is_over
from hotline.worker.speech import PooledSpeech
from hotline.worker.supervision import look_at_planned_cases, send_morning_list, supervise_cases
from hotline.worker.sweeps import end_forgotten_calls
from hotline.worker.texts import process_text
from models import Database

log = logging.getLogger(__name__)

# Seconds between two looks at an empty table. The tables are the queue: nothing else has to be told.
IDLE = 0.25
AFTER_ERROR = 5.0
# Seconds for the work at hand when the process is asked to end.
FAREWELL = 20.0
# Parallel downloads: one slow recording must not hold up the others.
FETCHERS = 3


class Worker:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = threading.Event()
        self._asked_to_stop = False
        database = Database(settings.database_url)
        self.context = WorkerContext(
            settings=settings,
            database=database,
            scheme=rules_at_start(database, settings).scheme,
            clock=SystemClock(),
            carrier=TwilioCarrier(settings),
            speech=PooledSpeech(settings),
        )

    def run(self, parent: int | None = None) -> None:
        """Until `stop`, or until the process `parent` that started us is gone."""
        _ = self.context.understander  # a second of loading, before work waits for it
        steps = [
            *[fetch_recording] * FETCHERS,
            *[transcribe_recording] * self._settings.speech_processes,
            process_text,
            send_notice,
            look_up_notice,
        ]
        threads = [threading.Thread(target=self._repeat, args=(s,), name=s.__name__, daemon=True) for s in steps]
        clock = self._start_clock()
        for thread in threads:
            thread.start()
        while not self._asked_to_stop and (parent is None or os.getppid() == parent):
            sleep(0.5)
        self._stop.set()
        clock.shutdown(wait=False)
        # What is being done is finished; what takes too long is given up and its lease runs out.
        end = monotonic() + FAREWELL
        for thread in threads:
            thread.join(timeout=max(0.0, end - monotonic()))
        self.context.speech.close()

    def stop(self) -> None:
        """For a signal handler: it interrupts the main thread anywhere, so it may touch no lock."""
        self._asked_to_stop = True

    def _repeat(self, step: Callable[[WorkerContext], bool]) -> None:
        while not self._stop.is_set():
            try:
                if not step(self.context):
                    self._stop.wait(IDLE)
            except Exception:
                if self._stop.is_set():
                    return
                # The row's lease runs out and it is tried again; the other rows must not wait for it.
                log.exception("%s failed", step.__name__)
                self._stop.wait(AFTER_ERROR)

    def _start_clock(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler()
        scheduler.add_job(
            learn_keywords, "cron", (self.context,), day_of_week="sun", hour=3, max_instances=1, coalesce=True
        )
        scheduler.add_job(
            delete_what_is_over, "cron", (self.context,), hour=3, minute=30, max_instances=1, coalesce=True
        )
        sweeps = (
            (5, delete_at_carrier),
            (5, invite_residents),
            (60, end_campaigns),
            (60, move_deliberations_on),
            (5, tell_households),
            (5, reload_words),
            (5, reload_rules),
            (5, repeat_alarms),
            (60, ask_for_receipts),
            (60, end_forgotten_calls),
            (300, mark_platforms),
            (60, supervise_cases),
            (60, look_at_planned_cases),
            (60, send_morning_list),
        )
        for seconds, sweep in sweeps:
            scheduler.add_job(sweep, "interval", (self.context,), seconds=seconds, max_instances=1, coalesce=True)
        scheduler.start()
        return scheduler
