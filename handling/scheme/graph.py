"""A picture of a scheme's steps as a Mermaid flowchart, which GitHub and many editors draw."""

from collections import defaultdict

from handling.scheme import Action, Scheme
from models import SuggestionState

ENDS = {SuggestionState.DONE: "办结", SuggestionState.INVALID: "不办", SuggestionState.MERGED: "并案"}


def mermaid(scheme: Scheme) -> str:
    """Steps are boxes, actions that move a case are arrows, ends are round; actions that stay are left out."""
    lines = ["flowchart TD"]
    lines += [f'    {_box(step.code)}["{_safe(step.name)}"]' for step in scheme.steps]
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for step in scheme.steps:
        for action in step.actions:
            target = _target(action)
            if target:
                arrows[_box(step.code), target].append(_label(action))
    reached = {target for _, target in arrows}
    lines += [f'    {_end(state)}(["{name}"])' for state, name in ENDS.items() if _end(state) in reached]
    lines += [f'    {start} -->|"{"<br>".join(names)}"| {target}' for (start, target), names in arrows.items()]
    return "\n".join(lines) + "\n"


def _target(action: Action) -> str:
    """ "" for an action after which the case stays where it is."""
    if action.state in ENDS:
        return _end(action.state)
    return _box(action.next) if action.next else ""


def _box(code: str) -> str:
    # Mermaid takes words such as “end” for its own.
    return f"step_{code}"


def _end(state: SuggestionState | None) -> str:
    return f"state_{state}"


def _label(action: Action) -> str:
    levels = f"（{'、'.join(action.levels)}）" if action.levels else ""
    return _safe(action.name + levels)


def _safe(text: str) -> str:
    return text.replace('"', "#quot;").replace("<", "#lt;")
