"""What residents say elsewhere than on the telephone (paper, boxes, 坝坝会, 书记接待日 …), typed in by staff."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from handling.clock import SHANGHAI
from handling.forms import FormInvalid
from handling.intake import open_suggestion, set_courtyard
from handling.residents import find_or_add_resident, normal_number
from handling.scheme import Scheme
from models import Channel, Courtyard, Event, Station, Suggestion, User

if TYPE_CHECKING:
    from nlp.understanding import Understanding

__all__ = ["Entry", "FormInvalid", "take_down", "typed_today"]

# Sent twice by the same person: a second click, or the browser's “again”.
TWICE = timedelta(minutes=10)
OLDEST = timedelta(days=60)


@dataclass(frozen=True)
class Entry:
    """What the quick form sends. source: a code of the scheme's `channels`, "" for what was said to a member of
    staff. said_on: the day on the paper, None for today. phone, name, courtyard and station may be missing."""

    source: str
    text: str
    said_on: date | None = None
    phone: str = ""
    name: str = ""
    courtyard_id: int | None = None
    station_id: int | None = None


def take_down(
    session: Session,
    scheme: Scheme,
    entry: Entry,
    understand: "Callable[[str], Understanding]",
    *,
    by: User,
    now: datetime,
    duty_phones: Sequence[str] = (),
) -> tuple[Suggestion, bool]:
    """A suggestion like any other: understood, compared, acknowledged, reviewed. And whether it is new: the same
    words from the same person within ten minutes are the same. FormInvalid says what is wrong."""
    _check(session, scheme, entry, now)
    text = entry.text.strip()
    known = _typed_before(session, entry.source, text, by, now)
    if known is not None:
        return known, False
    resident = find_or_add_resident(session, entry.phone, now) if entry.phone.strip() else None
    if resident is not None and entry.name.strip() and not resident.name:
        resident.name = entry.name.strip()[:64]
    suggestion = open_suggestion(
        session,
        scheme,
        channel=Channel.STAFF,
        resident=resident,
        understanding=understand(text),
        received_at=_moment(entry.said_on, now),
        now=now,
        duty_phones=duty_phones,
    )
    suggestion.source = entry.source
    if entry.courtyard_id is not None:
        set_courtyard(suggestion, session.get_one(Courtyard, entry.courtyard_id))
    if entry.station_id is not None:
        suggestion.station = session.get_one(Station, entry.station_id)
    session.flush()
    received = session.scalars(
        select(Event).where(Event.suggestion_id == suggestion.id, Event.kind == "received")
    ).one()
    received.actor = by
    return suggestion, True


def _check(session: Session, scheme: Scheme, entry: Entry, now: datetime) -> None:
    errors = {}
    if entry.source not in ("", *(channel.code for channel in scheme.channels)):
        errors["source"] = "请选来源"
    if not entry.text.strip():
        errors["text"] = "请写下居民说的话"
    if entry.phone.strip() and normal_number(entry.phone) is None:
        errors["phone"] = "这不像电话号码。不知道就空着"
    today = now.astimezone(SHANGHAI).date()
    if entry.said_on is not None and not today - OLDEST <= entry.said_on <= today:
        errors["said_on"] = f"日期要在今天以前的{OLDEST.days}天里"
    if entry.courtyard_id is not None and session.get(Courtyard, entry.courtyard_id) is None:
        errors["courtyard_id"] = "没有这个院落"
    if entry.station_id is not None and session.get(Station, entry.station_id) is None:
        errors["station_id"] = "没有这个征集点"
    if errors:
        raise FormInvalid(errors)


def _moment(said_on: date | None, now: datetime) -> datetime:
    """A paper of another day came at noon of that day."""
    if said_on is None or said_on == now.astimezone(SHANGHAI).date():
        return now
    return datetime.combine(said_on, time(12), SHANGHAI)


def _typed_before(session: Session, source: str, text: str, by: User, now: datetime) -> Suggestion | None:
    same = _typed_by(by, now - TWICE).where(Suggestion.source == source, Suggestion.text == text)
    return session.scalars(same.limit(1)).first()


def typed_today(session: Session, by: User, now: datetime, limit: int = 20) -> list[Suggestion]:
    """What this person typed since midnight, the newest first."""
    midnight = datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
    mine = _typed_by(by, midnight).options(joinedload(Suggestion.resident), joinedload(Suggestion.courtyard))
    return list(session.scalars(mine.order_by(Suggestion.id.desc()).limit(limit)))


def _typed_by(by: User, since: datetime) -> Select[Suggestion]:
    return (
        select(Suggestion)
        .join(Event, Event.suggestion_id == Suggestion.id)
        .where(
            Suggestion.channel == Channel.STAFF,
            Event.kind == "received",
            Event.actor_id == by.id,
            Event.at >= since,
        )
    )
