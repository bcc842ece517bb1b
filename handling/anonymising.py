"""What a person is known by is taken out of a case; what figures need stays: domain, level, dates, scores."""

from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from handling.scheme import Scheme
from handling.scheme.versions import scheme_of
from handling.story_release import clean_for_good
from models import (
    Alarm,
    Answer,
    Assistance,
    Attachment,
    AttachmentKind,
    Call,
    CaseLink,
    Comment,
    Event,
    Notice,
    OpinionRequest,
    Receipt,
    Recording,
    Review,
    SecondReview,
    Suggestion,
    Text,
    Transcript,
    Visit,
    Wish,
)

# Fields of forms that say nothing about a person.
IMPERSONAL = frozenset(("integer", "money", "date", "choice", "level", "handler", "courtyard", "unit", "product"))
# Free text among what an event changed and a review decided.
WORDS = frozenset(("text", "standard_text", "place", "note", "feedback"))


def anonymise_case(session: Session, scheme: Scheme, case: Suggestion) -> list[str]:
    """Take everything personal out of the case and all that hangs on it. Returns the paths of the files, relative
    to HOTLINE_HOME, that the caller deletes. Safe to repeat."""
    clean_for_good(session, case)
    files = erase_recordings(session, list(case.recordings))
    case.text = case.standard_text = case.place = ""
    case.understanding = {}
    case.resident = None
    rules = scheme_of(session, case, scheme)
    for event in session.scalars(select(Event).where(Event.suggestion_id == case.id)):
        _bare_event(rules, event)
    for review in session.scalars(select(Review).where(Review.suggestion_id == case.id)):
        review.text = ""
        review.decisions, review.proposed = _without_words(review.decisions), _without_words(review.proposed)
    calls = select(Recording.call_id).where(Recording.suggestion_id == case.id)
    silence_calls(session, Call.id.in_(calls))
    silence_texts(session, Text.suggestion_id == case.id)
    session.execute(update(Notice).where(Notice.suggestion_id == case.id).values(**_SILENT))
    session.execute(update(Assistance).where(Assistance.suggestion_id == case.id).values(asked="", answer=""))
    session.execute(update(Wish).where(Wish.suggestion_id == case.id).values(reason="", answer=""))
    session.execute(update(Visit).where(Visit.suggestion_id == case.id).values(note=""))
    session.execute(update(Answer).where(Answer.suggestion_id == case.id).values(text=""))
    session.execute(update(Comment).where(Comment.suggestion_id == case.id).values(text="", resident_id=None))
    opinion = {"question": "", "reasons": "", "conditions": ""}
    session.execute(update(OpinionRequest).where(OpinionRequest.suggestion_id == case.id).values(**opinion))
    linked = or_(CaseLink.one_id == case.id, CaseLink.other_id == case.id)
    session.execute(update(CaseLink).where(linked).values(note=""))
    reviews = select(Review.id).where(Review.suggestion_id == case.id)
    session.execute(update(SecondReview).where(SecondReview.review_id.in_(reviews)).values(note=""))
    alarm = {"phone": "", "arrived_phone": "", "found": ""}
    session.execute(update(Alarm).where(Alarm.suggestion_id == case.id).values(**alarm))
    pictures = (Attachment.suggestion_id == case.id) & (Attachment.kind != AttachmentKind.RECEIPT)
    files += erase_attachments(session, list(session.scalars(select(Attachment).where(pictures))))
    session.flush()
    return files


_SILENT: dict[str, Any] = {"to_number": "", "body": "", "variables": {}, "resident_id": None}


def silence_calls(session: Session, which: ColumnElement[bool]) -> None:
    """That somebody rang stays, not who."""
    session.execute(update(Call).where(which).values(from_number="", resident_id=None))


def silence_texts(session: Session, which: ColumnElement[bool]) -> None:
    """That a text came stays, not from whom and what it said."""
    session.execute(update(Text).where(which).values(body="", from_number="", resident_id=None))


def silence_notices(session: Session, which: ColumnElement[bool]) -> int:
    """Notices keep when and how they went, not to whom and what they said; how many were changed."""
    loud = which & or_(Notice.to_number != "", Notice.resident_id.is_not(None))
    count = len(session.scalars(select(Notice.id).where(loud)).all())
    session.execute(update(Notice).where(loud).values(**_SILENT))
    return count


def erase_recordings(session: Session, recordings: list[Recording]) -> list[str]:
    """The voice and what the machine heard in it; the row keeps its dates and length."""
    paths = [recording.path for recording in recordings if recording.path]
    for recording in recordings:
        recording.path = None
    session.execute(delete(Transcript).where(Transcript.recording_id.in_([row.id for row in recordings])))
    session.flush()
    return paths


def erase_attachments(session: Session, attachments: list[Attachment]) -> list[str]:
    """Not those that prove a payment."""
    proofs = set(session.scalars(select(Receipt.attachment_id)))
    gone = [attachment for attachment in attachments if attachment.id not in proofs]
    paths = [path for attachment in gone for path in (attachment.path, attachment.small_path) if path]
    for attachment in gone:
        session.delete(attachment)
    return paths


def _bare_event(scheme: Scheme, event: Event) -> None:
    event.note = ""
    event.changes = _without_words(event.changes)
    action = scheme.action(event.kind)
    kinds = {field.code: field.type for field in action.fields} if action else {}
    event.form = {
        code: value
        for code, value in event.form.items()
        if kinds.get(code, "") in IMPERSONAL or not isinstance(value, str | list | dict)
    }


def _without_words(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in WORDS}
