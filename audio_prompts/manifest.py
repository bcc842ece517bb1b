"""The manifest: which words each prompt says, in which voice, and which file that became.

`rendered_from` is the hash of text, voice and speed at the time of rendering and `sha256` that of the file, so
that an edited text or an exchanged file is noticed (`hotline prompts check`).
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

MANIFEST = "manifest.toml"
BUNDLED = Path(__file__).parent


class ManifestError(ValueError):
    """The manifest cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Prompt:
    """One prompt. `speed` is what the voice model was asked for (1 is its own speed), `file` a path beside the
    manifest."""

    key: str
    text: str
    voice: str
    speed: float
    file: str
    seconds: float = 0.0
    rendered_from: str = ""
    sha256: str = ""

    @property
    def script(self) -> str:
        """What `rendered_from` must be."""
        return hashlib.sha256(f"{self.text}\n{self.voice}\n{self.speed:g}".encode()).hexdigest()[:16]

    @property
    def characters(self) -> int:
        return len(re.findall(r"[\u4e00-\u9fff]", self.text))


def spoken_by(voice: str, key: str, text: str, *, file: str, seconds: float, sha256: str) -> Prompt:
    """A prompt that a person recorded: nothing renders it again."""
    prompt = Prompt(key, text, voice, 1.0, file, seconds, sha256=sha256)
    return replace(prompt, rendered_from=prompt.script)


def hash_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(folder: Path) -> dict[str, Prompt]:
    """The prompts of a folder by key; none where it has no manifest. Raises ManifestError."""
    path = folder / MANIFEST
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {key: Prompt(key=key, **table) for key, table in tables.items()}
    except (OSError, ValueError, TypeError) as error:
        raise ManifestError(f"{path}: {error}") from error


def write(folder: Path, prompts: Iterable[Prompt]) -> None:
    """Replace the manifest of a folder in one step."""
    draft = folder / f"{MANIFEST}.new"
    draft.write_text("\n".join(map(table_of, prompts)), encoding="utf-8")
    draft.replace(folder / MANIFEST)


def table_of(prompt: Prompt) -> str:
    values = ((field.name, getattr(prompt, field.name)) for field in fields(prompt) if field.name != "key")
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values]
    return "\n".join([f"[{prompt.key}]", *lines, ""])
