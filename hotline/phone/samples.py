"""Voicemails that come with the product, for a caller who has no microphone at hand."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Sample:
    """`text`: what is said in it."""

    title: str
    text: str
    path: Path


@cache
def samples() -> dict[str, Sample]:
    """By name, in the order of samples.toml."""
    tables = tomllib.loads((FOLDER / "samples.toml").read_text(encoding="utf-8"))
    return {
        name: Sample(title=table["title"], text=table["text"], path=FOLDER / table["file"])
        for name, table in tables.items()
    }
