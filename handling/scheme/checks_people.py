"""What must fit together in the parts of a scheme about residents."""

from collections import Counter
from collections.abc import Iterator

from handling.scheme.parts import Scheme
from nlp.toml_lines import Where


def people_problems(scheme: Scheme) -> Iterator[tuple[Where, str]]:
    rules = {rule.code for rule in scheme.points}
    if any(rule.by_hand for rule in scheme.points) and "points_given" not in scheme.notices:
        yield ("points",), "points given by hand need the notice “points_given”"
    for at, honour in enumerate(scheme.honours):
        for code in honour.counts:
            if code not in rules:
                yield ("honours", at, "counts"), f"no points rule “{code}”"
    codes: tuple[tuple[str, list[str]], ...] = (
        ("rewards", [reward.code for reward in scheme.rewards]),
        ("honours", [honour.code for honour in scheme.honours]),
        ("care", list(scheme.care)),
    )
    for key, names in codes:
        for name, count in Counter(names).items():
            if count > 1:
                yield (key, len(names) - 1 - names[::-1].index(name)), f"“{name}” is there twice"
