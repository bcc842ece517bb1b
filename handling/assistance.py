"""协办: parts of a case that other people or units are asked for. It is not finished while one is open."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from handling.clock import SHANGHAI
from handling.deeds import StepNotAllowed, check_leading, check_working, may_lead, record
from handling.forms import FormInvalid
from handling.notices import queue_notice
from handling.scheme import Scheme
from models import Assistance, Priority, Role, Suggestion, SuggestionState, Unit, User


def ask_for_help(
    session: Session,
    scheme: Scheme,
    case: Suggestion,
    user: User,
    *,
    helper: User | Unit | None,
    task: str,
    due: datetime | None,
    now: datetime,
) -> Assistance:
    """Ask a person or a unit for a part of the case; their telephones are told. StepNotAllowed, FormInvalid."""
    check_working(case, user)
    errors = {} if task.strip() else {"task": "请写明要对方做什么"}
    if helper is None or not helper.active or _is_volunteer(helper) or helper is case.handler:
        errors["helper"] = "请选协办的人或单位"
    if due is not None and due < now:
        errors["due"] = "答复期限不能是过去的日子"
    if errors:
        raise FormInvalid(errors)
    part = Assistance(
        suggestion=case,
        user=helper if isinstance(helper, User) else None,
        unit=helper if isinstance(helper, Unit) else None,
        asked=task.strip(),
        asked_by=user,
        asked_at=now,
        due=due,
    )
    session.add(part)
    form = {"whom": name_of(part), "task": part.asked} | ({"until": due.isoformat()} if due else {})
    record(session, case, "help_asked", actor=user, now=now, form=form)
    _tell_helpers(session, scheme, part, now)
    return part


def answer_help(session: Session, part: Assistance, user: User, *, answer: str, now: datetime) -> None:
    """By who was asked, somebody of the unit, or a coordinator for them. StepNotAllowed, FormInvalid."""
    if part.answered_at is not None:
        raise StepNotAllowed("已经答复过了")
    if not may_answer(part, user):
        raise StepNotAllowed("这份协办不是您的")
    if not answer.strip():
        raise FormInvalid({"answer": "请写明办得怎么样"})
    _end(session, part, user, "help_answered", answer, now)


def waive_help(session: Session, part: Assistance, user: User, *, reason: str, now: datetime) -> None:
    """A coordinator says that the case does not wait for it. StepNotAllowed, FormInvalid."""
    check_leading(user)
    if part.answered_at is not None:
        raise StepNotAllowed("已经答复过了")
    if not reason.strip():
        raise FormInvalid({"answer": "请写明为什么不等了"})
    part.waived = True
    _end(session, part, user, "help_waived", reason, now)


def _end(session: Session, part: Assistance, user: User, kind: str, answer: str, now: datetime) -> None:
    part.answer, part.answered_at, part.answered_by = answer.strip(), now, user
    form = {"whom": name_of(part), "answer": part.answer}
    record(session, part.suggestion, kind, actor=user, now=now, form=form)


def helps_of(session: Session, case_id: int) -> list[Assistance]:
    """The oldest first, answered ones too; one statement."""
    rows = select(Assistance).where(Assistance.suggestion_id == case_id).order_by(Assistance.id)
    people = (Assistance.user, Assistance.unit, Assistance.asked_by, Assistance.answered_by)
    return list(session.scalars(rows.options(*(joinedload(person) for person in people))))


def helps_for(session: Session, user: User, limit: int = 200) -> list[Assistance]:
    """What this person, or the person's unit, is asked for and has not answered; nearest due time first."""
    rows = (
        select(Assistance)
        .join(Suggestion, Suggestion.id == Assistance.suggestion_id)
        .where(asks(user), Assistance.answered_at.is_(None), Suggestion.state == SuggestionState.HANDLING)
        .order_by(Assistance.due.is_(None), Assistance.due, Assistance.id)
    )
    people = (Assistance.suggestion, Assistance.user, Assistance.unit, Assistance.asked_by)
    return list(session.scalars(rows.options(*(joinedload(part) for part in people)).limit(limit)))


def help_missing(session: Session, case: Suggestion) -> str:
    """Why the case cannot be finished yet: who has not answered; "" when nobody."""
    waiting = [name_of(part) for part in helps_of(session, case.id) if part.answered_at is None]
    return f"{'、'.join(waiting)}的协办还没有答复" if waiting else ""


def is_helper(session: Session, case: Suggestion, user: User) -> bool:
    """Was this person, or the person's unit, ever asked to help with it?"""
    asked = select(Assistance.id).where(Assistance.suggestion_id == case.id, asks(user))
    return session.scalar(asked.limit(1)) is not None


def asks(user: User) -> ColumnElement[bool]:
    """For queries of Assistance: it asks this person or the person's unit."""
    mine = Assistance.user_id == user.id
    return mine if user.unit_id is None else or_(mine, Assistance.unit_id == user.unit_id)


def name_of(part: Assistance) -> str:
    helper = part.unit or part.user
    return helper.name if helper else ""


def may_answer(part: Assistance, user: User) -> bool:
    same_unit = part.unit_id is not None and part.unit_id == user.unit_id
    return user.active and (part.user_id == user.id or same_unit or may_lead(user))


def _is_volunteer(helper: User | Unit) -> bool:
    return isinstance(helper, User) and helper.role is Role.VOLUNTEER


def _tell_helpers(session: Session, scheme: Scheme, part: Assistance, now: datetime) -> None:
    """The unit's telephone, or those of its people where it has none."""
    phones = [part.user.phone] if part.user else [part.unit.phone] if part.unit else []
    if part.unit is not None and not part.unit.phone:
        people = select(User.phone).where(User.unit_id == part.unit.id, User.active, User.phone.is_not(None))
        phones = list(session.scalars(people))
    due = part.due.astimezone(SHANGHAI) if part.due else None
    for phone in phones:
        if phone:
            queue_notice(
                session,
                scheme,
                key=f"help:{part.id}:{phone}",
                template="help_asked",
                suggestion=part.suggestion,
                to_number=phone,
                priority=Priority.ROUTINE,
                variables={"task": part.asked, "task_due": f"{due.month}月{due.day}日前" if due else "尽快"},
                now=now,
            )
