"""Which actions a text from a handler's telephone may take."""

import re
from collections.abc import Iterator

from handling.scheme.parts import Action, Scheme
from nlp.toml_lines import Where

_WORD = re.compile(r"[\u4e00-\u9fff]{2,6}")


def staff_text_problems(scheme: Scheme) -> Iterator[tuple[Where, str]]:
    for at, step in enumerate(scheme.steps):
        taken: set[str] = set()
        for place, action in enumerate(step.actions):
            where: Where = ("steps", at, "actions", place, "sms")
            if action.sms and (reason := _too_much(action)):
                yield where, f"a text may be forged: {reason}"
            for word in action.sms:
                if not _WORD.fullmatch(word):
                    yield where, f"“{word}” is not two to six Chinese characters"
                elif word in taken:
                    yield where, f"“{word}” means another action of this step"
                taken.add(word)


def _too_much(action: Action) -> str:
    """Why this needs the page: who sends a text is only known by a number, which can be forged."""
    if action.page != "case":
        return "the review is made on its page"
    if action.state is not None:
        return "it ends the case"
    if action.publishes or action.points or action.deliberation or action.invites:
        return "it publishes, rewards, invites or records a meeting"
    if any(field.sets in ("handler", "level", "due", "unit") for field in action.fields):
        return "it changes who is responsible or by when"
    return ""
