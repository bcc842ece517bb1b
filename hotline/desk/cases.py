"""My cases and the case page: the story, and what to do next."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.assignment import Proposal, by_rank, propose_handler
from handling.casework import (
    FormInvalid,
    StaleCase,
    StepNotAllowed,
    actions_for,
    blocked_actions,
    due_warnings,
    take_action,
)
from handling.disputes import may_read, next_platform
from handling.forms import amounts_before, known_values
from handling.found import NAMES as FOUND_NAMES
from handling.found import found_in_case
from handling.queries import case_story, courtyards, handlers, my_cases, notices_of
from handling.scheme import Action, Scheme
from handling.scheme.versions import scheme_of
from handling.units import active_units, own_stations
from handling.wishes import NAMES, open_wishes
from hotline.current import current
from hotline.desk.access import (
    EVERYBODY,
    LEADERS,
    STAFF,
    acting_user,
    allowed,
    blueprint,
    may_listen,
    may_see_number,
    me,
    note_look,
)
from hotline.desk.panels import Looking, panels_for
from hotline.desk.story import story_of
from hotline.desk.submissions import STALE, Refused, done, refusal, submitted
from hotline.desk.words import level_of, step_name
from models import Role, Suggestion, SuggestionState, User

# More than anybody does in a day; the ledger has the rest.
SHOWN = 100

Answer = str | tuple[str, int] | Response | Refused


@blueprint.get("/mine")
@allowed(*STAFF)
def mine() -> str:
    scheme = current().scheme
    lead = me().role in LEADERS
    with current().database.read() as session:
        cases = my_cases(
            session,
            me().id,
            turn=coordinators_steps(scheme) if lead else (),
            unassigned=[step.code for step in scheme.steps] if lead else (),
            in_force=[step.code for step in scheme.steps] if lead else (),
            at_stations=own_stations(session, scheme, session.get_one(User, me().id)),
            limit=SHOWN,
        )
        rules = {case.id: scheme_of(session, case, scheme) for case in cases}
        wishes = [wish for wish in open_wishes(session) if wish.asked_by_id != me().id] if lead else []
    nobodys = [case for case in cases if case.handler_id is None]
    mine_now = [case for case in cases if case in nobodys or has_turn(rules[case.id], case, me().role)]
    return render_template(
        "desk/mine.html",
        cases=mine_now,
        waiting=[case for case in cases if case not in mine_now],
        full=len(cases) == SHOWN,
        rules=rules,
        wishes=wishes,
        wish_names=NAMES,
    )


@blueprint.get("/cases/<int:number>")
@allowed(*EVERYBODY)
def case_page(number: int) -> Answer:
    return show_case(number)


@blueprint.get("/cases/<int:number>/version")
@allowed(*EVERYBODY)
def case_version(number: int) -> dict[str, int]:
    """For an open page: whether it still tells how the case stands. Nothing of the case itself."""
    with current().database.read() as session:
        version = session.scalar(select(Suggestion.version).where(Suggestion.number == number))
    return {"version": abort(404) if version is None else version}


@blueprint.post("/cases/<int:number>/actions/<action>")
@allowed(*STAFF)
def act(number: int, action: str) -> Answer:
    hotline, form = current(), request.form
    # Without the version two people could undo each other's work unseen.
    version = form.get("version", type=int)
    if version is None:
        abort(400)
    try:
        with hotline.database.write() as session:
            case = session.scalar(select(Suggestion).where(Suggestion.number == number)) or abort(404)
            user = acting_user(session)
            submission, is_new = submitted(session)
            if is_new:
                take_action(
                    session,
                    hotline.scheme,
                    case,
                    user,
                    action,
                    form,
                    now=hotline.clock.now(),
                    version=version,
                )
                if submission is not None:
                    submission.version = case.version
            become = submission.version if submission is not None else None
            still_reads = may_read(session, case, user)
    except FormInvalid as error:
        return refusal(str(error), 422) or (
            show_case(number, tried=action, values=form, errors=error.errors),
            422,
        )
    except StaleCase:
        return refusal(STALE, 409) or (show_case(number, tried=action, values=form, stale=True), 409)
    except StepNotAllowed as error:
        return refusal(str(error), 409) or (show_case(number, refused=str(error)), 409)
    flash("办好了，已经记下。")
    # Who passed a confidential case on reads it no longer.
    return done(url_for("desk.case_page", number=number) if still_reads else url_for("desk.mine"), become)


@blueprint.post("/cases/<int:number>/number")
@allowed(*STAFF)
def show_number(number: int) -> Answer:
    with current().database.read() as session:
        case = session.scalar(select(Suggestion).where(Suggestion.number == number)) or abort(404)
    if not may_see_number(case):
        abort(403)
    note_look(current().database, "number", f"suggestion:{case.id}", current().clock.now())
    return show_case(number, revealed=True)


def show_case(
    number: int,
    *,
    tried: str = "",
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    stale: bool = False,
    refused: str = "",
    revealed: bool = False,
) -> str:
    """The page of a case; `tried` is the action that failed, with what was typed and what is wrong."""
    hotline = current()
    scheme, now = hotline.scheme, hotline.clock.now()
    with hotline.database.read() as session:
        case = case_story(session, number) or abort(404)
        user = session.get_one(User, me().id)
        if not may_read(session, case, user):
            abort(403)
        scheme = scheme_of(session, case, scheme)
        target = session.get(Suggestion, case.merged_into_id) if case.merged_into_id else None
        page: dict[str, Any] = {
            "case": case,
            "actions": actions_for(scheme, case, user),
            "blocked": blocked_actions(scheme, case, user),
            "merged_into": target,
            "story": story_of(scheme, case, notices_of(session, case.id)),
            "ranks": by_rank(scheme, handlers(session), case),
            "courtyards": courtyards(session),
            "units": active_units(session),
            "proposal": proposal_for(session, scheme, case),
            "warnings": due_warnings(session, case),
            "found": found_in_case(session, case),
            "panels": panels_for(Looking(session, scheme, case, user, now)),
        }
    note_look(hotline.database, "view", f"suggestion:{case.id}", now)
    return render_template(
        "desk/case.html",
        **page,
        scheme=scheme,
        level_of=lambda code: level_of(scheme, code),
        step_name=lambda code: step_name(scheme, code),
        found_names=FOUND_NAMES,
        position=position_of(scheme, case.step),
        listening=may_listen(case),
        may_see_number=may_see_number(case),
        tried_action=tried,
        values=values or {},
        errors=errors or {},
        stale=stale,
        refused=refused,
        revealed=revealed,
        started=lambda action: started(case, action, page["proposal"]),
    )


def proposal_for(session: Session, scheme: Scheme, case: Suggestion) -> Proposal | None:
    """Who should take it; while somebody has it, to whom it might go on: from a mediation platform, upwards."""
    if case.state is not SuggestionState.HANDLING:
        return None
    if case.handler is None:
        return propose_handler(session, scheme, case)
    if next_platform(scheme, case) is None:
        return None
    return propose_handler(session, scheme, case, without={case.handler_id}, above=case.handler.tier)


def has_turn(scheme: Scheme, case: Suggestion, role: Role) -> bool:
    """Does the case's step hold anything for this role? A finished job waits for the coordinator."""
    step = next((step for step in scheme.steps if step.code == case.step), None)
    return step is not None and any(role in LEADERS or role in action.roles for action in step.actions)


def coordinators_steps(scheme: Scheme) -> list[str]:
    """Steps where no handler can do anything: the case waits for the coordinator, whoever handles it."""
    return [step.code for step in scheme.steps if all(Role.HANDLER not in action.roles for action in step.actions)]


def started(case: Suggestion, action: Action, proposal: Proposal | None = None) -> dict[str, str]:
    """What a form begins with; where it asks who takes the case, that is who is proposed."""
    begun = known_values(case, action, current().clock.now()) | amounts_before(case, action)
    if proposal is None:
        return begun
    return begun | {asked.code: str(proposal.user.id) for asked in action.fields if asked.sets == "handler"}


def position_of(scheme: Scheme, code: str) -> int:
    """The step's place in the scheme, -1 when the scheme has changed under the case."""
    return next((place for place, step in enumerate(scheme.steps) if step.code == code), -1)
