"""How long the pages of the desk take on a large ledger, on SQLite: python -m benchmarks.pages [--cases 100000]

The whole way of a request in one process: session, view, database, template; no network. Counted is the time of
the processor, without what else the machine does. The cases are those of benchmarks.search, shared out among
handlers, with their events; each page is asked for by who works with it.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import bindparam, insert, select, update

from benchmarks.search import NOW, fill
from handling.people import add_user
from hotline.app import create_app
from hotline.settings import Settings
from models import Database, Event, Role, Suggestion, SuggestionState, User
from models.schema import upgrade_schema

# Who works with it, and its address; {} is an open case of the handler's.
PAGES = (
    ("volunteer", "/desk/review"),
    ("handler", "/desk/mine"),
    ("handler", "/desk/cases/{}"),
    ("coordinator", "/desk/cases/{}"),
    ("coordinator", "/desk/ledger"),
    ("coordinator", "/desk/ledger?page=400"),
    ("coordinator", "/desk/ledger?search=路灯"),
    ("coordinator", "/desk/ledger?due=late"),
    ("coordinator", "/desk/residents"),
    ("coordinator", "/desk/residents?search=0042"),
    ("coordinator", "/desk/lights"),
    ("coordinator", "/desk/digest"),
    ("coordinator", "/desk/hot"),
    ("coordinator", "/desk/agenda"),
    ("coordinator", "/desk/visits"),
    ("coordinator", "/desk/inspections"),
    ("coordinator", "/desk/deliberations"),
    ("coordinator", "/desk/campaigns"),
    ("coordinator", "/desk/quality"),
    ("coordinator", "/desk/figures/cases?set=valid"),
    ("coordinator", "/desk/figures/deliberations"),
    ("coordinator", "/desk/figures/satisfaction"),
    ("coordinator", "/desk/all"),
    ("", "/board/"),
    ("", "/board/stories"),
)
PASSWORD = "a password of the benchmark"
HANDLERS, OPEN, WAITING, PUBLISHED, PORTION = 40, 900, 30, 5000, 5000
ROUNDS = 25
GOAL = 100


class StandingClock:
    def now(self) -> Any:
        return NOW


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--file", type=Path, help="keep the database, and use it again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = asked.file or Path(folder) / "pages.sqlite3"
        database = Database(f"sqlite:///{file}")
        upgrade_schema(database)
        fill(database, asked.cases)
        share_out(database, random.Random(7))
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
        measure(database, Path(folder))
        database.close()


def share_out(database: Database, chance: random.Random) -> None:
    """Most is done; a month's work is open, a morning's waits for review; stories of years are on the board."""
    with database.write() as session:
        if session.scalar(select(User.id).limit(1)):
            return
        for username, role in (("volunteer", Role.VOLUNTEER), ("coordinator", Role.COORDINATOR)):
            add_user(session, username=username, name=username, password=PASSWORD, role=role, now=NOW)
        add_user(session, username="handler", name="王芳", password=PASSWORD, role=Role.HANDLER, now=NOW)
        first = session.scalars(select(User).where(User.username == "handler")).one()
        others = [
            {
                "username": f"u{n}",
                "name": f"办理人{n}",
                "password_hash": "",
                "role": Role.HANDLER,
                "created_at": NOW,
            }
            for n in range(HANDLERS)
        ]
        session.execute(insert(User), others)
        handlers = [first.id, *session.scalars(select(User.id).where(User.username.startswith("u")))]
        keys = list(session.scalars(select(Suggestion.id).order_by(Suggestion.received_at.desc())))
        table = Suggestion.__table__
        changes = [changed(key, n, handlers, chance) for n, key in enumerate(keys)]
        names = [name for name in changes[0] if name != "key"]
        put = update(table).where(table.c.id == bindparam("key")).values({name: bindparam(name) for name in names})
        session.connection().execute(put, changes)
        for start in range(0, len(keys), PORTION):
            session.execute(insert(Event), list(events(keys[start : start + PORTION], chance)))


def changed(key: int, n: int, handlers: list[int], chance: random.Random) -> dict[str, Any]:
    """n: how many came later."""
    state, step = SuggestionState.DONE, "incentive"
    if n < WAITING:
        state, step = SuggestionState.REVIEW, "collect"
    elif n < WAITING + OPEN:
        state, step = SuggestionState.HANDLING, "handle"
    ended = NOW - timedelta(minutes=chance.randrange(400_000)) if state is SuggestionState.DONE else None
    on_board = ended is not None and n < PUBLISHED + WAITING + OPEN
    return {
        "key": key,
        "state": state,
        "step": step,
        "handler_id": None if state is SuggestionState.REVIEW else chance.choice(handlers),
        "done_at": ended,
        "answered_at": ended,
        "feedback": "院子里的灯换好了" if on_board else "",
        "published_at": ended if on_board else None,
        "due": NOW + timedelta(hours=chance.randrange(-60, 400)),
    }


def events(keys: list[int], chance: random.Random) -> Iterator[dict[str, Any]]:
    for key in keys:
        at = NOW - timedelta(minutes=chance.randrange(500_000))
        for kind in ("received", "reviewed", "assign", "progress", "finish"):
            yield {"suggestion_id": key, "at": at, "kind": kind}
            at += timedelta(hours=chance.randrange(1, 40))


def measure(database: Database, home: Path) -> None:
    app = create_app(
        Settings.model_validate(
            {
                "HOTLINE_HOME": home,
                "HOTLINE_DATABASE_URL": database.url.render_as_string(hide_password=False),
                "HOTLINE_PUBLIC_URL": "http://127.0.0.1",
                "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
                "TWILIO_AUTH_TOKEN": "a-token-of-the-benchmark",
                "TWILIO_NUMBER": "+862885550000",
            }
        ),
        StandingClock(),
    )
    app.config["WTF_CSRF_ENABLED"] = False
    clients = {who: signed_in(app.test_client(), who) for who, _ in PAGES}
    with database.read() as session:
        mine = session.scalars(
            select(Suggestion.number)
            .join(User, Suggestion.handler_id == User.id)
            .where(User.username == "handler", Suggestion.state == SuggestionState.HANDLING)
        ).first()
    print(f"{'page':<44} {'p50 ms':>8} {'p95 ms':>8} {'KB':>6}")
    for who, path in PAGES:
        times, weight = [], 0
        for _ in range(ROUNDS + 2):
            began = time.process_time()
            answer = clients[who].get(path.format(mine), headers={"Accept": "text/html"})
            times.append((time.process_time() - began) * 1000)
            assert answer.status_code == 200, (path, answer.status)
            weight = len(answer.data)
        # The first ones load templates and the disk.
        times = sorted(times[2:])
        late = times[int(len(times) * 0.95)]
        mark = "" if late < GOAL else "  over"
        print(f"{who + ' ' + path:<44} {median(times):>8.1f} {late:>8.1f} {weight / 1000:>6.0f}{mark}", flush=True)
    app.extensions["hotline"].database.close()


def signed_in(client: FlaskClient, who: str) -> FlaskClient:
    if who:
        answer = client.post("/desk/login", data={"username": who, "password": PASSWORD})
        assert answer.status_code == 302, answer.status
    return client


if __name__ == "__main__":
    main()
