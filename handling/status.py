"""How a case stands, in the words of an SMS and in the prompts that a caller hears."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from handling.clock import SHANGHAI
from handling.scheme import Scheme
from handling.scheme.versions import scheme_of
from models import Event, Suggestion, SuggestionState

# status -> (SMS wording, prompt key)
WORDING = {
    "review": ("待核对", "state_review"),
    "handling": ("正在办理", "state_handling"),
    "planned": ("已列入计划", "state_planned"),
    "done": ("已经办好", "state_done"),
    "invalid": ("没有办成", "state_invalid"),
    "withdrawn": ("按您说的不办了", "state_withdrawn"),
}
# Of the events that no scheme's action names: it is worked on anew.
ENGINE_STATUS = {"looked_again": "handling", "reopened": "handling"}
OPEN_STATES = (SuggestionState.REVIEW, SuggestionState.HANDLING)


def leading(suggestion: Suggestion) -> Suggestion:
    """The suggestion that this one is carried on in: itself unless it was merged."""
    session = object_session(suggestion)
    seen = {suggestion.id}
    while suggestion.merged_into_id is not None and session is not None:
        found = session.get(Suggestion, suggestion.merged_into_id)
        if found is None or found.id in seen:
            break
        seen.add(found.id)
        suggestion = found
    return suggestion


def reports_of(session: Session, case: Suggestion) -> list[Suggestion]:
    """The case itself and every report that is carried on in it, directly or through others."""
    reports, heads = [case], [case.id]
    while heads:
        into = Suggestion.merged_into_id.in_(heads)
        rows = session.scalars(select(Suggestion).where(into, Suggestion.state == SuggestionState.MERGED)).all()
        fresh = [row for row in rows if row not in reports]
        reports += fresh
        heads = [row.id for row in fresh]
    return reports


def reports_by_resident(session: Session, case: Suggestion) -> list[Suggestion]:
    """Of `reports_of` those whose resident can be told, the first of each."""
    first: dict[int, Suggestion] = {}
    for report in reports_of(session, case):
        if report.resident_id is not None:
            first.setdefault(report.resident_id, report)
    return list(first.values())


def status_of(scheme: Scheme, suggestion: Suggestion) -> str:
    """A key of WORDING. The last action that says more than the state does wins (列入计划, 办理完成)."""
    if suggestion.state is SuggestionState.WITHDRAWN:
        return "withdrawn"
    case = leading(suggestion)
    if case.state not in (SuggestionState.HANDLING, SuggestionState.DONE):
        return "review" if case.state is SuggestionState.REVIEW else "invalid"
    scheme = scheme_of(object_session(case), case, scheme)
    said = next((told for event in reversed(case.events) if (told := _said(scheme, event))), "")
    return said if said == "planned" or (case.state is SuggestionState.HANDLING and said) else case.state.value


def _said(scheme: Scheme, event: Event) -> str:
    """What this event says about the status, "" for nothing."""
    action = scheme.action(event.kind)
    return action.status if action else ENGINE_STATUS.get(event.kind, "")


def state_name(scheme: Scheme, suggestion: Suggestion) -> str:
    return WORDING[status_of(scheme, suggestion)][0]


def status_prompts(scheme: Scheme, suggestion: Suggestion, now: datetime | None = None) -> list[str]:
    """Prompt keys of the one sentence that a caller hears: number, state, and the date while it lies ahead."""
    prompts = [*case_prompts(suggestion), WORDING[status_of(scheme, suggestion)][1]]
    return prompts + due_prompts(scheme, suggestion, now)


def case_prompts(suggestion: Suggestion) -> list[str]:
    return ["your_case", *(f"digit_{digit}" for digit in str(suggestion.number))]


def due_prompts(scheme: Scheme, suggestion: Suggestion, now: datetime | None) -> list[str]:
    due = promised_day(scheme, suggestion, now)
    if due is None:
        return []
    return ["expected", f"month_{due.month}", f"day_{due.day}", "answer_by"]


def promised_day(scheme: Scheme, suggestion: Suggestion, now: datetime | None) -> datetime | None:
    """The due time in Shanghai, while it is a promise: not yet answered, and the time not over."""
    case = leading(suggestion)
    answered = case.state not in OPEN_STATES or status_of(scheme, suggestion) == "done"
    if case.due is None or answered or (now is not None and case.due < now):
        return None
    return case.due.astimezone(SHANGHAI)


def day_text(day: datetime, now: datetime) -> str:
    """ "11月24日", with the year when it is not this one."""
    text = f"{day.month}月{day.day}日"
    return text if day.year == now.astimezone(SHANGHAI).year else f"{day.year}年{text}"
