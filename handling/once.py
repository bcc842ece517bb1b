"""Rows with a unique key, written once however many processes try at the same time."""

from typing import Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import Base

Row = TypeVar("Row", bound=Base)


def insert_once(session: Session, model: type[Row], **values: Any) -> Row | None:
    """The new row, or None when one with the same unique key is there already."""
    session.flush()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(model).values(**values).on_conflict_do_nothing()
    return session.scalars(statement.returning(model)).one_or_none()
