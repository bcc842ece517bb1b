"""A volunteer hears what was said, corrects what the machine wrote, and decides what becomes of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from handling.casework import FormInvalid, StaleCase, StepNotAllowed, enter_next, may_act
from handling.deeds import note_event, recorded, refusing_stale
from handling.intake import alert_duty, set_courtyard, set_level
from handling.notices import queue_notice
from handling.scheme import Action, Scheme
from handling.scheme.versions import scheme_of
from handling.status import OPEN_STATES, leading
from models import Courtyard, Event, Priority, Review, Suggestion, SuggestionState, Urgency, User

__all__ = [
    "Decisions",
    "FormInvalid",
    "StaleCase",
    "StepNotAllowed",
    "claim_for_review",
    "confirm_review",
    "give_back",
]

# Longer than a three-minute voicemail heard twice; the page renews it while it is open.
LEASE = timedelta(minutes=10)


@dataclass(frozen=True)
class Decisions:
    """What the review page sends besides the corrected text."""

    domain: str
    demand_type: str
    urgency: Urgency
    level: str
    courtyard_id: int | None
    place: str
    valid: bool
    merge_into: int | None
    note: str


def claim_for_review(session: Session, suggestion: Suggestion, user: User, now: datetime) -> bool:
    """Hold it for ten minutes, or renew the hold. False when another volunteer has it or it is reviewed."""
    free = or_(
        Suggestion.claimed_by_id.is_(None),
        Suggestion.claimed_by_id == user.id,
        Suggestion.claimed_until <= now,
    )
    result = session.execute(
        update(Suggestion)
        .where(Suggestion.id == suggestion.id, Suggestion.state == SuggestionState.REVIEW, free)
        .values(claimed_by_id=user.id, claimed_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    session.refresh(suggestion)
    return result.rowcount == 1


def give_back(session: Session, suggestion: Suggestion, user: User) -> None:
    """Let go of it, so that others may take it; does nothing when somebody else holds it."""
    session.execute(
        update(Suggestion)
        .where(Suggestion.id == suggestion.id, Suggestion.claimed_by_id == user.id)
        .values(claimed_by_id=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    session.refresh(suggestion)


@refusing_stale()
def confirm_review(
    session: Session,
    scheme: Scheme,
    suggestion: Suggestion,
    user: User,
    *,
    text: str,
    domain: str,
    demand_type: str,
    urgency: Urgency,
    level: str,
    courtyard_id: int | None,
    place: str,
    valid: bool,
    merge_into: int | None,
    note: str,
    now: datetime,
    duty_phones: Sequence[str] = (),
    standard_text: str | None = None,
    version: int | None = None,
) -> Event:
    """Write the review and move on: a valid suggestion to the scheme's next step, the others to their end.

    note: the reason when it is not valid; the resident hears it. merge_into: a case number.
    standard_text: of the corrected text, None to keep the machine's, or the text itself where it changed.
    Raises StaleCase, StepNotAllowed, FormInvalid."""
    scheme = scheme_of(session, suggestion, scheme)
    decided = Decisions(domain, demand_type, urgency, level, courtyard_id, place, valid, merge_into, note.strip())
    action = _action(scheme, decided)
    _check_turn(suggestion, user, action, now, version)
    courtyard, target = _check_form(session, scheme, suggestion, text, decided)
    with recorded(session, suggestion, "reviewed", actor=user, now=now, note=decided.note) as event:
        _write_review(suggestion, user, text, decided, now)
        if standard_text is not None or text.strip() != suggestion.text:
            suggestion.standard_text = standard_text or text.strip()
        suggestion.text = text.strip()
        suggestion.domain = domain
        suggestion.demand_type = demand_type
        suggestion.urgency = urgency
        suggestion.place = place.strip()[:200]
        suggestion.needs_listening = False
        set_courtyard(suggestion, courtyard)
        suggestion.confidential = suggestion.confidential or domain in scheme.confidential_domains
        _move(session, scheme, suggestion, action, decided, target, now)
    if target is not None:
        note_event(session, target, "joined", actor=user, now=now, form={"number": suggestion.number})
    _tell(session, scheme, suggestion, action, decided, now)
    if action.code == "confirm":
        alert_duty(session, scheme, suggestion, now, duty_phones)
    session.flush()
    return event


def _action(scheme: Scheme, decided: Decisions) -> Action:
    code = "refuse" if not decided.valid else "confirm" if decided.merge_into is None else "merge"
    action = scheme.first_step.action(code)
    assert action is not None, "a scheme is refused without it"
    return action


def _check_turn(suggestion: Suggestion, user: User, action: Action, now: datetime, version: int | None) -> None:
    if version is not None and version != suggestion.version:
        raise StaleCase
    if suggestion.state is not SuggestionState.REVIEW:
        raise StepNotAllowed("这件事已经核对过了")
    held = suggestion.claimed_until is not None and suggestion.claimed_until > now
    if held and suggestion.claimed_by_id != user.id:
        raise StepNotAllowed("另一位志愿者正在核对这件事")
    if not may_act(user, action):
        raise StepNotAllowed(f"您的角色不能做“{action.name}”")


def _check_form(
    session: Session, scheme: Scheme, suggestion: Suggestion, text: str, decided: Decisions
) -> tuple[Courtyard | None, Suggestion | None]:
    errors: dict[str, str] = {}
    if decided.valid and not text.strip():
        errors["text"] = "请写下居民说的话"
    if decided.level not in {level.code for level in scheme.levels}:
        errors["level"] = "请选级别"
    if scheme.domains and decided.valid and decided.domain not in scheme.domains:
        errors["domain"] = "请选领域"
    if not decided.valid and not decided.note:
        errors["note"] = "请写明原因，会告诉居民"
    courtyard = session.get(Courtyard, decided.courtyard_id) if decided.courtyard_id is not None else None
    if decided.courtyard_id is not None and courtyard is None:
        errors["courtyard_id"] = "没有这个院落"
    target = None
    if decided.valid and decided.merge_into is not None:
        target = _merge_target(session, suggestion, decided.merge_into)
        if target is None:
            errors["merge_into"] = "没有这个编号，或者它已经办结，不能并案"
    if errors:
        raise FormInvalid(errors)
    return courtyard, target


def _merge_target(session: Session, suggestion: Suggestion, number: int) -> Suggestion | None:
    """The open case at the end of the chain that the number names; never the suggestion itself.

    Locked, so that nobody merges it into this one meanwhile, nor closes it without telling this resident."""
    named = session.scalars(select(Suggestion).where(Suggestion.number == number)).one_or_none()
    target = leading(named) if named is not None else None
    if target is None or target.id == suggestion.id:
        return None
    session.refresh(target, with_for_update=True)
    return target if target.state in OPEN_STATES else None


def _write_review(suggestion: Suggestion, user: User, text: str, decided: Decisions, now: datetime) -> None:
    decisions: dict[str, Any] = asdict(decided) | {"urgency": decided.urgency.value}
    proposed = {
        "text": suggestion.text,
        "domain": suggestion.domain,
        "demand_type": suggestion.demand_type,
        "urgency": suggestion.urgency.value,
        "level": suggestion.level,
        "courtyard_id": suggestion.courtyard_id,
        "place": suggestion.place,
    }
    suggestion.reviews.append(
        Review(reviewer=user, text=text.strip(), decisions=decisions, proposed=proposed, created_at=now)
    )


def _move(
    session: Session,
    scheme: Scheme,
    suggestion: Suggestion,
    action: Action,
    decided: Decisions,
    target: Suggestion | None,
    now: datetime,
) -> None:
    set_level(session, scheme, suggestion, decided.level)
    enter_next(session, scheme, suggestion, action, now)
    suggestion.state = action.state or suggestion.state
    if target is not None:
        suggestion.merged_into_id = target.id
        # Whoever closes the target at this moment has not told this resident: let one of the two try again.
        flag_modified(target, "step")
    if suggestion.state is SuggestionState.INVALID:
        suggestion.done_at = now
    suggestion.claimed_by = None
    suggestion.claimed_until = None


def _tell(
    session: Session,
    scheme: Scheme,
    suggestion: Suggestion,
    action: Action,
    decided: Decisions,
    now: datetime,
) -> None:
    if not action.notice:
        return
    queue_notice(
        session,
        scheme,
        key=f"reviewed:{suggestion.id}",
        template=action.notice,
        suggestion=suggestion,
        resident=suggestion.resident,
        priority=Priority.ROUTINE,
        variables={"reason": decided.note},
        now=now,
    )
