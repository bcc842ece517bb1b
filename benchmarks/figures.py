"""How long the pages of figures take on a large ledger.

    python -m benchmarks.figures [--cases 100000] [--url postgresql://…]

Fills an empty database with made-up cases of three years (SQLite in a temporary folder unless a URL is given; on
PostgreSQL in a schema that is dropped again), and prints the seconds of each part.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from handling.calendar import load_calendar
from handling.community import set_up_community
from handling.figures.counts import figure_cases, measure, measure_by
from handling.figures.parts import DIMENSIONS, Scope
from handling.lights import lights_board
from handling.scheme import Scheme, load_scheme
from handling.scheme.indicators import indicator_figures
from handling.supervision import deeds_due
from models import (
    Channel,
    Courtyard,
    Database,
    Event,
    Rating,
    Resident,
    Role,
    Suggestion,
    SuggestionState,
    Urgency,
    User,
)
from models.schema import upgrade_schema

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SCHEMA = "hotline_benchmark_figures"
PEOPLE, RESIDENTS = 104, 7000
DOMAINS = ("公共设施维护", "环境卫生", "安全隐患", "停车交通", "物业管理", "邻里纠纷", "养老助老")
PORTION = 5000


def fill(session: Session, scheme: Scheme, count: int, chance: random.Random) -> None:
    set_up_community(session, scheme)
    people = [
        {"username": f"u{i}", "name": f"办理人{i}", "password_hash": "", "role": Role.HANDLER, "created_at": NOW}
        for i in range(PEOPLE)
    ]
    session.execute(insert(User), people)
    numbers = [{"phone": f"+86138{i:08d}", "created_at": NOW} for i in range(RESIDENTS)]
    session.execute(insert(Resident), numbers)
    places = [(c.id, c.station_id) for c in session.query(Courtyard)]
    for start in range(0, count, PORTION):
        cases = [made_case(1001 + i, chance, places) for i in range(start, min(start + PORTION, count))]
        session.execute(insert(Suggestion), cases)
    session.flush()
    keys = {row.number: row.id for row in session.execute(text("SELECT id, number FROM suggestion"))}
    add_events(session, keys, chance)


def made_case(number: int, chance: random.Random, places: list[tuple[int, int | None]]) -> dict[str, object]:
    received = NOW - timedelta(minutes=chance.randrange(3 * 365 * 24 * 60))
    courtyard, station = chance.choice(places)
    old = NOW - received > timedelta(days=40)
    ended = received + timedelta(hours=chance.expovariate(1 / 90)) if old or chance.random() < 0.5 else None
    done = ended is not None and ended < NOW
    state = SuggestionState.DONE if done else SuggestionState.HANDLING
    if chance.random() < 0.08:
        state = SuggestionState.INVALID
    return {
        "number": number,
        "channel": chance.choice(list(Channel)),
        "received_at": received,
        "resident_id": chance.randrange(RESIDENTS) + 1,
        "text": "院子里的灯坏了",
        "domain": chance.choice(DOMAINS),
        "courtyard_id": courtyard,
        "station_id": station,
        "urgency": Urgency.NORMAL,
        "state": state,
        "scheme": "chengbei",
        "step": "handle",
        "level": chance.choice("ABC"),
        "handler_id": chance.randrange(PEOPLE) + 1,
        "due": received + timedelta(days=7),
        "first_answered_at": received + timedelta(hours=5),
        "answered_at": ended if done else None,
        "answered_in_time": ended < received + timedelta(days=7) if ended and done else None,
        "converted_at": ended if done and chance.random() < 0.6 else None,
        "done_at": ended if done else None,
        "version": 1,
    }


def add_events(session: Session, keys: dict[int, int], chance: random.Random) -> None:
    kinds = ("received", "reviewed", "assign", "finish", "publish")
    ids = list(keys.values())
    for start in range(0, len(ids), PORTION):
        part = ids[start : start + PORTION]
        events, ratings = [], []
        for case_id in part:
            at = NOW - timedelta(minutes=chance.randrange(3 * 365 * 24 * 60))
            for kind in kinds:
                events.append({"suggestion_id": case_id, "at": at, "kind": kind})
                at += timedelta(hours=chance.randrange(1, 40))
            if chance.random() < 0.4:
                score = chance.choice((3, 4, 5, 5))
                ratings.append({"suggestion_id": case_id, "requested_at": at, "score": score, "rated_at": at})
        session.execute(insert(Event), events)
        session.execute(insert(Rating), ratings)


@contextmanager
def empty_database(url: str | None) -> Iterator[Database]:
    if url is None:
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{Path(folder) / 'figures.sqlite3'}")
            upgrade_schema(database)
            yield database
            database.close()
        return
    admin = Database(url)
    with admin.engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    own = make_url(url).update_query_dict({"options": f"-csearch_path={SCHEMA}"})
    database = Database(own.render_as_string(hide_password=False))
    upgrade_schema(database)
    yield database
    database.close()
    with admin.engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
    admin.close()


def timed(name: str, work: Callable[[], object]) -> None:
    began = time.perf_counter()
    work()
    print(f"{name:<42}{time.perf_counter() - began:6.2f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--url")
    wanted = parser.parse_args()
    scheme = load_scheme("chengbei")
    with empty_database(wanted.url) as database:
        with database.write() as session:
            fill(session, scheme, wanted.cases, random.Random(7))
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
        year = Scope(received_from=NOW - timedelta(days=365))
        with database.read() as session:
            load_calendar(session)
            print(f"{wanted.cases} cases, {database.engine.dialect.name}")
            for name, scope in (("three years", Scope()), ("one year", year)):
                timed(f"the summary, {name}", lambda scope=scope: measure(session, scheme, scope, now=NOW))
            for code in DIMENSIONS:
                timed(f"by {code}, one year", lambda code=code: measure_by(session, scheme, code, year, now=NOW))
            timed("a list behind a figure", lambda: figure_cases(session, "not_in_time", year, now=NOW, page=3))
            timed("the lights of everybody", lambda: lights_board(session, scheme, now=NOW))
            timed("a minute's round of supervision", lambda: deeds_due(session, scheme, now=NOW))
            jintu = load_scheme("jintu")
            timed("eight indicators, one year", lambda: indicator_figures(session, jintu, year, now=NOW))


if __name__ == "__main__":
    main()
