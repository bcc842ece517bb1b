"""That a scheme's supervision fits its ranks and says what it must."""

from collections.abc import Iterator

from handling.scheme.notice_variables import CLOCK_NOTICES
from handling.scheme.parts import Scheme
from handling.scheme.supervision import HANDLER
from nlp.toml_lines import Where


def time_problems(scheme: Scheme) -> Iterator[tuple[Where, str]]:
    yield from _supervision(scheme)
    for at, step in enumerate(scheme.steps):
        for place, action in enumerate(step.actions):
            for index, field in enumerate(action.fields):
                for choice in set(field.converts) - set(field.choices):
                    where: Where = ("steps", at, "actions", place, "fields", index, "converts")
                    yield where, f"no choice “{choice}”"


def _supervision(scheme: Scheme) -> Iterator[tuple[Where, str]]:
    if scheme.supervision is None:
        return
    for name in CLOCK_NOTICES:
        if name not in scheme.notices:
            yield ("notices",), f"supervision needs the notice “{name}”"
    ranks = [HANDLER, *(tier.code for tier in scheme.tiers)]
    highest = -1
    for at, stage in enumerate(scheme.supervision.stages):
        place: Where = ("supervision", "stages", at, "tier")
        if stage.tier not in ranks:
            yield place, f"no tier “{stage.tier}”"
        elif ranks.index(stage.tier) <= highest:
            yield place, f"“{stage.tier}” does not stand above the stage before"
        highest = max(highest, ranks.index(stage.tier) if stage.tier in ranks else highest)
