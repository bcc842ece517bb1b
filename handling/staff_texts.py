"""A text from the telephone of somebody who handles cases: “1023 办结 已疏通”, or “待办”.

A carrier's sender can be forged. So a text takes only what the scheme allows by its own words (`Action.sms`),
never an action that ends, publishes or rewards (`handling.scheme.checks_texts`); the answer goes to the
registered telephone, where a forged text is noticed; and the history says that it came by text."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from handling.asking import Asking
from handling.casework import FormInvalid, StepNotAllowed, reason_against, take_action
from handling.clock import SHANGHAI
from handling.commands import parse_command
from handling.disputes import may_read
from handling.forms import known_values
from handling.queries import my_cases
from handling.scheme import Action, Scheme
from handling.scheme.versions import scheme_of
from handling.status import day_text
from models import Event, Role, Suggestion, TextKind, User

# As many cases as one SMS names.
NAMED_CASES = 3
# The same words again within this time are an impatient finger, or a network that delivers twice.
SAME = timedelta(minutes=10)
BY_TEXT = "短信办理"
_NUMBERED = re.compile(r"(?:第|#|编号|no\.?)?\s*(\d{1,6})\s*号?[\s,:;、。.-]*(.*)", re.DOTALL | re.IGNORECASE)
_MARKS = " \t\r\n,:;、。.-!"
_TODO = frozenset(("待办", "我的待办", "待办事项"))


# The template of the answer, and what it says.
Answer = tuple[str, dict[str, object]]


@dataclass(frozen=True)
class StaffText:
    """“1023 办结 已疏通”: which case, the word, what is said. case: None where nobody may know of it."""

    number: int
    word: str
    said: str
    case: Suggestion | None
    rules: Scheme


def takes_staff_text(asking: Asking) -> bool:
    """True when the sender is staff and the text was a command to the desk, now done or answered. Anything else is
    left: staff live here too, and what they write is a suggestion."""
    people = _staff_with(asking)
    if not people:
        return False
    body = unicodedata.normalize("NFKC", asking.text.body).strip(_MARKS)
    if body in _TODO:
        asking.text.kind = TextKind.COMMAND
        _tell_list(asking, people[0])
        return True
    wanted = _read(asking, body, people)
    if wanted is None:
        return False
    asking.text.kind = TextKind.COMMAND
    _obey(asking, wanted, people)
    return True


def _staff_with(asking: Asking) -> list[User]:
    """Those whose registered telephone this is; two may share one."""
    if not asking.phone:
        return []
    staff = select(User).where(User.phone == asking.phone, User.active.is_(True), User.role != Role.VOLUNTEER)
    return list(asking.session.scalars(staff.order_by(User.id)))


def _read(asking: Asking, body: str, people: list[User]) -> StaffText | None:
    """None where it is no command: no number, no word of the scheme, a resident's question about the own case."""
    found = _NUMBERED.fullmatch(body)
    if found is None:
        return None
    number, rest = int(found[1]), found[2]
    case = asking.session.scalars(select(Suggestion).where(Suggestion.number == number)).one_or_none()
    rules = scheme_of(asking.session, case, asking.scheme) if case is not None else asking.scheme
    words = sorted({*_words(rules), *_words(asking.scheme)}, key=len, reverse=True)
    word = next((word for word in words if rest.startswith(word)), "")
    if not word:
        return None
    said = rest.removeprefix(word).strip(_MARKS)
    own = case is not None and case.resident_id == asking.resident.id
    if parse_command(body) is not None and (said or own):
        return None
    if case is not None and not any(may_read(asking.session, case, person) for person in people):
        case = None
    return StaffText(number, word, said, case, rules)


def _words(scheme: Scheme) -> set[str]:
    return {word for step in scheme.steps for action in step.actions for word in action.sms}


def _obey(asking: Asking, wanted: StaffText, people: list[User]) -> None:
    case = wanted.case
    if case is None:
        asking.reply_to_phone("staff_no_case", {"number": wanted.number})
    elif not _said_before(asking, case, wanted, people):
        asking.reply_to_phone(*_done(asking, case, wanted, people), suggestion=case)


def _done(
    asking: Asking, case: Suggestion, wanted: StaffText, people: list[User]
) -> tuple[str, dict[str, object]]:
    """Do it, and what to answer."""
    action = _action_of(wanted)
    if action is None:
        return _refusal(wanted, "现在不在这一步")
    user = next((one for one in people if not reason_against(wanted.rules, case, one, action)), people[0])
    form = _filled(asking, case, action, wanted.said)
    try:
        event = take_action(asking.session, asking.scheme, case, user, action.code, form, now=asking.now)
    except FormInvalid as error:
        names = {field.code: field.name for field in action.fields}
        missing = [names[code] for code in error.errors if not form.get(code)]
        why = f"还要填{'、'.join(missing)}" if missing else "；".join(error.errors.values())
        return _refusal(wanted, why)
    except StepNotAllowed as error:
        return _refusal(wanted, str(error))
    event.note = BY_TEXT
    step = wanted.rules.find_step(case.step)
    return "staff_noted", {"deed": action.name, "stage": step.name if step else ""}


def _action_of(wanted: StaffText) -> Action | None:
    """What the word means at the step where the case is."""
    step = wanted.rules.find_step(wanted.case.step) if wanted.case is not None else None
    return next((action for action in step.actions if wanted.word in action.sms), None) if step else None


def _said_before(asking: Asking, case: Suggestion, wanted: StaffText, people: list[User]) -> bool:
    """The same person did the same with the same words a moment ago: it is done, and was answered."""
    near = select(Event).where(
        Event.suggestion_id == case.id,
        Event.actor_id.in_([person.id for person in people]),
        Event.note == BY_TEXT,
        Event.at > asking.now - SAME,
    )
    meant = {a.code for step in wanted.rules.steps for a in step.actions if wanted.word in a.sms}
    before = asking.session.scalars(near)
    return any(event.kind in meant and wanted.said in event.form.values() for event in before)


def _filled(asking: Asking, case: Suggestion, action: Action, said: str) -> dict[str, str]:
    """What the case knows already, and the words in the one field that they can be for."""
    form = known_values(case, action, asking.now)
    texts = [field for field in action.fields if field.type in ("text", "long_text") and not field.sets]
    asked = [field for field in texts if field.required] or texts
    if said and asked:
        form[asked[0].code] = said
    return form


def _tell_list(asking: Asking, user: User) -> None:
    """The own open cases, the nearest due first."""
    cases = my_cases(asking.session, user.id)
    shown = "，".join(f"{case.number}号{_due(case, asking)}" for case in cases[:NAMED_CASES])
    more = "…" if len(cases) > NAMED_CASES else "。"
    asking.reply_to_phone("staff_todo", {"count": len(cases), "cases": f"：{shown}{more}" if cases else "。"})


def _due(case: Suggestion, asking: Asking) -> str:
    if case.due is None:
        return ""
    return "已超期" if case.due < asking.now else f"{day_text(case.due.astimezone(SHANGHAI), asking.now)}到期"


def _refusal(wanted: StaffText, why: str) -> Answer:
    return "staff_refused", {"deed": wanted.word, "why": why}
