"""Waiting for somebody, asking for more time, handing over: the clock of a case and whose it is."""

from flask import abort, request
from sqlalchemy.orm import Session

from handling.deeds import may_lead, may_work
from handling.disputes import next_platform, platform_is_over
from handling.pauses import pause_case, resume_case
from handling.wishes import NAMES, ask_extension, ask_handover, decide_wish, open_wishes
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, allowed, blueprint
from hotline.desk.deeds import Answer, do_at_case, typed, typed_day, typed_id
from hotline.desk.panels import Looking, panel
from models import Suggestion, SuggestionState, User, Wish, WishKind


@panel("platform", "调解时限到了", "desk/case_platform.html", rank=10)
def platform_panel(looking: Looking) -> dict[str, object] | None:
    """Proposes the next platform when the time of this one is over."""
    if not platform_is_over(looking.scheme, looking.case, looking.now):
        return None
    return {"action": next_platform(looking.scheme, looking.case)}


@panel("waiting", "等待、延期和转交", "desk/case_waiting.html", rank=20)
def waiting_panel(looking: Looking) -> dict[str, object] | None:
    if looking.case.state is not SuggestionState.HANDLING:
        return None
    wishes = open_wishes(looking.session, looking.case.id)
    working = may_work(looking.case, looking.user)
    if not working and not wishes and looking.case.paused_at is None:
        return None
    asked = {wish.kind for wish in wishes}
    return {
        "working": working,
        "wishes": wishes,
        "names": NAMES,
        "may_decide": lambda wish: may_lead(looking.user) and wish.asked_by_id != looking.user.id,
        "may_ask_time": working and WishKind.EXTENSION not in asked,
        "may_hand_over": working and WishKind.HANDOVER not in asked,
    }


@blueprint.post("/cases/<int:number>/pause")
@allowed(*STAFF)
def pause(number: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        now = current().clock.now()
        pause_case(session, current().scheme, case, user, waits_for=typed("waits_for", 200), now=now)

    return do_at_case(number, "pause", deed, "停下来等了，期限不再走。")


@blueprint.post("/cases/<int:number>/resume")
@allowed(*STAFF)
def resume(number: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        resume_case(session, current().scheme, case, user, now=current().clock.now())

    return do_at_case(number, "resume", deed, "接着办了，等的日子已经补上。")


@blueprint.post("/cases/<int:number>/more-time")
@allowed(*STAFF)
def ask_more_time(number: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        now = current().clock.now()
        ask_extension(session, case, user, due=typed_day("due"), reason=typed("reason"), now=now)

    return do_at_case(number, "more-time", deed, "延期申请交上去了，等统筹员来定。")


@blueprint.post("/cases/<int:number>/hand-over")
@allowed(*STAFF)
def hand_over(number: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        key = typed_id("handler")
        to = session.get(User, key) if key else None
        ask_handover(session, case, user, to=to, reason=typed("reason"), now=current().clock.now())

    return do_at_case(number, "hand-over", deed, "转交申请交上去了，等统筹员来定。")


@blueprint.post("/cases/<int:number>/wishes/<int:wish_id>")
@allowed(*LEADERS)
def decide_on_wish(number: int, wish_id: int) -> Answer:
    def deed(session: Session, case: Suggestion, user: User) -> None:
        wish = session.get(Wish, wish_id)
        if wish is None or wish.suggestion_id != case.id:
            abort(404)
        key = typed_id("handler")
        decide_wish(
            session,
            current().scheme,
            wish,
            user,
            granted=request.form.get("granted") == "1",
            answer=typed("answer"),
            handler=session.get(User, key) if key else None,
            now=current().clock.now(),
        )

    return do_at_case(number, f"wish-{wish_id}", deed, "定了，已经记下。")
