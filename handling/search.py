"""Full-text search of the ledger. The index follows the cases by itself: whatever changes the words of a case
writes its terms in the same transaction."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    cast,
    column,
    delete,
    event,
    exists,
    func,
    insert,
    inspect,
    literal,
    literal_column,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Mapper, Session

from handling.clock import SHANGHAI
from models import Courtyard, Database, SearchEntry, Suggestion
from nlp.search_terms import Term, question_terms, text_terms

# What the page of a case shows in words.
_SEARCHED = ("text", "standard_text", "place", "feedback", "courtyard_id")
# About half a second of work: others who write wait for it on SQLite.
PORTION = 500
_fts = table("search_entry_fts", column("rowid"))


def found_by(session: Session, question: str, today: date) -> ColumnElement[bool] | None:
    """The cases in which every word of the question occurs; None when it asks for nothing that can be looked up.

    Words by their characters wherever they stand (下水), numbers however they were said (三栋, 3栋), days by their
    date (2026-11-21 finds 前天 said on the 23rd), initials (tfy)."""
    asked = question_terms(question, today)
    if not asked:
        return None
    if session.get_bind().dialect.name == "postgresql":
        terms = func.array_to_tsvector(func.string_to_array(SearchEntry.terms, literal_column("' '")))
        wanted = cast(literal(_tsquery(asked)), TSQUERY)
        return Suggestion.id.in_(select(SearchEntry.suggestion_id).where(terms.op("@@")(wanted)))
    match = literal_column("search_entry_fts").op("MATCH")(_fts5(asked))
    return Suggestion.id.in_(select(_fts.c.rowid).where(match))


def _fts5(asked: Sequence[Sequence[Sequence[Term]]]) -> str:
    def term(wanted: Term) -> str:
        return f'"{wanted[:-1]}"*' if wanted.endswith("*") else f'"{wanted}"'

    ways = (" OR ".join("(" + " AND ".join(map(term, way)) + ")" for way in word) for word in asked)
    return " AND ".join(f"({way})" for way in ways)


def _tsquery(asked: Sequence[Sequence[Sequence[Term]]]) -> str:
    def term(wanted: Term) -> str:
        return f"'{wanted[:-1]}':*" if wanted.endswith("*") else f"'{wanted}'"

    ways = (" | ".join("(" + " & ".join(map(term, way)) + ")" for way in word) for word in asked)
    return " & ".join(f"({way})" for way in ways)


def is_complete(session: Session) -> bool:
    """Whether every case is indexed; cases that came in before this version was installed are not."""
    indexed = exists().where(SearchEntry.suggestion_id == Suggestion.id)
    return session.scalar(select(Suggestion.id).where(~indexed).limit(1)) is None


def rebuild(database: Database) -> Iterator[int]:
    """Write the terms of every case anew, the oldest first, in many short transactions; yields how many are done
    after each. Safe while others work."""
    last = done = 0
    while True:
        with database.write() as session:
            ids = _rebuild_after(session, last)
        if not ids:
            return
        last, done = ids[-1], done + len(ids)
        yield done


def _rebuild_after(session: Session, last: int) -> list[int]:
    names = {row.id: _names(row) for row in session.scalars(select(Courtyard))}
    portion = _columns().where(Suggestion.id > last).order_by(Suggestion.id).limit(PORTION)
    cases = session.execute(portion.with_for_update()).all()
    ids = [case.id for case in cases]
    if ids:
        session.execute(delete(SearchEntry).where(SearchEntry.suggestion_id.in_(ids)))
        rows = [(case.id, terms_of(case, names.get(case.courtyard_id, []))) for case in cases]
        session.execute(insert(SearchEntry), [{"suggestion_id": id, "terms": terms} for id, terms in rows])
    return ids


def reindex_courtyard(session: Session, courtyard: Courtyard) -> None:
    """Its cases are found by the names that it has now."""
    session.flush()
    names = _names(courtyard)
    cases = session.execute(_columns().where(Suggestion.courtyard_id == courtyard.id)).all()
    if cases:
        # Each has words of its own: one statement with many values, in one go to the database.
        entries: Any = SearchEntry.__table__
        anew = update(entries).where(entries.c.suggestion_id == bindparam("case_id"))
        values = [{"case_id": case.id, "new_terms": terms_of(case, names)} for case in cases]
        session.connection().execute(anew.values(terms=bindparam("new_terms")), values)


def terms_of(case: Any, courtyard: Sequence[str]) -> str:
    """The terms of a case (or of a row with its columns); `courtyard`: the names of its courtyard."""
    said_on = case.received_at.astimezone(SHANGHAI).date()
    # The standard wording repeats the text for the most part.
    together = "，".join(dict.fromkeys([case.text or "", case.standard_text or "", case.feedback or ""]))
    return " ".join(text_terms(together, said_on, [case.place or "", *courtyard]))


def _columns() -> Any:
    return select(Suggestion.id, Suggestion.received_at, *(getattr(Suggestion, name) for name in _SEARCHED))


def _names(courtyard: Any) -> list[str]:
    return [courtyard.name, *courtyard.aliases]


@event.listens_for(Suggestion, "after_insert")
def _index_new(_mapper: Mapper[Any], connection: Connection, case: Suggestion) -> None:
    row = {"suggestion_id": case.id, "terms": terms_of(case, _courtyard(connection, case))}
    connection.execute(insert(SearchEntry), [row])


@event.listens_for(Suggestion, "after_update")
def _index_changed(_mapper: Mapper[Any], connection: Connection, case: Suggestion) -> None:
    state = inspect(case)
    if not any(state.attrs[name].history.has_changes() for name in _SEARCHED):
        return
    terms = terms_of(case, _courtyard(connection, case))
    changed = connection.execute(
        update(SearchEntry).where(SearchEntry.suggestion_id == case.id).values(terms=terms)
    )
    if changed.rowcount == 0:
        connection.execute(insert(SearchEntry), [{"suggestion_id": case.id, "terms": terms}])


def _courtyard(connection: Connection, case: Suggestion) -> list[str]:
    if case.courtyard_id is None:
        return []
    known = select(Courtyard.name, Courtyard.aliases).where(Courtyard.id == case.courtyard_id)
    return _names(connection.execute(known).one())
