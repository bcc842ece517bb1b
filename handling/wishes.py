"""What a handler asks for, and another person decides: more time (延期), or somebody else for the case (转交)."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from handling.calendar import why_not_due
from handling.deeds import StepNotAllowed, check_leading, check_working, record, recorded
from handling.forms import FormInvalid
from handling.handler_notices import tell_handler
from handling.notices import tell_of_event
from handling.promises import promise_until
from handling.scheme import Scheme
from models import Event, Role, Suggestion, SuggestionState, User, Wish, WishKind

NAMES = {WishKind.EXTENSION: "延期", WishKind.HANDOVER: "转交"}


def open_wishes(session: Session, case_id: int | None = None) -> list[Wish]:
    """Those of cases in hand, the oldest first; of one case, or of all."""
    waiting = (
        select(Wish)
        .join(Suggestion, Suggestion.id == Wish.suggestion_id)
        .where(Wish.decided_at.is_(None), Suggestion.state == SuggestionState.HANDLING)
        .order_by(Wish.id)
        .options(joinedload(Wish.asked_by), joinedload(Wish.handler), joinedload(Wish.suggestion))
    )
    if case_id is not None:
        waiting = waiting.where(Wish.suggestion_id == case_id)
    return list(session.scalars(waiting))


def ask_extension(
    session: Session, case: Suggestion, user: User, *, due: datetime | None, reason: str, now: datetime
) -> Wish:
    """More time until `due`, for a reason that the resident will hear. StepNotAllowed, FormInvalid."""
    errors = {} if reason.strip() else {"reason": "请写明原因，批准后会告诉居民"}
    if due is None or due <= max(now, case.due or now):
        errors["due"] = "新期限要比现在的晚"
    elif wrong := why_not_due(session, due):
        errors["due"] = wrong
    return _ask(session, case, user, WishKind.EXTENSION, reason, errors, now, due=due)


def ask_handover(
    session: Session, case: Suggestion, user: User, *, to: User | None, reason: str, now: datetime
) -> Wish:
    """Somebody else, or whoever the coordinator finds (None). StepNotAllowed, FormInvalid."""
    errors = {} if reason.strip() else {"reason": "请写明原因"}
    if to is not None and (not to.active or to.role is Role.VOLUNTEER or to.id == case.handler_id):
        errors["handler"] = "请从列表里选另一个人"
    return _ask(session, case, user, WishKind.HANDOVER, reason, errors, now, handler=to)


def _ask(
    session: Session,
    case: Suggestion,
    user: User,
    kind: WishKind,
    reason: str,
    errors: dict[str, str],
    now: datetime,
    *,
    due: datetime | None = None,
    handler: User | None = None,
) -> Wish:
    check_working(case, user)
    if any(wish.kind is kind for wish in open_wishes(session, case.id)):
        raise StepNotAllowed(f"已经申请过{NAMES[kind]}，等统筹员来定")
    if errors:
        raise FormInvalid(errors)
    wish = Wish(
        suggestion=case, kind=kind, reason=reason.strip(), due=due, handler=handler, asked_by=user, asked_at=now
    )
    session.add(wish)
    form: dict[str, Any] = {"reason": wish.reason}
    form |= {"until": due.isoformat()} if due else {}
    form |= {"whom": handler.name} if handler else {}
    record(session, case, f"{kind.value}_asked", actor=user, now=now, form=form)
    return wish


def decide_wish(
    session: Session,
    scheme: Scheme,
    wish: Wish,
    user: User,
    *,
    granted: bool,
    answer: str = "",
    handler: User | None = None,
    now: datetime,
) -> Event:
    """A coordinator says yes or no; the approver is another person than the one who asked.

    handler: who takes the case over, when the wish names nobody. StepNotAllowed, FormInvalid."""
    case = wish.suggestion
    check_leading(user)
    if wish.decided_at is not None or case.state is not SuggestionState.HANDLING:
        raise StepNotAllowed("已经定过了")
    if wish.asked_by_id == user.id:
        raise StepNotAllowed("自己申请的，要由另一位统筹员来定")
    taker = wish.handler or handler
    if not granted and not answer.strip():
        raise FormInvalid({"answer": "请写明为什么不同意"})
    if granted and wish.kind is WishKind.HANDOVER and (taker is None or taker.id == case.handler_id):
        raise FormInvalid({"handler": "请选由谁接着办"})
    wish.granted, wish.answer, wish.decided_at, wish.decided_by = granted, answer.strip(), now, user
    kind = f"{wish.kind.value}_{'granted' if granted else 'declined'}"
    with recorded(session, case, kind, actor=user, now=now, note=wish.answer) as event:
        if granted and wish.kind is WishKind.EXTENSION and wish.due is not None:
            promise_until(case, wish.due, since=now)
        elif granted:
            case.handler = taker
    if granted:
        _tell(session, scheme, wish, event, now)
        tell_handler(session, scheme, case, event, user, now)
    return event


def _tell(session: Session, scheme: Scheme, wish: Wish, event: Event, now: datetime) -> None:
    template = "extended" if wish.kind is WishKind.EXTENSION else "reassigned"
    tell_of_event(session, scheme, wish.suggestion, event, template, now, variables={"reason": wish.reason})
