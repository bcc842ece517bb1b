"""Fixtures that every folder shares. The real parts run; only the carrier and the clock are fakes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from models import Database
from models.schema import upgrade_schema
from tests.fakes.clock import FakeClock

POSTGRESQL_URL = os.environ.get("HOTLINE_TEST_POSTGRESQL_URL", "")
IN_CI = os.environ.get("CI") == "true"


def missing(what: str) -> None:
    """Skip with a clear reason on a user's machine; fail in CI, where everything must be there."""
    if IN_CI:
        pytest.fail(f"{what} (required in CI)")
    pytest.skip(what)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database with all tables, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'hotline.sqlite3'}")
        upgrade_schema(made)
        yield made
        made.close()
    else:
        yield from _postgresql(tmp_path)


def _postgresql(tmp_path: Path) -> Iterator[Database]:
    if not POSTGRESQL_URL:
        missing("HOTLINE_TEST_POSTGRESQL_URL names no PostgreSQL server")
    # A schema of its own: tests may run beside each other and beside other data.
    schema = f"hotline_test_{os.getpid()}_{abs(hash(tmp_path)) % 10**8}"
    admin = Database(POSTGRESQL_URL)
    with admin.engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(POSTGRESQL_URL).update_query_dict({"options": f"-csearch_path={schema}"})
    made = Database(url.render_as_string(hide_password=False))
    try:
        upgrade_schema(made)
        yield made
    finally:
        made.close()
        with admin.engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.close()
