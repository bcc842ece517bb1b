"""协办: asking people and units for parts of a case, and what I am asked for."""

from flask import abort, render_template, request
from sqlalchemy.orm import Session

from handling.assistance import answer_help, ask_for_help, helps_for, helps_of, may_answer, name_of, waive_help
from handling.deeds import may_lead, may_work
from hotline.current import current
from hotline.desk.access import STAFF, acting_user, allowed, blueprint, read_id
from hotline.desk.deeds import Answer, do_at_case, typed, typed_day
from hotline.desk.panels import Looking, panel
from models import Assistance, Suggestion, SuggestionState, Unit, User


@panel("help", "协办", "desk/case_help.html", rank=30)
def help_panel(looking: Looking) -> dict[str, object] | None:
    parts = helps_of(looking.session, looking.case.id)
    open_now = looking.case.state is SuggestionState.HANDLING
    asking = open_now and may_work(looking.case, looking.user)
    if not parts and not asking:
        return None
    return {
        "parts": parts,
        "asking": asking,
        "leading": open_now and may_lead(looking.user),
        "mine": lambda part: open_now and may_answer(part, looking.user),
        "name_of": name_of,
    }


@blueprint.get("/help")
@allowed(*STAFF)
def helping() -> str:
    with current().database.read() as session:
        parts = helps_for(session, acting_user(session))
    return render_template("desk/helping.html", parts=parts, name_of=name_of)


@blueprint.post("/cases/<int:number>/help")
@allowed(*STAFF)
def ask_help(number: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        ask_for_help(
            session,
            current().scheme,
            case,
            user,
            helper=_helper(session),
            task=typed("task"),
            due=typed_day("due"),
            now=current().clock.now(),
        )

    return do_at_case(number, "ask-help", deed, "请对方协办了，已经记下。")


@blueprint.post("/cases/<int:number>/help/<int:part_id>")
@allowed(*STAFF)
def end_help(number: int, part_id: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        part = session.get(Assistance, part_id)
        if part is None or part.suggestion_id != case.id:
            abort(404)
        if request.form.get("waive"):
            waive_help(session, part, user, reason=typed("answer"), now=current().clock.now())
        else:
            answer_help(session, part, user, answer=typed("answer"), now=current().clock.now())

    return do_at_case(number, f"help-{part_id}", deed, "协办的答复记下了。")


def _helper(session: Session) -> User | Unit | None:
    """ "unit-3" or "person-7", as the list sends it."""
    kind, _, key = typed("helper", 20).partition("-")
    if (found := read_id(key)) is None:
        return None
    return session.get(Unit, found) if kind == "unit" else session.get(User, found)
