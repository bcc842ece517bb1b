"""Cases that belong together, a message that held several matters, and taking a suggestion back."""

from flask import abort, request
from sqlalchemy.orm import Session

from handling.deeds import may_work
from handling.lexicon_versions import understander_in_force
from handling.linking import MOST_PARTS, kin_of, link_cases, links_of, split_case, unlink_cases
from handling.status import OPEN_STATES
from handling.withdrawal import may_be_withdrawn, withdraw
from hotline.current import current
from hotline.desk.access import EVERYBODY, STAFF, allowed, blueprint
from hotline.desk.deeds import Answer, do_at_case, typed, typed_id
from hotline.desk.panels import Looking, panel
from models import CaseLink, Role, Suggestion, SuggestionState, User


@panel("relations", "相关的事", "desk/case_relations.html", rank=60)
def relations_panel(looking: Looking) -> dict[str, object] | None:
    case, user = looking.case, looking.user
    links = links_of(looking.session, case.id)
    kin = kin_of(looking.session, case)
    working = may_work(case, user)
    reviewing = case.state is SuggestionState.REVIEW and user.role is not Role.HANDLER
    may_split = case.state in OPEN_STATES and (working or reviewing)
    if not (links or kin or working or may_split):
        return None
    return {
        "links": [(link, link.other if link.one_id == case.id else link.one) for link in links],
        "kin": kin,
        "working": working,
        "may_split": may_split,
        "may_withdraw": working and may_be_withdrawn(case),
        "parts": range(1, MOST_PARTS + 1),
    }


@blueprint.post("/cases/<int:number>/split")
@allowed(*EVERYBODY)
def split(number: int) -> Answer:
    hotline = current()
    with hotline.database.read() as session:
        understander = understander_in_force(session)

    def deed(session: Session, case: Suggestion, user: User) -> None:
        split_case(
            session,
            hotline.scheme,
            case,
            user,
            understander.understand,
            kept=typed("kept", 4000),
            parts=[part[:4000] for part in request.form.getlist("part")],
            duty_phones=hotline.settings.duty_phones,
            now=hotline.clock.now(),
        )

    return do_at_case(number, "split", deed, "分好了，新的几件在“待核对”里，已经告诉居民。")


@blueprint.post("/cases/<int:number>/links")
@allowed(*STAFF)
def link(number: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        now = current().clock.now()
        link_cases(session, case, user, number=typed_id("number"), note=typed("note", 200), now=now)

    return do_at_case(number, "link", deed, "关联好了。")


@blueprint.post("/cases/<int:number>/links/<int:link_id>/remove")
@allowed(*STAFF)
def unlink(number: int, link_id: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        found = session.get(CaseLink, link_id)
        if found is None or case.id not in (found.one_id, found.other_id):
            abort(404)
        unlink_cases(session, case, found, user, now=current().clock.now())

    return do_at_case(number, "unlink", deed, "不再关联了。")


@blueprint.post("/cases/<int:number>/withdraw")
@allowed(*STAFF)
def take_back(number: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        reason, now = typed("reason", 500), current().clock.now()
        withdraw(session, current().scheme, case, actor=user, reason=reason, now=now)

    return do_at_case(number, "withdraw", deed, "按居民说的撤回了，已经告诉居民。")
