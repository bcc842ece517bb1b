"""The tutorial's snippets, put one under the other, are a scheme that works after each section."""

import re
from itertools import pairwise
from pathlib import Path

from handling.scheme import Scheme, bundled_schemes, load_scheme, read_scheme

DOCUMENT = (Path(__file__).parents[2] / "docs" / "schemes.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```toml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


def scheme_after(sections: int) -> Scheme:
    return read_scheme("\n".join(SNIPPETS[:sections]), Path("heping.toml"))


def test_the_file_works_after_every_section() -> None:
    assert len(SNIPPETS) == 11
    stages = [scheme_after(sections) for sections in range(1, len(SNIPPETS) + 1)]
    assert all(one != following for one, following in pairwise(stages)), "each section adds something"


def test_the_result_is_what_the_text_says() -> None:
    scheme = scheme_after(len(SNIPPETS))
    assert [step.code for step in scheme.steps] == ["collect", "check", "handle", "close"]
    assert [(level.code, level.working_days) for level in scheme.levels] == [("A", 2), ("B", 7), ("C", 15)]
    assert [action.code for action in scheme.step("handle").actions] == ["progress", "finish", "refuse"]
    assert scheme.community.signature == "【和平社区】"


def test_what_happens_around_the_steps_is_as_it_says() -> None:
    scheme = scheme_after(len(SNIPPETS))
    assert [unit.name for unit in scheme.units] == ["和平物业"]
    assert (scheme.visits.reopens, scheme.visits.unhappy, scheme.upkeep.interval_days) == ("check", 2, 60)
    finish = scheme.step("handle").action("finish")
    assert finish is not None
    assert [field.code for field in finish.fields] == ["result", "upkeep"]


def test_every_bundled_scheme_is_in_the_table() -> None:
    for name in bundled_schemes():
        place = load_scheme(name).title.split("：")[0]
        row = next(line for line in DOCUMENT.splitlines() if line.startswith(f"| `{name}` |"))
        assert name == "minimal" or place in row
