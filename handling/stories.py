"""Finished cases as neighbours read them: what was asked, what was done, how long it took, who did it, what it
cost, photos before and after. Only what a coordinator released, and never a confidential case."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from handling.clock import SHANGHAI
from handling.money.accounts import Account, accounts_of
from handling.public_words import Known, known_around
from handling.queries import Page, page_at
from handling.scheme import Scheme
from models import Attachment, AttachmentKind, Project, Story, Suggestion, SuggestionState

PER_PAGE = 20
# Receipts and papers name people; they are never for everybody.
SHOWABLE = (AttachmentKind.BEFORE, AttachmentKind.AFTER)
NOBODY_IN_PARTICULAR = "社区工作人员"


@dataclass(frozen=True)
class PublicStory:
    """Everything that everybody may know of a case; no text in it has a name or number that our files know.

    days: calendar days from asked to done, 0 on the same day. by: roles and units. account: its public one."""

    number: int
    domain: str
    place: str
    asked: str
    done: str
    days: int
    by: tuple[str, ...]
    received_at: datetime
    published_at: datetime
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    account: Account | None = None

    @property
    def title(self) -> str:
        return f"{self.place} · {self.domain}" if self.place else self.domain

    @property
    def days_in_words(self) -> str:
        return f"用了 {self.days} 天" if self.days else "当天办好"


SHOWN_STATES = (SuggestionState.HANDLING, SuggestionState.DONE)


def released() -> ColumnElement[bool]:
    """Some steps of the scheme may still follow."""
    return and_(
        Suggestion.published_at.is_not(None),
        Suggestion.confidential.is_(False),
        # Not in_: SQLite would walk through all that is done, by the index of states.
        Suggestion.state.not_in([state for state in SuggestionState if state not in SHOWN_STATES]),
    )


def public_stories(
    session: Session, scheme: Scheme, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[PublicStory]:
    """The newest first, without accounts; four statements. A page beyond the last shows the last."""
    total = session.scalar(select(func.count(Suggestion.id)).where(released())) or 0
    number = page_at(page, total, per_page)
    rows = session.execute(
        _rows()
        .order_by(Suggestion.published_at.desc(), Suggestion.id.desc())
        .limit(per_page)
        .offset((number - 1) * per_page)
    )
    found = [(case, asked or "") for case, asked in rows]
    photos = _photos_of(session, [case.id for case, _ in found])
    known = known_around(session, [case.id for case, _ in found])
    return Page([_story(scheme, case, asked, photos, known) for case, asked in found], number, total, per_page)


def public_story(session: Session, scheme: Scheme, number: int) -> PublicStory | None:
    """None where there is none, or none any more."""
    row = session.execute(_rows().where(Suggestion.number == number)).one_or_none()
    return _whole_story(session, scheme, row[0], row[1] or "") if row else None


def preview(session: Session, scheme: Scheme, case: Suggestion) -> PublicStory:
    """The same for a case that is not, or no longer, on the board."""
    asked = session.scalar(select(Story.asked).where(Story.suggestion_id == case.id)) or ""
    return _whole_story(session, scheme, case, asked)


def public_photo(session: Session, attachment_id: int) -> Attachment | None:
    """A released picture of a story that is on the board now."""
    wanted = select(Attachment).join(Suggestion, Suggestion.id == Attachment.suggestion_id)
    found = session.scalars(wanted.where(Attachment.id == attachment_id, _showable(), released())).one_or_none()
    return found if found is not None and found.is_picture else None


def _rows() -> Select[Suggestion, str]:
    return (
        select(Suggestion, Story.asked)
        .outerjoin(Story, Story.suggestion_id == Suggestion.id)
        .where(released())
        .options(joinedload(Suggestion.courtyard), joinedload(Suggestion.handler), joinedload(Suggestion.unit))
    )


def _showable() -> ColumnElement[bool]:
    return and_(
        Attachment.released_at.is_not(None), Attachment.removed_at.is_(None), Attachment.kind.in_(SHOWABLE)
    )


def _photos_of(session: Session, case_ids: Collection[int]) -> Sequence[Attachment]:
    shown = select(Attachment).where(Attachment.suggestion_id.in_(case_ids), _showable())
    return session.scalars(shown.order_by(Attachment.id)).all()


def _whole_story(session: Session, scheme: Scheme, case: Suggestion, asked: str) -> PublicStory:
    photos, known = _photos_of(session, [case.id]), known_around(session, [case.id])
    public = select(Project).where(Project.suggestion_id == case.id, Project.published_at.is_not(None))
    projects = list(session.scalars(public))
    account = accounts_of(session, projects)[projects[0].id] if projects else None
    return _story(scheme, case, asked, photos, known, account)


def _story(
    scheme: Scheme,
    case: Suggestion,
    asked: str,
    photos: Sequence[Attachment],
    known: Known,
    account: Account | None = None,
) -> PublicStory:
    finished = case.answered_at or case.done_at or case.published_at or case.received_at
    pictures = [photo for photo in photos if photo.suggestion_id == case.id and photo.is_picture]
    return PublicStory(
        number=case.number,
        domain=case.domain or "居民建议",
        place=case.courtyard.name if case.courtyard else "",
        asked=known.clean(asked),
        done=known.clean(case.feedback),
        days=(finished.astimezone(SHANGHAI).date() - case.received_at.astimezone(SHANGHAI).date()).days,
        by=_doers(scheme, case, known),
        received_at=case.received_at,
        published_at=case.published_at or finished,
        before=tuple(photo.id for photo in pictures if photo.kind is AttachmentKind.BEFORE),
        after=tuple(photo.id for photo in pictures if photo.kind is AttachmentKind.AFTER),
        account=account,
    )


def _doers(scheme: Scheme, case: Suggestion, known: Known) -> tuple[str, ...]:
    tier = case.handler.tier if case.handler else ""
    rank = next((one.name for one in scheme.tiers if one.code == tier), NOBODY_IN_PARTICULAR)
    return (rank, known.clean(case.unit.name)) if case.unit else (rank,)
