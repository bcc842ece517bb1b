"""The pretend exchange's memory: messages, calls and recordings of both directions.

Lives in SQLite and files under HOTLINE_HOME/phone, because the terminal's `hotline call` and the web server
are two processes at one exchange. Knows nothing of the hotline's own database, as a carrier does not."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from handling.clock import Clock
from hotline.phone.wire import Exchanged

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    sid TEXT PRIMARY KEY, direction TEXT NOT NULL, from_number TEXT NOT NULL, to_number TEXT NOT NULL,
    body TEXT NOT NULL, status TEXT NOT NULL, status_callback TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS call (
    sid TEXT PRIMARY KEY, direction TEXT NOT NULL, from_number TEXT NOT NULL, to_number TEXT NOT NULL,
    status TEXT NOT NULL, twiml TEXT NOT NULL, url TEXT NOT NULL, status_callback TEXT NOT NULL,
    status_events TEXT NOT NULL, timeout INTEGER NOT NULL, seconds INTEGER NOT NULL,
    created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS recording (
    sid TEXT PRIMARY KEY, call_sid TEXT NOT NULL, seconds INTEGER NOT NULL, status TEXT NOT NULL,
    created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS errand (
    id INTEGER PRIMARY KEY, due_at TEXT NOT NULL, sid TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS traffic (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    params TEXT NOT NULL, signature TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL,
    milliseconds INTEGER NOT NULL);
"""

# A receipt only moves forward; what stands last is terminal.
MESSAGE_STATUSES = ("queued", "sending", "sent", "delivered")
CALL_OVER = ("completed", "busy", "failed", "no-answer", "canceled")
# So many of the last webhooks are kept.
TRAFFIC_KEPT = 200


@dataclass(frozen=True)
class Message:
    """`direction`: inbound (to the hotline), outbound-api or outbound-reply."""

    sid: str
    direction: str
    from_number: str
    to_number: str
    body: str
    status: str
    status_callback: str
    created_at: datetime


@dataclass(frozen=True)
class PhoneCall:
    """`timeout`: seconds that an outbound call rings; `status_events`: words, blank-separated."""

    sid: str
    direction: str
    from_number: str
    to_number: str
    status: str
    twiml: str
    url: str
    status_callback: str
    status_events: str
    timeout: int
    seconds: int
    created_at: datetime


@dataclass(frozen=True)
class StoredRecording:
    sid: str
    call_sid: str
    seconds: int
    status: str
    created_at: datetime


@dataclass(frozen=True)
class Errand:
    """At `due_at` the message or call `sid` becomes `status`, and its owner is told."""

    id: int
    due_at: datetime
    sid: str
    status: str


@dataclass(frozen=True)
class Webhook:
    """A request to the hotline. `params`: a JSON object; `answer`: the body, TwiML or nothing."""

    id: int
    at: datetime
    method: str
    path: str
    params: str
    signature: str
    status: int
    answer: str
    milliseconds: int


Row = TypeVar("Row", Message, PhoneCall, StoredRecording, Errand, Webhook)


def new_sid(kind: str) -> str:
    """`kind`: CA call, SM message, RE recording."""
    return kind + secrets.token_hex(16)


