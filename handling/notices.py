"""Notices to residents and duty phones: registered templates, the medium, the hour."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from handling.campaigns.survey_notices import SURVEY_VARIABLES
from handling.clock import SHANGHAI
from handling.residents import can_receive_sms
from handling.scheme import Scheme, Template
from handling.scheme.notice_variables import CLOCK_VARIABLES, variables_of
from handling.scheme.versions import scheme_of
from handling.sms import ONE_SEGMENT, SEGMENT_OF_MANY, sms_segments, sms_units
from handling.status import (
    WORDING,
    case_prompts,
    day_text,
    due_prompts,
    leading,
    promised_day,
    state_name,
    status_of,
    status_prompts,
)
from models import Event, Medium, Notice, Priority, Resident, Suggestion, find_or_add

__all__ = [
    "case_variables",
    "compose",
    "leaves_at",
    "not_before",
    "queue_notice",
    "reply_priority",
    "sms_segments",
    "sms_units",
    "status_prompts",
    "tell_of_event",
]

Hours = tuple[tuple[time, time], ...]
SMS_HOURS: Hours = ((time(8, 0), time(20, 30)),)
# When old people are awake and not at table (reference B.9).
CALL_HOURS: Hours = ((time(9, 0), time(11, 30)), (time(14, 30), time(18, 0)))
FRESH = timedelta(minutes=10)
# These say the exact thing or nothing: they are never shortened.
EXACT = (
    frozenset(("number", "due", "promise", "level", "state", "caller", "ring", "points", "balance", "community"))
    | SURVEY_VARIABLES
    | CLOCK_VARIABLES
)
SHORTEST = 6
_LINK = re.compile(r"(?:https?://|www\.)[^\s\u3000-\uffef]*", re.IGNORECASE)


def queue_notice(
    session: Session,
    scheme: Scheme,
    *,
    key: str,
    template: str,
    suggestion: Suggestion | None = None,
    resident: Resident | None = None,
    to_number: str | None = None,
    priority: Priority,
    variables: Mapping[str, Any] | None = None,
    medium: Medium | None = None,
    now: datetime,
) -> Notice | None:
    """Put one notice in the outbox. None when the key exists, nobody can be reached, or the resident has
    opted out (an answer to their own command and an emergency still go).

    to_number: a duty phone; otherwise the resident is told. medium: already decided, whatever they can receive.
    """
    session.flush()  # new rows get their keys
    if suggestion is not None:
        scheme = scheme_of(session, suggestion, scheme)
    form = scheme.notices[template]
    number = to_number or (resident.phone if resident is not None else "")
    if not number or not (to_number or _wants(resident, form, priority)):
        return None
    values = {"community": scheme.community.name, **case_variables(scheme, suggestion, now), **(variables or {})}
    prompts = _spoken(scheme, form, suggestion, values, now)
    if medium is None:
        medium = Medium.SMS if to_number else _medium(resident, prompts, form, priority)
        if form.sms_only and medium is not Medium.SMS:
            return None
    used = variables_of(form.text)
    notice, is_new = find_or_add(
        session,
        Notice,
        key="key",
        value=key,
        suggestion_id=suggestion.id if suggestion else None,
        resident_id=resident.id if resident else None,
        to_number=number,
        medium=medium,
        priority=priority,
        template=template,
        variables={name: values[name] for name in sorted(used)},
        body=compose(scheme, form, values),
        # Also beside an SMS: a carrier may still find that the number takes none.
        prompts=prompts,
        created_at=now,
        next_try_at=not_before(priority, now, medium, resident),
    )
    return notice if is_new else None


def tell_of_event(
    session: Session,
    scheme: Scheme,
    case: Suggestion,
    event: Event,
    template: str,
    now: datetime,
    *,
    variables: Mapping[str, Any] | None = None,
    priority: Priority = Priority.ROUTINE,
) -> None:
    """The resident of the case hears, once, what has happened to it or to the one that it is carried on in."""
    queue_notice(
        session,
        scheme,
        key=f"event:{event.id}:{case.id}",
        template=template,
        suggestion=case,
        resident=case.resident,
        priority=priority,
        variables=variables,
        now=now,
    )


def case_variables(scheme: Scheme, suggestion: Suggestion | None, now: datetime) -> dict[str, Any]:
    """What every notice about a case may say."""
    if suggestion is None:
        return {}
    case = leading(suggestion)
    promised = promised_day(scheme, suggestion, now)
    level = scheme.find_level(case.level)
    return {
        "number": suggestion.number,
        "due": day_text(promised, now) if promised else "近日",
        "promise": f"{day_text(promised, now)}前答复您" if promised else "会尽快答复您",
        "handler_name": case.handler.name if case.handler else "社区",
        "level": level.words if level else f"{case.level}类" if case.level else "",
        "state": state_name(scheme, suggestion),
        "place": suggestion.place,
        "ring": suggestion.ring,
    }


def compose(scheme: Scheme, template: Template, variables: Mapping[str, Any]) -> str:
    """The SMS with its signature, in the template's number of segments: wordy variables give way."""
    limit = ONE_SEGMENT if template.segments == 1 else SEGMENT_OF_MANY * template.segments
    values = {name: _clean(str(variables[name])) for name in variables_of(template.text)}
    while True:
        body = scheme.community.signature + template.text.format_map(values)
        over = sms_units(body) - limit
        longest = max((n for n in values if n not in EXACT), key=lambda n: sms_units(values[n]), default="")
        if over <= 0 or not longest or sms_units(values[longest]) <= SHORTEST:
            return body
        values[longest] = _shorter(values[longest])


