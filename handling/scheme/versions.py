"""Cases keep the rules that they started with: the versions in the database, and which one a case has."""

import logging
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.scheme import Scheme
from models import SchemeVersion, Suggestion, User, find_or_add

log = logging.getLogger(__name__)

# digest -> the rules as they were; None where this release can no longer read them. A version never changes.
_READ: dict[str, Scheme | None] = {}


def version_of(session: Session, scheme: Scheme, now: datetime, author: User | None = None) -> SchemeVersion:
    """The row of these rules, added when they are new. author: who wrote them on the desk; None for a file's."""
    known = session.scalars(select(SchemeVersion).where(SchemeVersion.digest == scheme.digest)).one_or_none()
    if known is not None:
        return known
    content = scheme.model_dump(mode="json")
    version, _ = find_or_add(
        session,
        SchemeVersion,
        key="digest",
        value=scheme.digest,
        name=scheme.name,
        content=content,
        created_at=now,
        author_id=author.id if author else None,
    )
    session.info.pop(SchemeVersion, None)
    return version


def scheme_of(session: Session | None, case: Suggestion, current: Scheme) -> Scheme:
    """The rules that the case started with; `current` for those of before versions were kept.

    An older version speaks and is signed as today: the community's own entries are the current ones, and a notice
    that it does not have is taken from the current scheme. One small statement for each session, and one more
    for the first case of an older version in this process."""
    if session is None or case.scheme_version_id is None:
        return current
    digest = _digests(session).get(case.scheme_version_id, current.digest)
    if digest == current.digest:
        return current
    older = _older(session, digest)
    if older is None:
        return current
    notices = {**current.notices, **older.notices}
    return older.model_copy(update={"community": current.community, "notices": notices})


def _digests(session: Session) -> dict[int, str]:
    known: dict[int, str] | None = session.info.get(SchemeVersion)
    if known is None:
        rows = session.execute(select(SchemeVersion.id, SchemeVersion.digest))
        known = session.info[SchemeVersion] = {row.id: row.digest for row in rows}
    return known


def _older(session: Session, digest: str) -> Scheme | None:
    if digest not in _READ:
        content = session.scalars(select(SchemeVersion.content).where(SchemeVersion.digest == digest)).one()
        try:
            scheme = Scheme.model_validate(content, extra="ignore")
            scheme.__dict__["digest"] = digest
            _READ[digest] = scheme
        except ValidationError as error:
            log.warning("rules %s cannot be read by this release; its cases follow the current: %s", digest, error)
            _READ[digest] = None
    return _READ[digest]
