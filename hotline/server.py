"""The web server of this machine and the worker beside it."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import waitress

from hotline.app import create_app
from hotline.desk.live import MOST_STREAMS
from hotline.settings import Settings

log = logging.getLogger(__name__)

RESTART_PAUSE = 3.0
# A page of the desk that listens for news holds a thread (`hotline.desk.live.MOST_STREAMS`); eight answer requests.
THREADS = 8 + MOST_STREAMS


def serve_web(settings: Settings, host: str, port: int) -> None:
    """Until SIGTERM or Ctrl-C."""
    signal.signal(signal.SIGTERM, _stop)
    # A short queue is not news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    waitress.serve(
        create_app(settings),
        host=host,
        port=port,
        threads=THREADS,
        ident="hotline",
        # Login limits count by address: the TLS proxy of this machine says whose it is, nobody else may.
        trusted_proxy="127.0.0.1",
        trusted_proxy_headers="x-forwarded-for",
        clear_untrusted_proxy_headers=True,
    )


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


@contextmanager
def supervised_worker(*, enabled: bool = True) -> Iterator[None]:
    """`hotline worker` as a child process, started again whenever it dies."""
    if not enabled:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_keep_running, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


def _keep_running(stop: threading.Event) -> None:
    while not stop.is_set():
        # A killed server takes its worker along.
        command = [sys.executable, "-m", "hotline", "worker", "--parent", str(os.getpid())]
        child = subprocess.Popen(command)  # noqa: S603 (our own program)
        while child.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            child.terminate()
            child.wait()
            return
        log.error("the worker ended (exit code %s) and is started again", child.returncode)
        stop.wait(RESTART_PAUSE)
