"""办理流程 as the desk edits it: editions laid over the file of HOTLINE_SCHEME, and the rules that are in force.

What wins: the newest edition, key by key, over the file; a text that has a `name` takes the file's place. An
edition without text gives the file alone."""

import logging
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from handling.community import add_units
from handling.residents.rewards import set_up_rewards
from handling.scheme import Scheme, SchemeError, load_scheme, read_over
from handling.scheme.versions import version_of
from models import SchemeEdition, User

log = logging.getLogger(__name__)

LONGEST = 200_000


class StaleScheme(Exception):
    """Somebody saved another edition meanwhile: nothing was changed."""

    def __init__(self) -> None:
        super().__init__("别人刚刚改过流程，没有保存。请看过新的流程再改一次")


@dataclass(frozen=True)
class InForce:
    """number: of the edition, 0 for the file alone. fault: why the edition's text no longer fits the file, so that
    the rules are those that it gave when it was saved."""

    scheme: Scheme
    number: int = 0
    text: str = ""
    fault: str = ""


def edition_number(session: Session) -> int:
    """0 while the desk changed nothing."""
    return session.scalar(select(func.max(SchemeEdition.number))) or 0


def edition_in_force(session: Session) -> SchemeEdition | None:
    """The newest, with its author."""
    newest = select(SchemeEdition).order_by(SchemeEdition.number.desc()).limit(1)
    return session.scalars(newest.options(joinedload(SchemeEdition.author))).one_or_none()


def editions(session: Session, limit: int = 50) -> list[SchemeEdition]:
    """The newest first."""
    newest = select(SchemeEdition).order_by(SchemeEdition.number.desc()).limit(limit)
    return list(session.scalars(newest.options(joinedload(SchemeEdition.author))))


def find_edition(session: Session, number: int) -> SchemeEdition | None:
    return session.scalars(select(SchemeEdition).where(SchemeEdition.number == number)).one_or_none()


def in_force(session: Session, ground: str) -> InForce:
    """ground: HOTLINE_SCHEME. SchemeError only when the file is bad and nothing was saved on the desk: a hotline
    that has rules is answered by them, whatever became of the file."""
    edition = edition_in_force(session)
    if edition is None:
        return InForce(load_scheme(ground))
    try:
        return InForce(scheme_with(edition.text, ground), edition.number, edition.text)
    except SchemeError as error:
        log.error("edition %d of the rules does not fit the file any more: %s", edition.number, error)
        return InForce(_kept(edition, ground), edition.number, edition.text, fault=str(error))


def scheme_in_force(session: Session, ground: str) -> Scheme:
    return in_force(session, ground).scheme


def scheme_with(text: str, ground: str) -> Scheme:
    """The rules as this text would make them. Raises SchemeError."""
    return read_over(text, ground) if text.strip() else load_scheme(ground)


def save_edition(
    session: Session, ground: str, text: str, *, base: int, author: User, note: str, now: datetime
) -> SchemeEdition:
    """A new edition in force; its units and rewards are there from now on. `base`: the number of the edition that
    the author saw. StaleScheme when it is no longer the newest; SchemeError for a text that does not fit."""
    scheme = scheme_with(text, ground)
    if edition_number(session) != base:
        raise StaleScheme
    edition = SchemeEdition(
        number=base + 1,
        text=text.strip() and text.strip() + "\n",
        version=version_of(session, scheme, now, author),
        author=author,
        created_at=now,
        note=note.strip()[:200],
    )
    try:
        # PostgreSQL lets two look at the same moment; the unique number decides who was first.
        with session.begin_nested():
            session.add(edition)
    except IntegrityError as error:
        raise StaleScheme from error
    add_units(session, scheme)
    set_up_rewards(session, scheme)
    return edition


def _kept(edition: SchemeEdition, ground: str) -> Scheme:
    try:
        return Scheme.model_validate(edition.version.content, extra="ignore")
    except ValidationError:
        # Written by a release whose words this one does not know: what is left is the file.
        return load_scheme(ground)