class Exchange:
    """Safe for several threads and processes: every method is one short transaction."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self._database = folder / "exchange.sqlite3"
        self._recordings = folder / "recordings"
        self._recordings.mkdir(parents=True, exist_ok=True)
        with self._transaction() as db:
            db.executescript(SCHEMA)
            db.execute(
                "INSERT INTO identity SELECT ? WHERE NOT EXISTS (SELECT 1 FROM identity)",
                (secrets.token_hex(8),),
            )

    @property
    def identity(self) -> str:
        """Tells whether another process means the same exchange."""
        with self._transaction() as db:
            return str(db.execute("SELECT id FROM identity").fetchone()[0])

    # messages

    def add_message(
        self, direction: str, from_number: str, to_number: str, body: str, *, status: str, callback: str = ""
    ) -> Message:
        message = Message(
            new_sid("SM"), direction, from_number, to_number, body, status, callback, self.clock.now()
        )
        self._insert("message", message)
        return message

    def message(self, sid: str) -> Message | None:
        return self._one(Message, "SELECT * FROM message WHERE sid = ?", sid)

    def messages(self, *, to: str = "", from_: str = "") -> list[Message]:
        """Newest first, as the carrier lists them."""
        return self._all(
            Message,
            "SELECT * FROM message WHERE ? IN ('', to_number) AND ? IN ('', from_number)"
            " ORDER BY created_at DESC, rowid DESC",
            to,
            from_,
        )

    def messages_of(self, number: str) -> list[Message]:
        """What a handset shows: both directions, oldest first; ours to send are seen once delivered."""
        return self._all(
            Message,
            "SELECT * FROM message WHERE from_number = ? OR (to_number = ? AND status = 'delivered')"
            " ORDER BY created_at, rowid",
            number,
            number,
        )

    def move_message(self, sid: str, status: str) -> bool:
        """False when it is there already or further."""
        earlier = MESSAGE_STATUSES[: MESSAGE_STATUSES.index(status)]
        marks = ", ".join("?" * len(earlier))
        with self._transaction() as db:
            changed = db.execute(
                f"UPDATE message SET status = ? WHERE sid = ? AND status IN ({marks})",  # noqa: S608 (our own names; values are bound)
                (status, sid, *earlier),
            )
            return changed.rowcount == 1

    def remove_message(self, sid: str) -> bool:
        with self._transaction() as db:
            return db.execute("DELETE FROM message WHERE sid = ?", (sid,)).rowcount == 1

    # calls

    def add_call(
        self,
        direction: str,
        from_number: str,
        to_number: str,
        *,
        status: str,
        twiml: str = "",
        url: str = "",
        callback: str = "",
        events: str = "completed",
        timeout: int = 60,
    ) -> PhoneCall:
        call = PhoneCall(
            new_sid("CA"), direction, from_number, to_number, status,
            twiml, url, callback, events, timeout, 0, self.clock.now(),
        )  # fmt: skip
        self._insert("call", call)
        return call

    def call(self, sid: str) -> PhoneCall | None:
        return self._one(PhoneCall, "SELECT * FROM call WHERE sid = ?", sid)

    def calls(self, *, to: str = "", from_: str = "", status: str = "") -> list[PhoneCall]:
        """Newest first."""
        return self._all(
            PhoneCall,
            "SELECT * FROM call WHERE ? IN ('', to_number) AND ? IN ('', from_number) AND ? IN ('', status)"
            " ORDER BY created_at DESC, rowid DESC",
            to,
            from_,
            status,
        )

    def move_call(self, sid: str, status: str, seconds: int = 0) -> bool:
        """False when the call is over already: of an answer and a time-out in the same moment one wins."""
        waiting = ("queued", "ringing") if status in ("in-progress", "ringing", "no-answer") else ()
        marks = ", ".join("?" * len(waiting or CALL_OVER))
        condition = f"IN ({marks})" if waiting else f"NOT IN ({marks})"
        with self._transaction() as db:
            changed = db.execute(
                f"UPDATE call SET status = ?, seconds = ? WHERE sid = ? AND status {condition}",  # noqa: S608 (our own names; values are bound)
                (status, seconds, sid, *(waiting or CALL_OVER)),
            )
            return changed.rowcount == 1

    def fail_orphans(self) -> None:
        """Calls of ours that a stopped server left behind, which nobody will ever end."""
        for call in self.calls(status="in-progress"):
            if call.direction == "outbound-api":
                self.add_errand(call.sid, "failed", after=0)

    # recordings

    def add_recording(self, call_sid: str, wav: bytes, seconds: int) -> StoredRecording:
        recording = StoredRecording(new_sid("RE"), call_sid, seconds, "completed", self.clock.now())
        self._sound_file(recording.sid).write_bytes(wav)
        self._insert("recording", recording)
        return recording

    def recording(self, sid: str) -> StoredRecording | None:
        return self._one(StoredRecording, "SELECT * FROM recording WHERE sid = ?", sid)

    def sound(self, sid: str) -> bytes | None:
        """WAV, 8 kHz; None when there is none or no longer one."""
        recording = self.recording(sid)
        if recording is None or recording.status != "completed":
            return None
        return self._sound_file(sid).read_bytes()

    def delete_recording(self, sid: str) -> bool:
        with self._transaction() as db:
            found = db.execute(
                "UPDATE recording SET status = 'deleted' WHERE sid = ? AND status = 'completed'", (sid,)
            )
            if found.rowcount == 0:
                return False
        self._sound_file(sid).unlink(missing_ok=True)
        return True

    # errands

    def add_errand(self, sid: str, status: str, after: float) -> None:
        due_at = self.clock.now() + timedelta(seconds=after)
        with self._transaction() as db:
            db.execute("INSERT INTO errand (due_at, sid, status) VALUES (?, ?, ?)", (_stored(due_at), sid, status))

    def take_errand(self) -> Errand | None:
        """The next one that is due; it is nobody else's from now on."""
        with self._transaction() as db:
            row = db.execute(
                "DELETE FROM errand WHERE id = (SELECT id FROM errand WHERE due_at <= ?"
                " ORDER BY due_at, id LIMIT 1) RETURNING *",
                (_stored(self.clock.now()),),
            ).fetchone()
        return _loaded(Errand, row) if row else None

    def errands_waiting(self) -> bool:
        with self._transaction() as db:
            return db.execute("SELECT 1 FROM errand LIMIT 1").fetchone() is not None

    # webhooks, for who watches them

    def add_webhook(self, exchanged: Exchanged) -> None:
        values = (
            _stored(self.clock.now()),
            exchanged.method,
            urlsplit(exchanged.url).path,
            json.dumps(dict(exchanged.params), ensure_ascii=False),
            exchanged.signature,
            exchanged.answer.status,
            exchanged.answer.body.decode(errors="replace"),
            round(exchanged.seconds * 1000),
        )
        with self._transaction() as db:
            added = db.execute(
                "INSERT INTO traffic (at, method, path, params, signature, status, answer, milliseconds)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            db.execute("DELETE FROM traffic WHERE id <= ?", ((added.lastrowid or 0) - TRAFFIC_KEPT,))

    def webhooks(self, after: int = 0) -> list[Webhook]:
        """Newest first; `after`: only those that came after this one."""
        return self._all(Webhook, "SELECT * FROM traffic WHERE id > ? ORDER BY id DESC", after)

    def _sound_file(self, sid: str) -> Path:
        return self._recordings / f"{sid}.wav"

    def _insert(self, table: str, row: Message | PhoneCall | StoredRecording) -> None:
        values = {k: _stored(v) for k, v in asdict(row).items()}
        marks = ", ".join(f":{name}" for name in values)
        with self._transaction() as db:
            db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", values)  # noqa: S608 (our own names; values are bound)

    def _one(self, kind: type[Row], sql: str, *values: str) -> Row | None:
        return next(iter(self._all(kind, sql, *values)), None)

    def _all(self, kind: type[Row], sql: str, *values: str | int) -> list[Row]:
        with self._transaction() as db:
            return [_loaded(kind, row) for row in db.execute(sql, values)]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._database, timeout=10)
        db.row_factory = sqlite3.Row
        try:
            with db:
                yield db
        finally:
            db.close()


def _stored(value: Any) -> Any:
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value


def _loaded(kind: type[Row], row: sqlite3.Row) -> Row:
    values: dict[str, Any] = {
        f.name: datetime.fromisoformat(row[f.name]) if f.type is datetime else row[f.name] for f in fields(kind)
    }
    return kind(**values)
