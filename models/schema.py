"""Bring a database to the present tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from models.engine import Database


def upgrade_schema(database: Database) -> None:
    """Run the migrations that this database lacks. Safe to repeat; a lock on PostgreSQL keeps two starting
    machines from running them at once (SQLite's write lock does the same)."""
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(874210)")
        command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
