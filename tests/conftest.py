"""Fixtures that every folder shares. The real parts run; only the carrier and the clock are fakes."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import exists, func, literal, select, text, union_all
from sqlalchemy.engine import make_url

from models import Base, Database
from models.schema import upgrade_schema
from tests.fakes.clock import FakeClock

POSTGRESQL_URL = os.environ.get("HOTLINE_TEST_POSTGRESQL_URL", "")
IN_CI = os.environ.get("CI") == "true"


def missing(what: str) -> None:
    """Skip with a clear reason on a user's machine; fail in CI, where everything must be there."""
    if IN_CI:
        pytest.fail(f"{what} (required in CI)")
    pytest.skip(what)


# Whatever writes in parallel, asks cleverly or keeps accounts is tried on both databases, every page is opened on
# both, and so are two stories; the rest runs on SQLite, or CI would take too long.
ON_BOTH = [
    "races",
    "money_races",
    "roles",
    "live",
    "ledger_page",
    "board",
    "submissions",
    "stories",
    "queries",
    "search",
    "figures",
    "deliberation_figures",
    "assessment",
    "points",
    "money",
    "votes",
    "deliberation",
    "meetings",
    "alarms",
    "supervision",
    "learning",
    "retention",
    "inbound",
    "campaigns",
    "work",
    "schema",
    "story_gongzhi",
    "story_chengbei",
    "service_killed",
]
FOLDERS_ON_BOTH = ("models", "worker", "telephony")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    spared = [item for item in items if item.get_closest_marker("postgresql") and not _on_both(item.path)]
    kept = set(items) - set(spared)
    items[:] = [item for item in items if item in kept]
    config.hook.pytest_deselected(items=spared)


def _on_both(path: Path) -> bool:
    return path.parent.name in FOLDERS_ON_BOTH or path.stem.removeprefix("test_") in ON_BOTH


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database with all tables, on SQLite and on PostgreSQL. One engine serves all tests of a process, so
    that it makes the SQL of each statement once, as in service."""
    made: Database = request.getfixturevalue(f"{request.param}_database")
    if made.is_sqlite:
        _begin_with(request.getfixturevalue("migrated_sqlite"), Path(made.url.database or ""))
    yield made
    if not made.is_sqlite:
        _empty(made)
    made.close()


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return Database(f"sqlite:///{tmp_path_factory.mktemp('database') / 'hotline.sqlite3'}")


@pytest.fixture(scope="session")
def postgresql_database(migrated_postgresql: str) -> Database:
    return Database(migrated_postgresql)


def _begin_with(migrated: Path, file: Path) -> None:
    """A new file, so that whoever still holds the last test's cannot write into this one's."""
    for left in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        left.unlink(missing_ok=True)
    shutil.copy(migrated, file)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as the migrations leave it, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "hotline.sqlite3"
    made = Database(f"sqlite:///{file}")
    upgrade_schema(made)
    made.close()
    return file


@pytest.fixture(scope="session")
def migrated_postgresql() -> Iterator[str]:
    """A schema of this run's own as the migrations leave it; its URL."""
    if not POSTGRESQL_URL:
        missing("HOTLINE_TEST_POSTGRESQL_URL names no PostgreSQL server")
    schema = f"hotline_test_{os.getpid()}"
    admin = Database(POSTGRESQL_URL)
    with admin.engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    # Nothing here outlives the run: a commit need not wait for the disk.
    options = f"-csearch_path={schema} -csynchronous_commit=off"
    url = make_url(POSTGRESQL_URL).update_query_dict({"options": options})
    made = Database(url.render_as_string(hide_password=False))
    upgrade_schema(made)
    made.close()
    yield made.url.render_as_string(hide_password=False)
    with admin.engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.close()


def _empty(database: Database) -> None:
    """DELETE where there is something: TRUNCATE makes a new file for each of the tables, which takes seconds."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != "counter"]
    holding = [select(literal(table.name)).where(exists(select(1).select_from(table))) for table in tables]
    keys = [column for table in tables if (column := table.autoincrement_column) is not None]
    starts = [func.setval(func.pg_get_serial_sequence(key.table.name, key.name), 1, False) for key in keys]
    with database.engine.begin() as connection:
        filled = set(connection.scalars(union_all(*holding)))
        for table in reversed(tables):
            if table.name in filled:
                connection.execute(table.delete())
        connection.execute(select(*starts))
        connection.execute(text("UPDATE counter SET value = 1000"))
