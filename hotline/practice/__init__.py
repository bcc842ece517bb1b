"""Practice cases for volunteers: sample voices, what a machine heard in them, and how an experienced reviewer
solved them. They never touch the ledger."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hotline.phone.samples import Sample, samples

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Decided:
    """`urgency` as in models.Urgency; `decision`: confirm or refuse."""

    domain: str
    demand_type: str
    urgency: str
    decision: str = "confirm"


@dataclass(frozen=True)
class Practice:
    """`words` as a transcript keeps them, `heard` their text; `text` is what the resident really said."""

    number: int
    sample: Sample
    words: list[Mapping[str, Any]]
    heard: str
    machine: Decided
    solved: Decided
    text: str
    why: str


@cache
def practices() -> dict[int, Practice]:
    """By number from 1, the easiest first."""
    cases = tomllib.loads((FOLDER / "cases.toml").read_text(encoding="utf-8"))["cases"]
    heard = json.loads((FOLDER / "transcripts.json").read_text(encoding="utf-8"))
    return {
        number: Practice(
            number=number,
            sample=samples()[case["sample"]],
            words=heard[case["sample"]]["words"],
            heard=heard[case["sample"]]["text"],
            machine=Decided(**case["machine"]),
            solved=Decided(case["domain"], case["demand_type"], case["urgency"], case["decision"]),
            text=case["text"],
            why=case["why"],
        )
        for number, case in enumerate(cases, start=1)
    }
