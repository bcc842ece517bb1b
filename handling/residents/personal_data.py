"""PIPL articles 44 to 47: a resident may know, copy and have deleted what is kept about them."""

from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from handling.anonymising import anonymise_case, erase_recordings, silence_calls, silence_notices, silence_texts
from handling.clock import SHANGHAI
from handling.residents import ERASED
from handling.scheme import Scheme
from handling.status import OPEN_STATES
from models import (
    Answer,
    Ballot,
    Base,
    Call,
    Comment,
    Consent,
    Erasure,
    Notice,
    Participation,
    Recording,
    Relative,
    Resident,
    ResidentPhone,
    Suggestion,
    Text,
    User,
)

__all__ = ["ErasureRefused", "erase_resident", "resident_data"]

# Told in words of their own below.
TOLD = frozenset(("suggestion", "call", "text", "notice", "erasure"))


class ErasureRefused(Exception):
    """The message says in Chinese what has to be finished first."""


def resident_data(session: Session, resident: Resident) -> dict[str, Any]:
    """Everything about one resident as JSON values; times in Shanghai. Tables that other features bring are
    found by their reference to the resident."""
    others = {
        table.name: rows
        for table in Base.metadata.sorted_tables
        if table.name not in TOLD and (rows := _rows_about(session, table, resident.id))
    }
    cases = (
        select(Suggestion)
        .where(Suggestion.resident_id == resident.id)
        .options(selectinload(Suggestion.events), selectinload(Suggestion.ratings))
        .order_by(Suggestion.id)
    )
    calls = select(Call).where(Call.resident_id == resident.id).options(selectinload(Call.recordings))
    texts = select(Text).where(Text.resident_id == resident.id).order_by(Text.id)
    answers = select(Answer).join(Participation).where(Participation.resident_id == resident.id)
    notices = select(Notice).where(Notice.resident_id == resident.id).order_by(Notice.id)
    return {
        "resident": _row(resident.__table__, resident),
        **others,
        "cases": [_case(case) for case in session.scalars(cases)],
        "calls": [
            {
                "at": plain(call.started_at),
                "number": call.from_number,
                "recordings": [
                    {
                        "at": plain(recording.announced_at),
                        "seconds": recording.seconds,
                        "kept": bool(recording.path),
                    }
                    for recording in call.recordings
                ],
            }
            for call in session.scalars(calls.order_by(Call.id))
        ],
        "answers": [
            {"at": plain(answer.answered_at), "question": answer.question.text, "value": answer.value}
            | {"text": answer.text}
            for answer in session.scalars(answers.options(joinedload(Answer.question)).order_by(Answer.id))
        ],
        "texts": [
            {"at": plain(text.received_at), "number": text.from_number, "body": text.body}
            for text in session.scalars(texts)
        ],
        "notices": [
            {"at": plain(notice.created_at), "to": notice.to_number, "body": notice.body}
            for notice in session.scalars(notices)
        ],
    }


def _rows_about(session: Session, table: Table, resident_id: int) -> list[dict[str, Any]]:
    columns = [
        column for column in table.columns if any(k.column.table.name == "resident" for k in column.foreign_keys)
    ]
    if not columns:
        return []
    rows = session.execute(select(table).where(or_(*(column == resident_id for column in columns)))).mappings()
    return [{key: plain(value) for key, value in row.items()} for row in rows]


def _case(case: Suggestion) -> dict[str, Any]:
    told = ("number", "channel", "received_at", "text", "standard_text", "place", "domain", "demand_type", "level")
    values = {name: plain(getattr(case, name)) for name in (*told, "state", "due", "done_at", "feedback")}
    events = [{"at": plain(event.at), "kind": event.kind, "note": event.note} for event in case.events]
    return values | {"events": events, "ratings": [rating.score for rating in case.ratings if rating.score]}


def _row(table: Any, row: Resident) -> dict[str, Any]:
    return {column.name: plain(getattr(row, column.key)) for column in table.columns}


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def erase_resident(session: Session, scheme: Scheme, resident: Resident, *, by: User, now: datetime) -> list[str]:
    """Delete who this was; cases stay without words, place and number, so that figures stay true. Returns the
    files (relative to HOTLINE_HOME) that the caller deletes. ErasureRefused while a case is open."""
    session.flush()
    session.refresh(resident, with_for_update=True)
    if resident.erased_at is not None:
        return []
    cases = list(session.scalars(select(Suggestion).where(Suggestion.resident_id == resident.id)))
    still_open = [case.number for case in cases if case.state in OPEN_STATES]
    if still_open:
        numbers = "、".join(f"{number}号" for number in still_open)
        raise ErasureRefused(f"{numbers}还没有办完。先办结，或者居民撤回，再删除")
    files = [path for case in cases for path in anonymise_case(session, scheme, case)]
    unfiled = select(Recording).join(Call).where(Call.resident_id == resident.id)
    files += erase_recordings(session, list(session.scalars(unfiled)))
    silence_calls(session, Call.resident_id == resident.id)
    silence_texts(session, Text.resident_id == resident.id)
    silence_notices(session, Notice.resident_id == resident.id)
    took_part = select(Participation.id).where(Participation.resident_id == resident.id)
    session.execute(update(Answer).where(Answer.participation_id.in_(took_part)).values(text=""))
    # The vote counts on, and nobody knows whose household it was.
    nobody = f"{ERASED}{resident.id}"
    session.execute(update(Ballot).where(Ballot.resident_id == resident.id).values(voter=nobody))
    session.execute(update(Comment).where(Comment.resident_id == resident.id).values(text="", resident_id=None))
    session.execute(delete(Relative).where(Relative.resident_id == resident.id))
    session.execute(delete(ResidentPhone).where(ResidentPhone.resident_id == resident.id))
    in_force = (Consent.resident_id == resident.id) & Consent.withdrawn_at.is_(None)
    session.execute(update(Consent).where(in_force).values(withdrawn_at=now, withdrawn_how="删除个人信息"))
    clear_resident(resident, now)
    session.add(Erasure(at=now, what="resident", count=1, resident_id=resident.id, by_id=by.id))
    session.flush()
    return files


def clear_resident(resident: Resident, now: datetime) -> None:
    """The row stays for what refers to it (points, votes), with nobody behind it."""
    resident.phone = f"{ERASED}{resident.id}"
    resident.name = resident.courtyard = resident.sms_capable = None
    resident.address = resident.language = resident.care_note = ""
    resident.reach_by = resident.reach_from = resident.reach_until = ""
    resident.care = []
    resident.opted_out_at = resident.opted_out_at or now
    resident.erased_at = now
