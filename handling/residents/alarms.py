"""一键呼叫: a call from a frail resident's key-phone is an emergency at once, and stays one until somebody says
that they are there (15-minute circle, 社区共建共治)."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, joinedload

from handling.asking import Asking, OpenQuestion
from handling.deeds import note_event
from handling.intake import open_suggestion, set_courtyard
from handling.notices import queue_notice
from handling.residents import normal_number
from handling.scheme import Scheme
from models import (
    Alarm,
    AlarmCall,
    Call,
    Channel,
    Notice,
    NoticeState,
    Priority,
    Relative,
    Resident,
    ResidentPhone,
    Role,
    TextKind,
    User,
)
from nlp.understanding import Understanding

__all__ = [
    "alarm_of_call",
    "alert",
    "arrive",
    "due_alarms",
    "open_alarm",
    "past_alarms",
    "raise_alarm",
    "running_alarms",
]

CIRCLE = timedelta(minutes=15)
# Everybody is alerted again while nobody is there: each five minutes in the first hour.
AGAIN, LATER_AGAIN = timedelta(minutes=5), timedelta(minutes=15)
FIRST_HOUR = timedelta(hours=1)
WORDS = "一键呼叫"
ALERTS = ("alarm", "alarm_again")
_THERE = re.compile(
    r"^(?:(?P<first>\d{4,6})号?)?(?:我|我们)?(?:已经|已|人)?(?:到了|到达了?|到啦|到咯|到现场了?|在现场)(?P<last>\d{4,6})?号?(?:了)?$"
)


def raise_alarm(
    session: Session, scheme: Scheme, call: Call, *, now: datetime, duty_phones: Sequence[str] = ()
) -> Alarm | None:
    """None when the call comes from no key-phone. The same call raises one alarm however often it is told; a
    second call while one runs joins it, and everybody is alerted again."""
    number = normal_number(call.from_number)
    key = select(ResidentPhone).where(ResidentPhone.phone == number, ResidentPhone.is_key)
    phone = session.scalars(key).one_or_none() if number else None
    if phone is None:
        return None
    # Locked: a second webhook of this call waits until the first has raised the alarm.
    resident = session.get_one(Resident, phone.resident_id, with_for_update=True)
    known = alarm_of_call(session, call.id)
    if known is not None:
        return known
    running = _running_of(session, resident)
    alarm = running or _open(session, scheme, resident, phone.phone, now)
    session.add(AlarmCall(call_id=call.id, alarm=alarm))
    if running is not None:
        note_event(session, alarm.suggestion, "alarm_repeated", actor=None, now=now)
    alert(session, scheme, alarm, now=now, duty_phones=duty_phones)
    return alarm


def _open(session: Session, scheme: Scheme, resident: Resident, phone: str, now: datetime) -> Alarm:
    suggestion = open_suggestion(
        session,
        scheme,
        channel=Channel.CALL,
        resident=resident,
        understanding=Understanding(WORDS, WORDS, "", "", "emergency", "120", (), ()),
        received_at=now,
        now=now,
        quiet=True,
    )
    set_courtyard(suggestion, resident.courtyard)
    suggestion.place = where_of(resident)
    alarm = Alarm(
        suggestion=suggestion, resident=resident, phone=phone, raised_at=now, due=now + CIRCLE, next_alert_at=now
    )
    session.add(alarm)
    note_event(session, suggestion, "alarm_raised", actor=None, now=now)
    return alarm


def where_of(resident: Resident) -> str:
    """Where to go: 天福苑 3栋2单元501."""
    courtyard = resident.courtyard.name if resident.courtyard else ""
    address = resident.address.removeprefix(courtyard).strip()
    return f"{courtyard} {address}".strip()


def _variables(alarm: Alarm, now: datetime) -> dict[str, str]:
    return {
        "who": alarm.resident.name or "居民",
        "place": where_of(alarm.resident) or "住址没有登记",
        "caller": alarm.phone,
        "waited": f"{_minutes(alarm, now)}分钟",
    }


def _minutes(alarm: Alarm, now: datetime) -> int:
    return int((now - alarm.raised_at).total_seconds()) // 60


def alert(session: Session, scheme: Scheme, alarm: Alarm, *, now: datetime, duty_phones: Sequence[str]) -> None:
    """An SMS to everybody who can go: the duty phones, people on duty and relatives; when the circle is over,
    coordinators and the highest rank too. Every round is sent once."""
    for phone in _phones(session, scheme, alarm, now, duty_phones):
        queue_notice(
            session,
            scheme,
            key=f"alarm:{alarm.id}:{alarm.rounds}:{phone}",
            template="alarm_again" if alarm.rounds else "alarm",
            suggestion=alarm.suggestion,
            to_number=phone,
            priority=Priority.EMERGENCY,
            variables=_variables(alarm, now),
            now=now,
        )
    alarm.rounds += 1
    alarm.next_alert_at = now + (AGAIN if now - alarm.raised_at < FIRST_HOUR else LATER_AGAIN)
    session.flush()


def _phones(
    session: Session, scheme: Scheme, alarm: Alarm, now: datetime, duty_phones: Sequence[str]
) -> list[str]:
    people: ColumnElement[bool] = User.on_duty.is_(True)
    if now >= alarm.due:
        people = or_(people, User.role == Role.COORDINATOR, User.tier == scheme.tiers[-1].code)
    reachable = select(User.phone).where(people, User.active, User.phone.is_not(None)).order_by(User.id)
    near = select(Relative.phone).where(Relative.resident_id == alarm.resident_id).order_by(Relative.id)
    phones = [*duty_phones, *session.scalars(reachable), *session.scalars(near)]
    return [phone for phone in dict.fromkeys(normal_number(phone or "") for phone in phones) if phone]


def arrive(
    session: Session,
    scheme: Scheme,
    alarm: Alarm,
    *,
    now: datetime,
    user: User | None = None,
    phone: str = "",
    found: str = "",
) -> bool:
    """Somebody is there: the clock ends, and the others are told that they need not come. False when somebody
    else was quicker."""
    session.flush()
    # Of the alarm alone: PostgreSQL locks no row that an outer join may lack, such as who arrived.
    session.refresh(alarm, with_for_update={"of": Alarm})
    if alarm.arrived_at is not None:
        return False
    alarm.arrived_at, alarm.next_alert_at = now, None
    alarm.arrived_user, alarm.arrived_phone, alarm.found = user, phone, found.strip()[:400]
    form = {"minutes": _minutes(alarm, now)}
    note_event(session, alarm.suggestion, "arrived", actor=user, now=now, form=form, note=alarm.found)
    alerts = (Notice.suggestion_id == alarm.suggestion_id) & Notice.template.in_(ALERTS)
    session.execute(
        update(Notice)
        .where(alerts, Notice.state == NoticeState.QUEUED)
        .values(state=NoticeState.CANCELLED, finished_at=now)
    )
    alerted = session.scalars(select(Notice.to_number).where(alerts, Notice.state != NoticeState.CANCELLED))
    for number in sorted(set(alerted) - {phone, normal_number(user.phone or "") if user else ""}):
        queue_notice(
            session,
            scheme,
            key=f"alarm_over:{alarm.id}:{number}",
            template="alarm_over",
            suggestion=alarm.suggestion,
            to_number=number,
            priority=Priority.EMERGENCY,
            now=now,
        )
    session.flush()
    return True


def open_alarm(asking: Asking) -> OpenQuestion | None:
    """The claimant for `handling.open_questions`: “到了 1023” from one of us or from an alerted number."""
    running = running_alarms(asking.session)
    if running and _one_of_us(asking) is None:
        running = [alarm for alarm in running if _was_alerted(asking, alarm)]
    if not running:
        return None
    return OpenQuestion(running[0].raised_at, lambda: _take(asking, running))


def _one_of_us(asking: Asking) -> User | None:
    return asking.session.scalars(select(User).where(User.phone == asking.phone, User.active)).first()


def _was_alerted(asking: Asking, alarm: Alarm) -> bool:
    told = select(Notice.id).where(
        Notice.suggestion_id == alarm.suggestion_id,
        Notice.template.in_(ALERTS),
        Notice.to_number == asking.phone,
    )
    return asking.session.scalar(told.limit(1)) is not None


def _take(asking: Asking, running: list[Alarm]) -> bool:
    words = re.sub(r"[^\w]", "", unicodedata.normalize("NFKC", asking.text.body))
    found = _THERE.match(words)
    if found is None:
        return False
    asking.text.kind = TextKind.COMMAND
    number = found["first"] or found["last"]
    meant = [alarm for alarm in running if not number or alarm.suggestion.number == int(number)]
    sender = asking.phone or ""
    if len(meant) == 1:
        user = _one_of_us(asking)
        arrive(asking.session, asking.scheme, meant[0], now=asking.now, user=user, phone=sender)
        answer, cases = "arrived", meant
    else:
        # Which one? Ending the wrong alarm would leave somebody lying there.
        answer, cases = "alarm_again", running
    for alarm in cases:
        queue_notice(
            asking.session,
            asking.scheme,
            key=f"text:{asking.text.id}:{alarm.id}",
            template=answer,
            suggestion=alarm.suggestion,
            to_number=sender,
            priority=Priority.EMERGENCY,
            variables=_variables(alarm, asking.now),
            now=asking.now,
        )
    return True


def alarm_of_call(session: Session, call_id: int) -> Alarm | None:
    found = select(Alarm).join(AlarmCall, AlarmCall.alarm_id == Alarm.id).where(AlarmCall.call_id == call_id)
    return session.scalars(found).one_or_none()


def _running_of(session: Session, resident: Resident) -> Alarm | None:
    running = select(Alarm).where(Alarm.resident_id == resident.id, Alarm.arrived_at.is_(None))
    # Locked: somebody may be arriving this moment, and what ends must not be alerted anew.
    locked = running.order_by(Alarm.id.desc()).limit(1).with_for_update(of=Alarm)
    return session.scalars(locked, execution_options={"populate_existing": True}).one_or_none()


def running_alarms(session: Session) -> list[Alarm]:
    """Nobody is there yet; the newest first."""
    rows = select(Alarm).where(Alarm.arrived_at.is_(None)).order_by(Alarm.raised_at.desc(), Alarm.id.desc())
    return list(session.scalars(rows.options(*_WITH)))


def past_alarms(session: Session, limit: int = 50) -> list[Alarm]:
    rows = select(Alarm).where(Alarm.arrived_at.is_not(None)).order_by(Alarm.id.desc()).limit(limit)
    return list(session.scalars(rows.options(*_WITH)))


_WITH = (
    joinedload(Alarm.suggestion),
    joinedload(Alarm.resident).joinedload(Resident.courtyard),
    joinedload(Alarm.arrived_user),
)


def due_alarms(session: Session, now: datetime) -> list[int]:
    """Whose alerts are to be repeated now."""
    return list(session.scalars(select(Alarm.id).where(Alarm.next_alert_at <= now).order_by(Alarm.id)))


def alert_again(
    session: Session, scheme: Scheme, alarm_id: int, *, now: datetime, duty_phones: Sequence[str]
) -> bool:
    """One more round for this alarm. False when somebody came, or another worker alerted, meanwhile."""
    alarm = session.get_one(Alarm, alarm_id, with_for_update=True)
    if alarm.arrived_at is not None or alarm.next_alert_at is None or alarm.next_alert_at > now:
        return False
    alert(session, scheme, alarm, now=now, duty_phones=duty_phones)
    return True
