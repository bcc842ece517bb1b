"""回访: what is due, and what the resident said."""

from flask import abort, render_template
from sqlalchemy.orm import Session, joinedload

from handling.status import leading
from handling.visits import KINDS, OUTCOMES, due_visits, record_visit, visits_of
from hotline.current import current
from hotline.desk.access import EVERYBODY, LEADERS, acting_user, allowed, blueprint, me, note_look
from hotline.desk.cases import show_case
from hotline.desk.deeds import Answer, do_at_case, typed, typed_id
from hotline.desk.panels import Looking, panel
from models import Suggestion, User, Visit, VisitOutcome


@panel("visits", "回访", "desk/case_visits.html", rank=40)
def visits_panel(looking: Looking) -> dict[str, object] | None:
    visits = visits_of(looking.session, looking.case.id)
    if not visits and looking.case.confirmed_at is None and not looking.case.reopened:
        return None
    may_visit = leading(looking.case).handler_id != looking.user.id
    return {"visits": visits, "kinds": KINDS, "outcomes": OUTCOMES, "may_visit": may_visit}


@blueprint.get("/visits")
@allowed(*EVERYBODY)
def visits() -> str:
    with current().database.read() as session:
        waiting = [visit for visit in due_visits(session) if may_visit(visit.suggestion)]
    return render_template("desk/visits.html", visits=waiting, kinds=KINDS)


def may_visit(case: Suggestion) -> bool:
    """Not who handled it; what is confidential is for coordinators."""
    return case.handler_id != me().id and (not case.confidential or me().role in LEADERS)


@blueprint.post("/cases/<int:number>/visits/<int:visit_id>")
@allowed(*EVERYBODY)
def record_outcome(number: int, visit_id: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        visit = _own(session.get(Visit, visit_id), case)
        outcome = typed("outcome", 24)
        record_visit(
            session,
            current().scheme,
            visit,
            user,
            outcome=VisitOutcome(outcome) if outcome in set(VisitOutcome) else None,
            score=typed_id("score"),
            note=typed("note"),
            now=current().clock.now(),
        )

    return do_at_case(number, f"visit-{visit_id}", deed, "回访记下了。")


@blueprint.post("/cases/<int:number>/visits/<int:visit_id>/number")
@allowed(*EVERYBODY)
def show_visit_number(number: int, visit_id: int) -> Answer:
    """Who visits must ring: the number of an open visit, and the look is noted."""
    with current().database.read() as session:
        visit = session.get(Visit, visit_id, options=(joinedload(Visit.suggestion),))
        if visit is None or visit.suggestion.number != number or visit.done_at is not None:
            abort(404)
        if leading(visit.suggestion).handler_id == acting_user(session).id:
            abort(403)
        case_id = visit.suggestion_id
    note_look(current().database, "number", f"suggestion:{case_id}", current().clock.now())
    return show_case(number, revealed=True)


def _own(visit: Visit | None, case: Suggestion) -> Visit:
    if visit is None or visit.suggestion_id != case.id:
        abort(404)
    return visit