def _shorter(value: str) -> str:
    return value.removesuffix("…")[:-2].rstrip("，。、；：,.;: ") + "…"


def _clean(value: str) -> str:
    return " ".join(_LINK.sub("", value).split())


def not_before(
    priority: Priority, now: datetime, medium: Medium = Medium.SMS, resident: Resident | None = None
) -> datetime:
    """The earliest moment for it: routine texts keep quiet from 20:30 to 08:00 Shanghai time, routine
    call-backs keep call hours, both keep the hours that the resident asked for; who has just called or written is
    awake, and emergencies know no hours."""
    if priority is not Priority.ROUTINE:
        return now
    return _next_opening(now, own_hours(resident) or (CALL_HOURS if medium is Medium.CALL else SMS_HOURS))


def own_hours(resident: Resident | None) -> Hours:
    """The hours in the resident's file, as far as they are not at night; none when nothing is left of them."""
    if resident is None or not resident.reach_from or not resident.reach_until:
        return ()
    opens, closes = SMS_HOURS[0]
    begin = max(opens, time.fromisoformat(resident.reach_from))
    end = min(closes, time.fromisoformat(resident.reach_until))
    return ((begin, end),) if begin < end else ()


def leaves_at(notice: Notice, now: datetime) -> datetime:
    """The earliest moment for a notice that waits in the outbox: an answer that has waited is routine."""
    late = notice.priority is Priority.REPLY and now - notice.created_at > FRESH
    return not_before(Priority.ROUTINE if late else notice.priority, now, notice.medium, notice.resident)


def _next_opening(now: datetime, hours: Hours) -> datetime:
    local = now.astimezone(SHANGHAI)
    for day in (local.date(), local.date() + timedelta(days=1)):
        for opens, closes in hours:
            start = datetime.combine(day, opens, SHANGHAI)
            if local < datetime.combine(day, closes, SHANGHAI):
                return max(now, start.astimezone(now.tzinfo))
    raise AssertionError("every day has opening hours")


def reply_priority(did_at: datetime, now: datetime) -> Priority:
    """An answer within ten minutes of what the resident did goes at any hour; a late one keeps quiet at night."""
    return Priority.REPLY if now - did_at <= FRESH else Priority.ROUTINE


def _wants(resident: Resident | None, template: Template, priority: Priority) -> bool:
    if resident is None or resident.erased_at is not None:
        return False
    return resident.opted_out_at is None or template.answers_command or priority is Priority.EMERGENCY


def _medium(resident: Resident | None, prompts: list[str], template: Template, priority: Priority) -> Medium:
    """What the resident prefers, where it is possible; who sends a text gets the answer as a text."""
    wish = resident.reach_by if resident is not None and not template.answers_command else ""
    if wish == Medium.PERSON and priority is not Priority.EMERGENCY:
        return Medium.PERSON
    if wish == Medium.CALL and prompts:
        return Medium.CALL
    if resident is None or can_receive_sms(resident):
        return Medium.SMS
    return Medium.CALL if prompts else Medium.PERSON


def _spoken(
    scheme: Scheme, template: Template, suggestion: Suggestion | None, values: Mapping[str, Any], now: datetime
) -> list[str]:
    """The call-back: the message twice between greeting and goodbye, since old ears miss the first."""
    message: list[str] = []
    for part in template.spoken:
        if suggestion is not None and part == "{case}":
            message += case_prompts(suggestion)
        elif suggestion is not None and part == "{state}":
            message.append(WORDING[status_of(scheme, suggestion)][1])
        elif suggestion is not None and part == "{due}":
            message += due_prompts(scheme, suggestion, now)
        elif part == "{ring}":
            message += [f"ring_{values['ring']}"] if values.get("ring") else []
        else:
            message.append(part)
    return ["callback_greeting", *message, "callback_again", *message, "callback_bye"] if message else []
