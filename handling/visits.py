"""回访 and 居民确认: after a case was closed somebody else asks; an unhappy answer opens it again, once."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from handling.assignment import propose_handler
from handling.calendar import load_calendar
from handling.deeds import StepNotAllowed, recorded
from handling.forms import FormInvalid
from handling.handler_notices import tell_handler
from handling.notices import tell_of_event
from handling.promises import promise_within, work_anew
from handling.scheme import Scheme
from handling.scheme.versions import scheme_of
from handling.status import leading
from models import Event, Rating, Suggestion, SuggestionState, User, Visit, VisitKind, VisitOutcome

# Who cannot be reached is tried again on the next working day, so often in all.
MOST_TRIES = 3
SCORES = range(1, 6)
KINDS = {
    VisitKind.PHONE: "电话回访",
    VisitKind.VISIT: "上门回访",
    VisitKind.SMS: "短信评分",
    VisitKind.EVALUATION: "提出人监督评议",
}
OUTCOMES = {
    VisitOutcome.CONFIRMED: "居民说办好了",
    VisitOutcome.UNHAPPY: "居民不满意",
    VisitOutcome.NOT_REACHED: "没有联系上",
}


def plan_visits(session: Session, scheme: Scheme, case: Suggestion, now: datetime) -> list[Visit]:
    """After closing, as the scheme says; nobody is visited who cannot be known."""
    wanted = scheme.visits
    if case.resident is None or (wanted.levels and case.level not in wanted.levels):
        return []
    due = load_calendar(session).due(now, wanted.working_days)
    visits = [Visit(suggestion=case, kind=VisitKind(kind), due=due, created_at=now) for kind in wanted.kinds]
    session.add_all(visits)
    return visits


def due_visits(session: Session, limit: int = 200) -> list[Visit]:
    """Those that wait, the nearest due time first; one statement."""
    waiting = (
        select(Visit)
        .where(Visit.done_at.is_(None))
        .order_by(Visit.due, Visit.id)
        .options(
            joinedload(Visit.suggestion).joinedload(Suggestion.resident),
            joinedload(Visit.suggestion).joinedload(Suggestion.handler),
            joinedload(Visit.suggestion).joinedload(Suggestion.courtyard),
        )
    )
    return list(session.scalars(waiting.limit(limit)))


def visits_of(session: Session, case_id: int) -> list[Visit]:
    rows = select(Visit).where(Visit.suggestion_id == case_id).order_by(Visit.id)
    return list(session.scalars(rows.options(joinedload(Visit.visitor))))


def record_visit(
    session: Session,
    scheme: Scheme,
    visit: Visit,
    user: User,
    *,
    outcome: VisitOutcome | None,
    score: int | None,
    note: str,
    now: datetime,
) -> Event:
    """What the resident said. An unhappy answer opens the case again, once. StepNotAllowed, FormInvalid."""
    case = visit.suggestion
    _check_visit(visit, user, outcome, score, note)
    scheme = scheme_of(session, leading(case), scheme)
    if outcome is VisitOutcome.CONFIRMED and score is not None and score <= scheme.visits.unhappy:
        outcome = VisitOutcome.UNHAPPY
    visit.outcome, visit.score, visit.note = outcome, score, note.strip()
    visit.visitor, visit.done_at = user, now
    assert outcome is not None
    form = {"visit": visit.kind.value, "outcome": outcome.value, "score": score}
    with recorded(session, case, "visited", actor=user, now=now, form=form, note=visit.note) as event:
        if outcome is VisitOutcome.CONFIRMED:
            case.confirmed_at = now
    if outcome is VisitOutcome.NOT_REACHED:
        _try_again(session, visit, now)
    if outcome is VisitOutcome.UNHAPPY and visit.kind is not VisitKind.EVALUATION:
        again = reopen_case(session, scheme, case, user, reason=visit.note, now=now)
        if again is not None:
            tell_of_event(session, scheme, case, again, "reopened", now)
    return event


def _check_visit(visit: Visit, user: User, outcome: VisitOutcome | None, score: int | None, note: str) -> None:
    if visit.done_at is not None:
        raise StepNotAllowed("已经回访过了")
    if not user.active or leading(visit.suggestion).handler_id == user.id:
        raise StepNotAllowed("回访要由责任人以外的人来做")
    errors = {} if outcome else {"outcome": "请选回访结果"}
    if score is not None and score not in SCORES:
        errors["score"] = "评分是1到5"
    if outcome is VisitOutcome.UNHAPPY and not note.strip():
        errors["note"] = "请写明居民哪里不满意"
    if errors:
        raise FormInvalid(errors)


def _try_again(session: Session, visit: Visit, now: datetime) -> None:
    tries = [v for v in visits_of(session, visit.suggestion_id) if v.kind is visit.kind]
    if len(tries) < MOST_TRIES:
        due = load_calendar(session).due(now, 1)
        session.add(Visit(suggestion=visit.suggestion, kind=visit.kind, due=due, created_at=now))


def take_score(session: Session, scheme: Scheme, rating: Rating, score: int, now: datetime) -> str:
    """The resident answered with 1 to 5, by text or key. The template of what to say to them."""
    case = rating.suggestion
    scheme = scheme_of(session, leading(case), scheme)
    rating.score, rating.rated_at = score, now
    happy = score > scheme.visits.unhappy
    with recorded(session, case, "rated", actor=None, now=now, form={"score": score}):
        if happy:
            case.confirmed_at = now
    for visit in visits_of(session, case.id):
        if visit.kind is VisitKind.SMS and visit.done_at is None:
            visit.outcome = VisitOutcome.CONFIRMED if happy else VisitOutcome.UNHAPPY
            visit.score, visit.done_at = score, now
    if happy:
        return "rated"
    again = reopen_case(session, scheme, case, None, reason="", now=now)
    return "reopened" if again is not None else "rated_low"


def reopen_case(
    session: Session, scheme: Scheme, case: Suggestion, actor: User | None, *, reason: str, now: datetime
) -> Event | None:
    """Once: the matter is handled anew by somebody else, with a new promise. None when it may not be."""
    lead = leading(case)
    step = scheme.find_step(scheme.visits.reopens)
    if step is None or lead.state is not SuggestionState.DONE or lead.reopened:
        return None
    session.execute(delete(Visit).where(Visit.suggestion_id == lead.id, Visit.done_at.is_(None)))
    form = {"number": case.number} if case.id != lead.id else {}
    with recorded(session, lead, "reopened", actor=actor, now=now, form=form, note=reason) as event:
        before = lead.handler_id
        lead.state, lead.done_at, lead.confirmed_at = SuggestionState.HANDLING, None, None
        lead.step, lead.reopened = step.code, lead.reopened + 1
        work_anew(lead)
        proposal = propose_handler(session, scheme, lead, without={before})
        lead.handler = proposal.user if proposal else None
        limit = step if step.is_limited else scheme.find_level(lead.level)
        if limit is not None:
            promise_within(session, scheme, lead, limit, since=now)
    tell_handler(session, scheme, lead, event, actor, now)
    return event


def invite_proposer(session: Session, scheme: Scheme, case: Suggestion, actor: User, now: datetime) -> None:
    """最佳金点子: the resident is asked to supervise and evaluate, and somebody is reminded to call them."""
    if case.resident is None:
        return
    with recorded(session, case, "invited", actor=actor, now=now) as event:
        due = load_calendar(session).due(now, scheme.visits.working_days)
        session.add(Visit(suggestion=case, kind=VisitKind.EVALUATION, due=due, created_at=now))
    tell_of_event(session, scheme, case, event, "invited", now)
