"""The web server of this machine and the worker beside it."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import waitress

from hotline.app import create_app
from hotline.desk.live import MOST_STREAMS
from hotline.in_force import keep_up
from hotline.settings import OWN_SCHEME, Settings

log = logging.getLogger(__name__)

RESTART_PAUSE = 3.0
# A page of the desk that listens for news holds a thread (`hotline.desk.live.MOST_STREAMS`); eight answer
# requests.
THREADS = 8 + MOST_STREAMS


def serve_web(settings: Settings, host: str, port: int) -> None:
    """Until SIGTERM or Ctrl-C."""
    signal.signal(signal.SIGTERM, _stop)
    # A short queue is not news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = create_app(settings)
    threading.Thread(target=keep_up, args=(app, threading.Event()), name="keep_up", daemon=True).start()
    waitress.serve(
        app,
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
def supervised_worker(home: Path, *, enabled: bool = True) -> Iterator[None]:
    """`hotline worker` as a child process, started again when it dies or the setup pages write the scheme."""
    if not enabled:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_keep_running, args=(stop, home / OWN_SCHEME), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


def _keep_running(stop: threading.Event, scheme: Path) -> None:
    while not stop.is_set():
        # A killed server takes its worker along.
        command = [sys.executable, "-m", "hotline", "worker", "--parent", str(os.getpid())]
        written = _written_at(scheme)
        child = subprocess.Popen(command)  # noqa: S603 (our own program)
        while child.poll() is None and not stop.wait(0.2) and _written_at(scheme) == written:
            pass
        if child.poll() is None:
            child.terminate()
            child.wait()
            continue
        if stop.is_set():
            return
        log.error("the worker ended (exit code %s) and is started again", child.returncode)
        stop.wait(RESTART_PAUSE)


def _written_at(path: Path) -> int:
    """Nanoseconds; 0 while there is no such file."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
