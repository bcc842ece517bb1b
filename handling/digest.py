"""The day's list at eight in the morning: what is due, late, waiting, new, and to be looked at again."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.calendar import WorkCalendar, load_calendar
from handling.clock import SHANGHAI
from handling.lights import Running, running_cases
from handling.looking_again import LOOKED_AGAIN
from handling.notices import queue_notice
from handling.scheme import Scheme
from models import Event, Priority, Role, Suggestion, SuggestionState, Supervision, User, find_or_add

# Somebody who starts the machine in the afternoon does not send the morning's list.
MORNING_ENDS = time(12)


@dataclass
class Digest:
    """The cases of a person, or of everybody; nearest due time first in each list."""

    today: list[Running] = field(default_factory=list)
    late: list[Running] = field(default_factory=list)
    waiting: list[Running] = field(default_factory=list)
    new: list[Running] = field(default_factory=list)
    again: list[Running] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """By the names of the notice's variables."""
        return {
            "count_today": len(self.today),
            "count_late": len(self.late),
            "count_waiting": len(self.waiting),
            "count_new": len(self.new),
            "count_again": len(self.again),
        }

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


@dataclass(frozen=True)
class Digests:
    """`everybody`: for those who coordinate. `of`: handler id -> own list, without those who have nothing."""

    everybody: Digest
    of: dict[int, Digest]


def digests(session: Session, *, now: datetime) -> Digests:
    """Three statements."""
    calendar = load_calendar(session)
    today = now.astimezone(SHANGHAI).date()
    fresh, again = _since_last(session, calendar, today)
    found = Digests(Digest(), {})
    for case in sorted(running_cases(session), key=lambda case: (case.due or now, case.number)):
        for digest in _readers(found, case):
            _sort_in(digest, case, today, fresh, again, now)
    for handler_id in [key for key, digest in found.of.items() if digest.is_empty]:
        del found.of[handler_id]
    return found


def is_time_for_digest(session: Session, scheme: Scheme, *, now: datetime) -> bool:
    """On working days from the scheme's hour until noon, while it has not been sent."""
    local = now.astimezone(SHANGHAI)
    if scheme.supervision is None or scheme.supervision.digest is None:
        return False
    if not scheme.supervision.digest <= local.time() < MORNING_ENDS:
        return False
    if session.scalar(select(Supervision.id).where(Supervision.key == _key(local.date()))) is not None:
        return False
    return load_calendar(session).is_working_day(local.date())


def send_digests(session: Session, scheme: Scheme, *, now: datetime) -> int:
    """One SMS to every handler and coordinator who has something to do; how many. All in one transaction: the
    whole morning is sent once, whoever comes second finds it done."""
    today = now.astimezone(SHANGHAI).date()
    _, is_new = find_or_add(session, Supervision, key="key", value=_key(today), kind="digest", at=now)
    if not is_new:
        return 0
    found, sent = digests(session, now=now), 0
    staff = select(User).where(User.active, User.phone.is_not(None), User.role != Role.VOLUNTEER)
    for person in session.scalars(staff.order_by(User.id)):
        digest = digest_for(found, person)
        if digest is not None and not digest.is_empty:
            notice = queue_notice(
                session,
                scheme,
                key=f"{_key(today)}:{person.id}",
                template="staff_digest",
                to_number=person.phone,
                priority=Priority.ROUTINE,
                variables=digest.counts,
                now=now,
            )
            sent += notice is not None
    return sent


def digest_for(found: Digests, person: User) -> Digest | None:
    """Coordinators get everybody's, handlers their own; None for those who handle nothing."""
    return found.everybody if person.role is Role.COORDINATOR else found.of.get(person.id)


def _readers(found: Digests, case: Running) -> list[Digest]:
    own = [found.of.setdefault(case.handler_id, Digest())] if case.handler_id is not None else []
    return [found.everybody, *own]


def _sort_in(digest: Digest, case: Running, today: date, fresh: set[int], again: set[int], now: datetime) -> None:
    if case.paused_at is not None:
        digest.waiting.append(case)
    elif case.due is not None and case.due < now:
        digest.late.append(case)
    elif case.due is not None and case.due.astimezone(SHANGHAI).date() == today:
        digest.today.append(case)
    if case.id in again:
        digest.again.append(case)
    elif case.id in fresh:
        digest.new.append(case)


def _since_last(session: Session, calendar: WorkCalendar, today: date) -> tuple[set[int], set[int]]:
    """Cases that came, or came to another handler, since the morning of the last working day; and planned ones
    that are looked at again today."""
    before = today - timedelta(days=1)
    while not calendar.is_working_day(before):
        before -= timedelta(days=1)
    rows = session.execute(
        select(Event.suggestion_id, Event.kind, Event.at, Event.changes)
        .join(Suggestion, Suggestion.id == Event.suggestion_id)
        .where(
            Event.at >= datetime.combine(before, time(8), SHANGHAI),
            Suggestion.state.in_((SuggestionState.REVIEW, SuggestionState.HANDLING)),
        )
    ).all()
    midnight = datetime.combine(today, time(), SHANGHAI)
    again = {row.suggestion_id for row in rows if row.kind == LOOKED_AGAIN and row.at >= midnight}
    fresh = {row.suggestion_id for row in rows if row.kind == "received" or "handler_id" in row.changes}
    return fresh, again


def _key(day: date) -> str:
    return f"digest:{day:%Y%m%d}"
