"""Data go when their time is over (PIPL article 19, `[retention]` of the scheme), never those of an open case."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from handling.anonymising import (
    anonymise_case,
    erase_attachments,
    erase_recordings,
    silence_calls,
    silence_notices,
    silence_texts,
)
from handling.deliberation.retention import forget_voters
from handling.residents.consents import in_force
from handling.scheme import Scheme
from handling.scheme.people import Retention
from handling.status import OPEN_STATES
from models import (
    AccessEntry,
    Answer,
    Attachment,
    Base,
    Call,
    Consent,
    Erasure,
    Notice,
    Purpose,
    Receipt,
    Recording,
    Resident,
    Suggestion,
    Text,
)

__all__ = ["KINDS", "Sweep", "sweep"]

# As many rows in one transaction: on SQLite, everybody who writes waits for it.
PORTION = 200
KINDS = {
    "recordings": "录音和听写",
    "cases": "案件里的原话、地点和号码",
    "contacts": "没有成为案件的来电和短信",
    "attachments": "拿掉的照片和材料",
    "residents": "不再需要的居民档案",
    "votes": "谁投了什么票、哪些人到会",
    "looks": "访问记录",
    "resident": "按居民要求删除",
}
# A sweep of one kind: how many rows, and the files (relative to HOTLINE_HOME) to delete.
Result = tuple[int, list[str]]
Sweep = Callable[[Session, Scheme, datetime], Result]


def sweep(session: Session, scheme: Scheme, kind: str, now: datetime) -> Result:
    """One portion of a kind that is over; (0, []) when nothing is. What went is noted."""
    count, files = _SWEEPS[kind](session, scheme, now)
    if count:
        session.add(Erasure(at=now, what=kind, count=count))
    session.flush()
    return count, files


def _recordings(session: Session, scheme: Scheme, now: datetime) -> Result:
    """Some days after closing; longer where the resident agreed that the recogniser learns from it."""
    keep = scheme.retention
    learns = exists().where(Consent.resident_id == Suggestion.resident_id, in_force(Purpose.TRAINING))
    over = or_(
        and_(~learns, _closed_before(now - timedelta(days=keep.recordings))),
        and_(
            _closed_before(now - timedelta(days=1)),
            Recording.announced_at < now - timedelta(days=keep.recordings_of_learners),
        ),
        and_(
            Recording.suggestion_id.is_(None),
            Recording.announced_at < now - timedelta(days=keep.other_contacts),
        ),
    )
    rows = (
        select(Recording)
        .outerjoin(Suggestion, Suggestion.id == Recording.suggestion_id)
        .where(Recording.path.is_not(None), over)
    )
    found = list(session.scalars(rows.order_by(Recording.id).limit(PORTION)))
    return len(found), erase_recordings(session, found)


def _closed_before(moment: datetime) -> ColumnElement[bool]:
    """Closed, or merged into a case that is, before then."""
    target = aliased(Suggestion)
    closed = and_(Suggestion.state.not_in(OPEN_STATES), Suggestion.done_at < moment)
    # A case without a day of closing (merged, withdrawn) counts from its coming in, when what it led to is closed.
    others = exists().where(target.id == Suggestion.merged_into_id, _open_or_fresh(target, moment))
    undated = and_(
        Suggestion.state.not_in(OPEN_STATES),
        Suggestion.done_at.is_(None),
        Suggestion.received_at < moment,
        ~others,
    )
    return or_(closed, undated)


def _open_or_fresh(target: Any, moment: datetime) -> ColumnElement[bool]:
    return or_(target.state.in_(OPEN_STATES), target.done_at >= moment)


def _cases(session: Session, scheme: Scheme, now: datetime) -> Result:
    personal = or_(Suggestion.text != "", Suggestion.place != "", Suggestion.resident_id.is_not(None))
    over = _closed_before(now - timedelta(days=scheme.retention.cases))
    found = list(
        session.scalars(select(Suggestion).where(over, personal).order_by(Suggestion.id).limit(PORTION // 4))
    )
    files = [path for case in found for path in anonymise_case(session, scheme, case)]
    return len(found), files


def _contacts(session: Session, scheme: Scheme, now: datetime) -> Result:
    """Commands, missed calls and answers: numbers and words go, that they came stays."""
    before = now - timedelta(days=scheme.retention.other_contacts)
    texts = list(
        session.scalars(
            select(Text.id)
            .where(Text.suggestion_id.is_(None), Text.received_at < before, Text.from_number != "")
            .limit(PORTION)
        )
    )
    silence_texts(session, Text.id.in_(texts))
    of_case = exists().where(Recording.call_id == Call.id, Recording.suggestion_id.is_not(None))
    calls = list(
        session.scalars(
            select(Call.id).where(~of_case, Call.started_at < before, Call.from_number != "").limit(PORTION)
        )
    )
    silence_calls(session, Call.id.in_(calls))
    notices = silence_notices(session, and_(Notice.suggestion_id.is_(None), Notice.created_at < before))
    answers = list(
        session.scalars(
            select(Answer.id)
            .where(
                Answer.suggestion_id.is_(None),
                Answer.text != "",
                Answer.answered_at < now - timedelta(days=scheme.retention.cases),
            )
            .limit(PORTION)
        )
    )
    session.execute(update(Answer).where(Answer.id.in_(answers)).values(text=""))
    return len(texts) + len(calls) + len(answers) + notices, []


def _attachments(session: Session, scheme: Scheme, now: datetime) -> Result:
    before = now - timedelta(days=scheme.retention.recordings)
    proofs = select(Receipt.attachment_id)
    removed = select(Attachment).where(Attachment.removed_at < before, Attachment.id.not_in(proofs)).limit(PORTION)
    gone = list(session.scalars(removed))
    return len(gone), erase_attachments(session, gone)


def _residents(session: Session, scheme: Scheme, now: datetime) -> Result:
    """Files to which nothing belongs any more: no case, no call, no points, no consent, no key-phone, no care."""
    unused = [
        ~exists().where(column == Resident.id)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "resident" for key in column.foreign_keys)
    ]
    old = Resident.created_at < now - timedelta(days=scheme.retention.cases)
    nobody_cares = cast(Resident.care, String) == "[]"
    rows = select(Resident).where(old, Resident.erased_at.is_(None), nobody_cares, *unused).limit(PORTION)
    found = list(session.scalars(rows))
    for resident in found:
        session.delete(resident)
    return len(found), []


def _votes(session: Session, scheme: Scheme, now: datetime) -> Result:
    return forget_voters(session, now - timedelta(days=scheme.retention.cases), PORTION), []


def _looks(session: Session, scheme: Scheme, now: datetime) -> Result:
    old = select(AccessEntry).where(AccessEntry.at < now - timedelta(days=scheme.retention.looks)).limit(PORTION)
    found = list(session.scalars(old))
    for entry in found:
        session.delete(entry)
    return len(found), []


_SWEEPS: dict[str, Sweep] = {
    "recordings": _recordings,
    "cases": _cases,
    "contacts": _contacts,
    "attachments": _attachments,
    "residents": _residents,
    "votes": _votes,
    "looks": _looks,
}
SWEPT = tuple(_SWEEPS)


def rules_in_words(keep: Retention) -> list[tuple[str, str]]:
    """What is kept how long, for people."""
    return [
        (KINDS["recordings"], f"办结后{keep.recordings}天；同意教机器的，收到后{keep.recordings_of_learners}天"),
        (KINDS["cases"], f"办结后{keep.cases}天，只留领域、级别、日期这些统计要用的"),
        (KINDS["contacts"], f"{keep.other_contacts}天"),
        (KINDS["attachments"], f"拿掉后{keep.recordings}天"),
        (KINDS["residents"], f"{keep.cases}天没有来往，也没有积分和照护登记"),
        (KINDS["votes"], f"议完后{keep.cases}天，只留结果"),
        (KINDS["looks"], f"{keep.looks}天"),
    ]
