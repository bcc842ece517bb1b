"""What must fit together in a scheme's deliberations, grants and opinions of experts."""

from collections import Counter
from collections.abc import Iterator

from handling.scheme.deliberation import EXPERT_NOTICES, VOTE_NOTICES, DeliberationKind
from handling.scheme.parts import Action, Scheme
from nlp.toml_lines import Where

_RECORDED_TYPES = {
    "held_on": "date",
    "attended": "integer",
    "agreed": "integer",
    "share": "money",
    "resolution": "text",
}


def deliberation_problems(scheme: Scheme) -> Iterator[tuple[Where, str]]:
    for at, kind in enumerate(scheme.deliberations):
        yield from _kind(kind, ("deliberations", at))
    for at, step in enumerate(scheme.steps):
        for place, action in enumerate(step.actions):
            yield from _meeting(scheme, action, ("steps", at, "actions", place))
    if any(kind.votes_remotely for kind in scheme.deliberations):
        yield from _missing(scheme, VOTE_NOTICES)
    if any(level.experts for level in scheme.levels):
        yield from _missing(scheme, EXPERT_NOTICES)


def _kind(kind: DeliberationKind, where: Where) -> Iterator[tuple[Where, str]]:
    for code, count in Counter(stage.code for stage in kind.stages).items():
        if count > 1:
            yield (*where, "stages"), f"“{code}” is there twice"
    if kind.stages and not any(stage.does == "vote" for stage in kind.stages):
        yield (*where, "stages"), 'nobody votes: one stage needs does = "vote"'
    if kind.voters == "households" and (kind.parties or kind.pass_score):
        yield where, 'parties and points belong to voters = "members"'
    if kind.pass_score and kind.stages:
        yield (*where, "pass_score"), "points are given in a meeting, not in stages"
    if kind.choose and not kind.pass_score:
        yield (*where, "choose"), "the best are chosen by points: pass_score is missing"


def _meeting(scheme: Scheme, action: Action, where: Where) -> Iterator[tuple[Where, str]]:
    recorded = [field.records for field in action.fields if field.records]
    if not action.deliberation:
        if recorded:
            yield where, "fields record a meeting, but the action names no deliberation"
        return
    kind = next((kind for kind in scheme.deliberations if kind.code == action.deliberation), None)
    if kind is None:
        yield (*where, "deliberation"), f"no deliberation “{action.deliberation}”"
    elif kind.stages or kind.pass_score:
        yield (*where, "deliberation"), f"“{kind.code}” takes its time: it cannot be recorded by one action"
    for needed in ("held_on", "attended", "agreed", "resolution"):
        if recorded.count(needed) != 1:
            yield where, f'one field must say records = "{needed}"'
    came = next((field.code for field in action.fields if field.records == "attended"), "")
    for at, field in enumerate(action.fields):
        if field.records == "attended" and field.minimum < 1:
            yield (*where, "fields", at), "a meeting to which nobody came: minimum = 1 is missing"
        if field.records == "agreed" and field.at_most != came:
            yield (*where, "fields", at), f'more may agree than came: at_most = "{came}" is missing'
        if field.records and field.type != _RECORDED_TYPES[field.records]:
            needed = _RECORDED_TYPES[field.records]
            yield (*where, "fields", at), f"a field that records “{field.records}” has the type “{needed}”"


def _missing(scheme: Scheme, notices: dict[str, frozenset[str]]) -> Iterator[tuple[Where, str]]:
    for name in notices:
        if name not in scheme.notices:
            yield ("notices",), f"the notice “{name}” is missing"
