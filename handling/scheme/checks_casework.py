"""What must fit together in a scheme's units, visits, upkeep, mediation platforms and confidential domains."""

from collections.abc import Iterator

from handling.scheme.parts import Scheme, Step
from nlp.toml_lines import Where


def casework_problems(scheme: Scheme) -> Iterator[tuple[Where, str]]:
    yield from _visits(scheme)
    tiers = {tier.code for tier in scheme.community.station_tiers}
    for at, step in enumerate(scheme.steps):
        yield from _platform(step, ("steps", at))
        for place, action in enumerate(step.actions):
            for code in action.stations:
                if code not in tiers:
                    yield ("steps", at, "actions", place, "stations"), f"no station tier “{code}”"
    if scheme.domains:
        for code in scheme.confidential_domains:
            if code not in scheme.domains:
                yield ("confidential_domains",), f"no domain “{code}”"


def _visits(scheme: Scheme) -> Iterator[tuple[Where, str]]:
    visits = scheme.visits
    levels = {level.code for level in scheme.levels}
    for code in visits.levels:
        if code not in levels:
            yield ("visits", "levels"), f"no level “{code}”"
    step = scheme.find_step(visits.reopens)
    if visits.reopens and (step is None or step == scheme.first_step):
        yield ("visits", "reopens"), f"no step “{visits.reopens}” after the first"


def _platform(step: Step, where: Where) -> Iterator[tuple[Where, str]]:
    if not step.moves_up:
        return
    action = step.action(step.moves_up)
    if action is None or not action.next:
        yield (*where, "moves_up"), f"no action “{step.moves_up}” of this step leads to another"
