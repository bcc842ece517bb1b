"""A text message: a command, a rating, more of what was just said, or a new suggestion."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from handling.asking import Asking
from handling.campaigns.running import stop_questionnaires
from handling.campaigns.survey_texts import after_suggestion, joins_campaign
from handling.clock import SHANGHAI
from handling.commands import Command, parse_command
from handling.deliberation.comments import link_to_topic
from handling.intake import extend_suggestion, open_cases_of, open_suggestion
from handling.notices import reply_priority
from handling.open_questions import answers_open_question
from handling.opinion_texts import takes_opinion
from handling.residents import find_or_add_resident, opt_in, opt_out
from handling.residents.points import balance_of
from handling.residents.reward_texts import asks_for_reward
from handling.scheme import Scheme
from handling.staff_texts import takes_staff_text
from handling.status import promised_day, state_name
from handling.withdrawal import may_be_withdrawn, withdraw_by_text
from models import (
    Channel,
    Event,
    Resident,
    Suggestion,
    SuggestionState,
    Text,
    TextKind,
    TextState,
)

if TYPE_CHECKING:
    from nlp.understanding import Understanding

TOGETHER = timedelta(minutes=10)
SAID = (TextKind.SUGGESTION, TextKind.CONTINUATION)
# As many cases as one SMS names.
NAMED_CASES = 3


def handle_text(
    session: Session,
    scheme: Scheme,
    text: Text,
    understand: "Callable[[str], Understanding]",
    *,
    now: datetime,
    duty_phones: Sequence[str] = (),
) -> None:
    """Do what the message asks and queue the answer. Handling it again changes nothing.

    Nobody can be answered behind a withheld number, a short code or an alphabetic sender: whatever they
    write is a suggestion without a resident."""
    if text.state is TextState.DONE:
        return None
    text.state = TextState.DONE
    resident = _sender(session, text, now)
    asking = None
    if resident is not None:
        asking = Asking(session, scheme, resident, text, understand, now, tuple(duty_phones))
    if not text.body.strip():
        text.kind = TextKind.COMMAND
        if asking is not None:
            # Once a day: a handset in a pocket may send many.
            day = text.received_at.astimezone(SHANGHAI).date()
            asking.reply("help", key=f"empty:{asking.resident.id}:{day}")
        return None
    if asking is not None:
        if takes_staff_text(asking) or takes_opinion(asking):
            return None
        if answers_open_question(asking) or asks_for_reward(asking) or joins_campaign(asking):
            return None
        command = parse_command(text.body)
        if command is not None and command.kind != "rating":
            text.kind = TextKind.COMMAND
            return _obey(asking, command)
    earlier = _just_said(session, text)
    if earlier is None:
        text.kind = TextKind.SUGGESTION
        text.suggestion = open_suggestion(
            session,
            scheme,
            channel=Channel.SMS,
            resident=resident,
            understanding=understand(text.body),
            received_at=text.received_at,
            now=now,
            duty_phones=duty_phones,
        )
        after_suggestion(session, text, asking, now)
        link_to_topic(session, text.suggestion)
        return None
    text.kind = TextKind.CONTINUATION
    text.suggestion = earlier
    session.flush()
    extend_suggestion(session, scheme, earlier, understand(_joined(session, earlier)), now, duty_phones)
    return None


def _sender(session: Session, text: Text, now: datetime) -> Resident | None:
    """The resident, locked: two messages of one sender are taken one after the other, so that they join."""
    resident = find_or_add_resident(session, text.from_number, now)
    if resident is not None:
        session.refresh(resident, with_for_update=True)
    text.resident = resident
    return resident


def _just_said(session: Session, text: Text) -> Suggestion | None:
    """The suggestion that this sender was telling within ten minutes, while nobody has reviewed or split it.
    Carriers deliver in any order: the other message may also be the later one."""
    if not text.from_number:
        return None
    # What was split off would come back with the words of the earlier messages.
    split = exists().where(Event.suggestion_id == Suggestion.id, Event.kind == "split")
    near = (
        select(Text)
        .join(Suggestion)
        .where(
            Text.from_number == text.from_number,
            Text.id != text.id,
            Text.kind.in_(SAID),
            Text.received_at.between(text.received_at - TOGETHER, text.received_at + TOGETHER),
            Suggestion.state == SuggestionState.REVIEW,
            ~split,
        )
        .order_by(Text.received_at.desc(), Text.id.desc())
    )
    found = session.scalars(near.limit(1)).one_or_none()
    return found.suggestion if found is not None else None


def _joined(session: Session, suggestion: Suggestion) -> str:
    said = select(Text.body).where(Text.suggestion_id == suggestion.id, Text.kind.in_(SAID))
    return "\n".join(session.scalars(said.order_by(Text.received_at, Text.id)))


def _obey(asking: Asking, command: Command) -> None:
    session, resident, now = asking.session, asking.resident, asking.now
    if command.kind == "opt_out":
        stop_questionnaires(session, resident, now)
        if opt_out(session, resident, now):
            asking.reply("opted_out")
    elif command.kind == "opt_in":
        opt_in(resident)
        asking.reply("opted_in")
    elif command.kind == "points":
        asking.reply("balance", {"balance": balance_of(session, resident.id)})
    elif command.kind == "forget":
        resident.erasure_asked_at = resident.erasure_asked_at or now
        asking.reply("erasure_asked")
    elif command.kind == "help":
        asking.reply("help")
    elif command.kind == "withdraw":
        _withdraw(asking, command.number)
    elif command.kind == "case":
        _tell_case(asking, _own_case(asking, command.number))
    else:
        _tell_progress(asking)


def _own_case(asking: Asking, number: int | None) -> Suggestion | None:
    """Only the resident's own: somebody else's number is answered like one that does not exist."""
    own = select(Suggestion).where(Suggestion.number == number, Suggestion.resident_id == asking.resident.id)
    return asking.session.scalars(own).one_or_none()


def _tell_case(asking: Asking, case: Suggestion | None) -> None:
    if case is None:
        return asking.reply("no_case")
    if promised_day(asking.scheme, case, asking.now):
        template = "case_state"
    else:
        template = "case_late" if promised_day(asking.scheme, case, None) else "case_closed"
    return asking.reply(template, suggestion=case)


def _withdraw(asking: Asking, number: int | None) -> None:
    """With a number that case, without one the only case that can be."""
    if number is None:
        cases = [case for case in open_cases_of(asking.session, asking.resident.id) if may_be_withdrawn(case)]
        if len(cases) > 1:
            shown = "，".join(f"{case.number}号" for case in cases[:NAMED_CASES])
            return asking.reply("withdraw_which", {"cases": f"{shown}。"})
        case = cases[0] if cases else None
    else:
        case = _own_case(asking, number)
    if case is None or not may_be_withdrawn(case):
        return _tell_case(asking, case)
    asking.text.suggestion = case
    priority = reply_priority(asking.text.received_at, asking.now)
    return withdraw_by_text(
        asking.session, asking.scheme, case, now=asking.now, priority=priority, duty_phones=asking.duty_phones
    )


def _tell_progress(asking: Asking) -> None:
    cases = open_cases_of(asking.session, asking.resident.id)
    if len(cases) > 1:
        shown = "，".join(f"{case.number}号{state_name(asking.scheme, case)}" for case in cases[:NAMED_CASES])
        more = f"，等{len(cases)}件" if len(cases) > NAMED_CASES else ""
        return asking.reply("cases", {"cases": f"{shown}{more}。"})
    case = cases[0] if cases else _last_case(asking)
    if case is None:
        return asking.reply("nothing_yet")
    return _tell_case(asking, case)


def _last_case(asking: Asking) -> Suggestion | None:
    own = select(Suggestion).where(Suggestion.resident_id == asking.resident.id)
    return asking.session.scalars(own.order_by(Suggestion.id.desc()).limit(1)).one_or_none()
