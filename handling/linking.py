"""Cases that have to do with each other: links, and a message that held several matters, split."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from handling.deeds import StepNotAllowed, may_work, record, recorded
from handling.forms import FormInvalid
from handling.intake import alert_duty, apply_understanding, open_suggestion
from handling.notices import tell_of_event
from handling.scheme import Scheme
from handling.status import OPEN_STATES
from models import CaseLink, Role, Suggestion, SuggestionState, User

if TYPE_CHECKING:
    from nlp.understanding import Understanding

MOST_PARTS = 6


def split_case(
    session: Session,
    scheme: Scheme,
    case: Suggestion,
    user: User,
    understand: "Callable[[str], Understanding]",
    *,
    kept: str,
    parts: Sequence[str],
    duty_phones: Sequence[str] = (),
    now: datetime,
) -> list[Suggestion]:
    """One message, several matters: each of `parts` becomes a case with its own number that waits for review;
    `kept` is what stays in this one. The resident is told once. StepNotAllowed, FormInvalid."""
    _check_split(case, user)
    parts = [part.strip() for part in parts if part.strip()]
    errors = {} if kept.strip() else {"kept": "请写明留在这一件的内容"}
    if not 0 < len(parts) <= MOST_PARTS:
        errors["part"] = f"请写明要分出去的事，最多{MOST_PARTS}件"
    if errors:
        raise FormInvalid(errors)
    fresh = [_part(session, scheme, case, understand(text), duty_phones, now) for text in parts]
    for part in fresh:
        with recorded(session, part, "split_from", actor=user, now=now, form={"number": case.number}):
            _take_over(part, case)
    form = {"numbers": _numbers(fresh)}
    with recorded(session, case, "split", actor=user, now=now, form=form) as event:
        _keep(session, case, understand(kept.strip()))
    tell_of_event(session, scheme, case, event, "split", now, variables={"cases": _numbers([case, *fresh])})
    return fresh


def _check_split(case: Suggestion, user: User) -> None:
    in_review = case.state is SuggestionState.REVIEW and user.active and user.role is not Role.HANDLER
    if case.state not in OPEN_STATES:
        raise StepNotAllowed("办完的事不能再分")
    if not in_review and not may_work(case, user):
        raise StepNotAllowed("这件事不是您的")


def _part(
    session: Session,
    scheme: Scheme,
    case: Suggestion,
    understanding: "Understanding",
    duty_phones: Sequence[str],
    now: datetime,
) -> Suggestion:
    part = open_suggestion(
        session,
        scheme,
        channel=case.channel,
        resident=case.resident,
        understanding=understanding,
        received_at=case.received_at,
        now=now,
        quiet=True,
    )
    alert_duty(session, scheme, part, now, duty_phones)
    return part


def _take_over(part: Suggestion, case: Suggestion) -> None:
    part.split_from_id = case.id
    part.source, part.campaign_id = case.source, case.campaign_id
    if part.courtyard is None:
        part.courtyard, part.station = case.courtyard, case.station
    part.place = part.place or case.place


def _keep(session: Session, case: Suggestion, understanding: "Understanding") -> None:
    """Before its review what stays is read anew; how urgent the whole was, and so what was promised, is for people
    to take back. What people have decided stays."""
    if case.state is SuggestionState.REVIEW:
        urgency, ring = case.urgency, case.ring
        apply_understanding(session, case, understanding)
        case.urgency, case.ring = urgency, ring
    case.text, case.standard_text = understanding.text, understanding.standard_text


def _numbers(cases: Sequence[Suggestion]) -> str:
    return "、".join(f"{case.number}号" for case in cases)


def link_cases(
    session: Session, case: Suggestion, user: User, *, number: int | None, note: str, now: datetime
) -> CaseLink:
    """Another case that has to do with this one. StepNotAllowed, FormInvalid."""
    if not may_work(case, user):
        raise StepNotAllowed("这件事不是您的")
    other = session.scalars(select(Suggestion).where(Suggestion.number == number)).one_or_none()
    if other is None or other.id == case.id:
        raise FormInvalid({"number": "没有这个编号"})
    if find_link(session, case, other) is not None:
        raise FormInvalid({"number": "已经关联了"})
    return join(session, case, other, user, note=note, now=now)


def join(
    session: Session, case: Suggestion, other: Suggestion, user: User | None, *, note: str, now: datetime
) -> CaseLink:
    one, two = sorted((case, other), key=lambda each: each.id)
    link = CaseLink(one=one, other=two, note=" ".join(note.split())[:200], created_at=now)
    session.add(link)
    for here, there in ((case, other), (other, case)):
        form = {"number": there.number}
        record(session, here, "linked", actor=user, now=now, form=form, note=link.note)
    return link


def unlink_cases(session: Session, case: Suggestion, link: CaseLink, user: User, *, now: datetime) -> None:
    if not may_work(case, user):
        raise StepNotAllowed("这件事不是您的")
    session.delete(link)
    for here, there in ((link.one, link.other), (link.other, link.one)):
        record(session, here, "unlinked", actor=user, now=now, form={"number": there.number})


def find_link(session: Session, case: Suggestion, other: Suggestion) -> CaseLink | None:
    one, two = sorted((case.id, other.id))
    return session.scalars(select(CaseLink).where(CaseLink.one_id == one, CaseLink.other_id == two)).one_or_none()


def links_of(session: Session, case_id: int) -> list[CaseLink]:
    """One statement, with both cases."""
    rows = select(CaseLink).where(or_(CaseLink.one_id == case_id, CaseLink.other_id == case_id))
    both = (joinedload(CaseLink.one), joinedload(CaseLink.other))
    return list(session.scalars(rows.options(*both).order_by(CaseLink.id)))


def kin_of(session: Session, case: Suggestion) -> list[Suggestion]:
    """What was split from it, what it was split from, and what was merged into it."""
    kin = [Suggestion.split_from_id == case.id, Suggestion.merged_into_id == case.id]
    if case.split_from_id is not None:
        kin.append(Suggestion.id == case.split_from_id)
    return list(session.scalars(select(Suggestion).where(or_(*kin)).order_by(Suggestion.number)))
