"""The community's paper forms (记录单, 白名单, 追踪单), filled from a case and its history."""

from datetime import datetime

from handling.clock import SHANGHAI
from handling.export import STATES, URGENCIES, channel_of, colour_of, place_of
from handling.forms import show_value
from handling.residents import mask
from handling.scheme import FormLine, PaperForm, Scheme
from models import Suggestion


def filled_form(scheme: Scheme, form: PaperForm, case: Suggestion) -> list[tuple[str, str]]:
    """The form's lines in order with what is known; "" where somebody writes by hand. Phones are masked."""
    known = case_values(scheme, case)
    return [(line.name, _value(scheme, line, case, known)) for line in form.lines]


def _value(scheme: Scheme, line: FormLine, case: Suggestion, known: dict[str, str]) -> str:
    code, _, field = line.value.partition(".")
    return known.get(code, "") if not field else _last_filled(scheme, case, code, field)


def _last_filled(scheme: Scheme, case: Suggestion, action_code: str, field: str) -> str:
    """What was last written into a field of an action: the newest round of a case that went back counts."""
    filled = [event for event in case.events if event.kind == action_code and field in event.form]
    if not filled:
        return ""
    step = scheme.find_step(filled[-1].step)
    action = (step.action(action_code) if step else None) or scheme.action(action_code)
    return show_value(action, field, filled[-1].form[field]) if action else str(filled[-1].form[field] or "")


def case_values(scheme: Scheme, case: Suggestion) -> dict[str, str]:
    """Every word of `handling.scheme.checks.CASE_VALUES` for this case, as people write it."""
    level = scheme.find_level(case.level)
    scores = [rating.score for rating in case.ratings if rating.score]
    return {
        "number": str(case.number),
        "received_at": _moment(case.received_at),
        "channel": channel_of(scheme, case),
        "phone": mask(case.resident.phone) if case.resident else "",
        "text": case.text,
        "place": place_of(case),
        "courtyard": case.courtyard.name if case.courtyard else "",
        "station": case.station.name if case.station else "",
        "domain": case.domain,
        "demand_type": case.demand_type,
        "urgency": URGENCIES[case.urgency],
        "level": f"{level.code} {level.name}" if level else case.level,
        "colour": colour_of(scheme, case.level),
        "handler": case.handler.name if case.handler else "",
        "due": _moment(case.due),
        "done_at": _moment(case.done_at),
        "state": STATES[case.state],
        "rating": f"{scores[-1]}分" if scores else "",
        "feedback": case.feedback,
    }


def _moment(time: datetime | None) -> str:
    return f"{time.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if time else ""
