"""Voicemails that come with the product, for a caller who has no microphone at hand."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hotline.phone.audio import seconds_of

FOLDER = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Sample:
    """`text` is what the speaker says, `shows` what one can see with it."""

    key: str
    title: str
    text: str
    shows: str

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.key}.wav"

    @property
    def seconds(self) -> float:
        return seconds_of(self.path.read_bytes())


@cache
def samples() -> dict[str, Sample]:
    """By key, in the order of samples.toml."""
    entries = tomllib.loads((FOLDER / "samples.toml").read_text(encoding="utf-8"))["samples"]
    return {e["key"]: Sample(key=e["key"], title=e["title"], text=e["text"], shows=e["shows"]) for e in entries}
