"""Engine and sessions for SQLite (one machine) and PostgreSQL (many)."""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker


class Database:
    """`with db.write() as session:` is one transaction, committed at the end or rolled back by any error;
    `with db.read() as session:` is for pages and never holds SQLite's write lock.

    url: an SQLAlchemy URL; `postgresql://` means the psycopg 3 driver.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(parsed, connect_args={"timeout": 30})
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self.engine = create_engine(parsed, pool_pre_ping=True)
        self._turn: AbstractContextManager[object] = nullcontext()
        if self.is_sqlite and parsed.database:
            self._turn = _Turn(Path(f"{parsed.database}.turn"))
        reader = self.engine.execution_options(sqlite_begin="DEFERRED") if self.is_sqlite else self.engine
        self._writers = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(reader, expire_on_commit=False, autoflush=False)

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._turn, self._writers.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._readers() as session:
            yield session

    def close(self) -> None:
        self.engine.dispose()


class _Turn:
    """Whose turn it is to write. SQLite takes one writer at a time, and who is refused sleeps up to 100 ms before
    asking again, so a webhook could wait for seconds behind a busy worker. Threads queue up at a lock, processes
    at a locked file, whose waiters the kernel wakes at once. It is a courtesy only: SQLite's own lock decides."""

    def __init__(self, path: Path) -> None:
        self._threads = threading.Lock()
        self._path = path
        self._file: IO[bytes] | None = None

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            if self._file is None:
                self._file = self._path.open("ab")
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except OSError:
            self._threads.release()
            raise

    def __exit__(self, *_: object) -> None:
        assert self._file
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The sqlite3 module must not begin transactions by itself: see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: what a carrier was told is committed survives a power cut (NORMAL may lose the last commits).
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # IMMEDIATE: a transaction that reads and then writes would otherwise fail with SQLITE_BUSY_SNAPSHOT
    # when another process wrote in between, and no waiting would help it.
    mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")
