"""What a coordinator does with a story on the board: word it, take it off at once, put it back, choose photos."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.deeds import note_event
from handling.history import changes_since, snapshot
from handling.public_words import known_around
from handling.stories import SHOWABLE
from models import Attachment, Event, Story, Suggestion, User, find_or_add

LONGEST = 500
TAKEN_OFF = "taken_off_board"


class NotReleased(Exception):
    """The message says in Chinese why not."""


def word_story(session: Session, case: Suggestion, *, asked: str, done: str, by: User, now: datetime) -> None:
    """What the board says, in the coordinator's words; nothing happens when nothing differs."""
    asked, done = asked.strip(), done.strip()
    if not done:
        raise NotReleased("请写办得怎么样；不想公开就撤下")
    if max(len(asked), len(done)) > LONGEST:
        raise NotReleased(f"最多 {LONGEST} 个字，居民才读得完")
    story, _ = find_or_add(session, Story, key="suggestion_id", value=case.id)
    if (story.asked, case.feedback) == (asked, done):
        return
    before = snapshot(case)
    story.asked, case.feedback = asked, done
    _note(session, case, "told_public", by, now, before, asked)


def take_off(session: Session, case: Suggestion, *, by: User, now: datetime) -> None:
    """Gone from the board with its photos and its place in the feeds; `put_back` undoes it."""
    if case.published_at is not None:
        before = snapshot(case)
        case.published_at = None
        _note(session, case, TAKEN_OFF, by, now, before)


def put_back(session: Session, case: Suggestion, *, by: User, now: datetime) -> None:
    """Where it stood before it was taken off. NotReleased for what never was on the board."""
    if case.published_at is not None:
        return
    first_published = was_published(session, case)
    if first_published is None or case.confidential:
        raise NotReleased("这件事没有公开过，要在办理步骤里公开")
    before = snapshot(case)
    case.published_at = first_published
    _note(session, case, "put_back_on_board", by, now, before)


def was_published(session: Session, case: Suggestion) -> datetime | None:
    """Since when it stood on the board before it was taken off."""
    off = select(Event).where(Event.suggestion_id == case.id, Event.kind == TAKEN_OFF).order_by(Event.id.desc())
    event = session.scalars(off.limit(1)).one_or_none()
    return datetime.fromisoformat(event.changes["published_at"][0]) if event else None


def release_photo(session: Session, photo: Attachment, *, by: User, now: datetime) -> None:
    """NotReleased for anything but a picture from before or after."""
    if photo.kind not in SHOWABLE or not photo.is_picture or photo.removed_at is not None:
        raise NotReleased("只能公开现场照片和办结后照片")
    if photo.released_at is None:
        photo.released_at = now
        _note(session, _case_of(session, photo), "photo_released", by, now, note=photo.name)


def withhold_photo(session: Session, photo: Attachment, *, by: User, now: datetime) -> None:
    if photo.released_at is not None:
        photo.released_at = None
        _note(session, _case_of(session, photo), "photo_withheld", by, now, note=photo.name)


def clean_for_good(session: Session, case: Suggestion) -> None:
    """While the files still know who it was: later nobody could keep the name off the board."""
    known = known_around(session, [case.id])
    case.feedback = known.clean(case.feedback)
    story = session.scalars(select(Story).where(Story.suggestion_id == case.id)).one_or_none()
    if story is not None:
        story.asked = known.clean(story.asked)


def _case_of(session: Session, photo: Attachment) -> Suggestion:
    if photo.suggestion_id is None:
        raise NotReleased("这张照片不属于哪一件事")
    return session.get_one(Suggestion, photo.suggestion_id)


def _note(
    session: Session,
    case: Suggestion,
    kind: str,
    by: User,
    now: datetime,
    before: dict[str, object] | None = None,
    note: str = "",
) -> None:
    session.flush()
    changes = changes_since(before, case) if before else {}
    note_event(session, case, kind, actor=by, now=now, changes=changes, note=note)
