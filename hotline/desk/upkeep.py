"""长效维护: who keeps what in order, rounds that are due, what they found."""

from flask import abort, render_template
from sqlalchemy.orm import Session

from handling.deeds import may_lead
from handling.lexicon_versions import understander_in_force
from handling.upkeep import change_upkeep, inspect, upkeep_of, upkeeps
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, allowed, blueprint
from hotline.desk.deeds import Answer, do_at_case, typed, typed_id
from hotline.desk.panels import Looking, panel
from models import Role, Suggestion, Upkeep, User


@panel("upkeep", "长效维护", "desk/case_upkeep.html", rank=45)
def upkeep_panel(looking: Looking) -> dict[str, object] | None:
    kept = upkeep_of(looking.session, looking.case.id)
    if kept is None:
        return None
    staff = looking.user.role is not Role.VOLUNTEER
    return {"kept": kept, "may_look": staff and kept.active, "may_change": may_lead(looking.user)}


@blueprint.get("/inspections")
@allowed(*STAFF)
def inspections() -> str:
    with current().database.read() as session:
        return render_template("desk/inspections.html", kept=upkeeps(session))


@blueprint.post("/cases/<int:number>/inspections")
@allowed(*STAFF)
def add_inspection(number: int) -> Answer:
    hotline = current()
    with hotline.database.read() as session:
        understander = understander_in_force(session)

    def deed(session: Session, case: Suggestion, user: User) -> None:
        inspect(
            session,
            hotline.scheme,
            _kept(session, case),
            user,
            understander.understand,
            in_order={"1": True, "0": False}.get(typed("in_order", 1)),
            note=typed("note"),
            duty_phones=hotline.settings.duty_phones,
            now=hotline.clock.now(),
        )

    return do_at_case(number, "inspect", deed, "巡查记下了。")


@blueprint.post("/cases/<int:number>/upkeep")
@allowed(*LEADERS)
def save_upkeep(number: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        change_upkeep(
            session,
            _kept(session, case),
            user,
            subject=typed("subject", 200),
            keeper=typed("keeper", 40),
            interval_days=typed_id("interval_days"),
            active=typed("active", 1) == "1",
            now=current().clock.now(),
        )

    return do_at_case(number, "upkeep", deed, "维护的安排改好了。")


def _kept(session: Session, case: Suggestion) -> Upkeep:
    return upkeep_of(session, case.id) or abort(404)
