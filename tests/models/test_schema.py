from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import StatementError

from models import Base, Call
from models.schema import upgrade_schema
from models.search import INDEX_NAMES


def shared(_object, name, *_rest):
    return not (name or "").startswith(INDEX_NAMES)


def differences(database):
    """Between the tables that there are and those that the models describe."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": shared})
        return compare_metadata(context, Base.metadata)


def test_the_migrations_make_exactly_the_tables_that_the_models_describe(database):
    assert differences(database) == []


def test_upgrading_twice_changes_nothing(database):
    with database.write() as session:
        session.add(Call(sid="CA1", started_at=datetime(2026, 3, 9, tzinfo=UTC)))
    upgrade_schema(database)
    assert differences(database) == []
    with database.read() as session:
        assert session.query(Call).count() == 1


def test_times_come_back_aware_and_in_utc(database):
    moment = datetime(2026, 3, 9, 1, 2, 3, tzinfo=UTC)
    with database.write() as session:
        session.add(Call(sid="CA1", started_at=moment))
    with database.read() as session:
        assert session.query(Call).one().started_at == moment
        assert session.query(Call).one().started_at.tzinfo == UTC


def test_a_naive_time_is_refused(database):
    with pytest.raises(StatementError, match="naive datetime"), database.write() as session:
        session.add(Call(sid="CA1", started_at=datetime(2026, 3, 9)))  # noqa: DTZ001
