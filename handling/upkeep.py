"""长效维护: what a case has brought is looked at again and again; what is not in order becomes a new case."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from handling.calendar import closing_time
from handling.clock import SHANGHAI
from handling.deeds import StepNotAllowed, check_leading, record, recorded
from handling.forms import FormInvalid
from handling.intake import alert_duty, open_suggestion
from handling.linking import join
from handling.scheme import Scheme
from models import Channel, Inspection, Role, Suggestion, Upkeep, User

if TYPE_CHECKING:
    from nlp.understanding import Understanding

LONGEST_INTERVAL = 1000


def set_upkeep(session: Session, scheme: Scheme, case: Suggestion, keeper: str, now: datetime) -> Upkeep | None:
    """As the form of finishing says; a later answer replaces an earlier one. None where nobody keeps anything."""
    known = upkeep_of(session, case.id)
    if keeper in scheme.upkeep.nobody:
        if known is not None:
            known.active = False
        return None
    if known is None:
        subject = f"{case.place} {case.domain}".strip() or f"{case.number}号"
        known = Upkeep(subject=subject[:200], created_at=now, interval_days=scheme.upkeep.interval_days)
    known.keeper, known.courtyard_id, known.active = keeper, case.courtyard_id, True
    known.next_due = _next(now, known.interval_days)
    # Whole before the session knows it: any look at the database would write it down half made.
    known.suggestion = case
    session.add(known)
    return known


def change_upkeep(
    session: Session,
    upkeep: Upkeep,
    user: User,
    *,
    subject: str,
    keeper: str,
    interval_days: int | None,
    active: bool,
    now: datetime,
) -> None:
    """A coordinator says who keeps what, and how often somebody looks. StepNotAllowed, FormInvalid."""
    check_leading(user)
    errors = {} if subject.strip() else {"subject": "请写明维护什么"}
    if not keeper.strip():
        errors["keeper"] = "请写明由谁维护"
    if interval_days is None or not 1 <= interval_days <= LONGEST_INTERVAL:
        errors["interval_days"] = f"请写1到{LONGEST_INTERVAL}天"
    if errors or interval_days is None:
        raise FormInvalid(errors)
    if interval_days != upkeep.interval_days:
        upkeep.next_due = _next(now, interval_days)
    upkeep.subject, upkeep.keeper = subject.strip()[:200], keeper.strip()[:40]
    upkeep.interval_days, upkeep.active = interval_days, active
    form = {"keeper": upkeep.keeper, "interval": interval_days if active else "停了"}
    record(session, upkeep.suggestion, "upkeep_set", actor=user, now=now, form=form)


def inspect(
    session: Session,
    scheme: Scheme,
    upkeep: Upkeep,
    user: User,
    understand: "Callable[[str], Understanding]",
    *,
    in_order: bool | None,
    note: str,
    duty_phones: Sequence[str] = (),
    now: datetime,
) -> Inspection:
    """Somebody looked. A finding is a new case that waits for review, linked to the old one.

    StepNotAllowed, FormInvalid."""
    if not user.active or user.role is Role.VOLUNTEER:
        raise StepNotAllowed("巡查由工作人员来记")
    errors = {} if in_order is not None else {"in_order": "请选情况"}
    if in_order is False and not note.strip():
        errors["note"] = "请写明哪里不对，会立成一件新的事"
    if errors or in_order is None:
        raise FormInvalid(errors)
    case = upkeep.suggestion
    finding = None if in_order else _finding(session, scheme, upkeep, user, understand(note), duty_phones, now)
    row = Inspection(
        upkeep=upkeep,
        due=upkeep.next_due,
        done_at=now,
        inspector=user,
        in_order=in_order,
        note=note.strip(),
        suggestion=finding,
    )
    session.add(row)
    upkeep.next_due = _next(now, upkeep.interval_days)
    record(session, case, "inspected", actor=user, now=now, note=row.note)
    return row


def _finding(
    session: Session,
    scheme: Scheme,
    upkeep: Upkeep,
    user: User,
    understanding: "Understanding",
    duty_phones: Sequence[str],
    now: datetime,
) -> Suggestion:
    fresh = open_suggestion(
        session,
        scheme,
        channel=Channel.STAFF,
        resident=None,
        understanding=understanding,
        received_at=now,
        now=now,
        quiet=True,
    )
    alert_duty(session, scheme, fresh, now, duty_phones)
    with recorded(session, fresh, "found", actor=user, now=now, form={"number": upkeep.suggestion.number}):
        if fresh.courtyard is None:
            fresh.courtyard, fresh.station = upkeep.courtyard, upkeep.suggestion.station
        fresh.place = fresh.place or upkeep.suggestion.place
    join(session, upkeep.suggestion, fresh, user, note="巡查发现", now=now)
    return fresh


def upkeep_of(session: Session, case_id: int) -> Upkeep | None:
    rows = select(Upkeep).where(Upkeep.suggestion_id == case_id)
    looks = selectinload(Upkeep.inspections)
    return session.scalars(
        rows.options(looks.joinedload(Inspection.inspector), looks.joinedload(Inspection.suggestion))
    ).one_or_none()


def upkeeps(session: Session, limit: int = 300) -> list[Upkeep]:
    """All that is kept, what must be looked at first; one statement."""
    rows = select(Upkeep).where(Upkeep.active).order_by(Upkeep.next_due, Upkeep.id)
    with_case = (joinedload(Upkeep.suggestion), joinedload(Upkeep.courtyard))
    return list(session.scalars(rows.options(*with_case).limit(limit)))


def _next(now: datetime, days: int) -> datetime:
    return closing_time(now.astimezone(SHANGHAI).date() + timedelta(days=days))
