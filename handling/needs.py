"""What an action may need before it is allowed: each need is a question to the case, answered with the reason
against it in Chinese, or with "" when it is fulfilled."""

from collections.abc import Callable

from handling.scheme.parts import Action, Need, Scheme
from models import Suggestion

Question = Callable[[Scheme, Suggestion], str]


def unmet_need(scheme: Scheme, suggestion: Suggestion, action: Action) -> str:
    """The reason of the first need that is not fulfilled, or ""."""
    reasons = (QUESTIONS[need](scheme, suggestion) for need in action.needs)
    return next((reason for reason in reasons if reason), "")


def opinion_missing(scheme: Scheme, suggestion: Suggestion) -> str:
    """In a level with `experts`, an expert of the directory or an action with `opinion` spoke before."""
    level = scheme.find_level(suggestion.level)
    if level is None or not level.experts:
        return ""
    opinions = {action.code for step in scheme.steps for action in step.actions if action.opinion}
    spoken = any(event.kind in opinions | {"opinion_given"} for event in suggestion.events)
    return "" if spoken else f"{suggestion.level}类要先有专家可行性意见"


def resolution_missing(_scheme: Scheme, suggestion: Suggestion) -> str:
    """A deliberation decided in favour of it before."""
    passed = any(event.kind == "deliberation_passed" for event in suggestion.events)
    return "" if passed else "要先有议事通过的决定"


# A new need: its name in `handling.scheme.parts.Need`, its question here.
QUESTIONS: dict[Need, Question] = {"opinion": opinion_missing, "resolution": resolution_missing}
