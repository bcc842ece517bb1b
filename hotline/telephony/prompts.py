"""The prompts of this house: the bundled ones, or a community's own where it recorded them.

They are served to carriers without login. An address holds the hash of its file and is cached for good; a new
recording gets a new address. The hash stands in the path, because telephone switches take a file's format
from the end of its address.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, send_file

from audio_prompts import manifest
from audio_prompts.keys import (
    DAYS,
    DIGITS,
    MONTHS,
    REQUIRED_KEYS,
    STATES,
    spoken_amount,
    spoken_date,
    spoken_number,
)
from audio_prompts.manifest import BUNDLED, ManifestError, Prompt

__all__ = [
    "REQUIRED_KEYS",
    "Prompts",
    "beep_after",
    "blueprint",
    "new_caller",
    "open_case",
    "slowest_open_case",
    "spoken_amount",
    "spoken_date",
    "spoken_number",
    "welcome",
]

log = logging.getLogger(__name__)

# How long the Gather around the greeting waits for a key after the last word.
GATHER_SECONDS = 1.0
# The tone must come within this time after pick-up.
LATEST_BEEP = {"new caller 新来电": 19.0, "open case 有在办事项": 20.0}
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Prompts:
    """Every prompt by key. `folders` says in which folder each one's file lies."""

    by_key: dict[str, Prompt]
    folders: dict[str, Path]

    @classmethod
    def load(cls, prompts_dir: Path | None) -> "Prompts":
        """The bundled prompts, replaced key by key by those that `hotline prompts import` put into
        `prompts_dir`. A recording of theirs that cannot be read is passed over: the phone must be answered."""
        bundled = manifest.read(BUNDLED)
        own = own_prompts(prompts_dir) if prompts_dir else {}
        folders = dict.fromkeys(bundled, BUNDLED) | dict.fromkeys(own, prompts_dir or BUNDLED)
        return cls(bundled | own, folders)

    def with_own(self, prompts: Iterable[Prompt], folder: Path) -> "Prompts":
        """These in place of those with the same keys; their files are in `folder`."""
        own = {prompt.key: prompt for prompt in prompts}
        return Prompts(self.by_key | own, self.folders | dict.fromkeys(own, folder))

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self.by_key)

    def text(self, key: str) -> str:
        return self.by_key[key].text

    def seconds(self, key: str) -> float:
        return self.by_key[key].seconds

    def path(self, key: str) -> Path:
        return self.folders[key] / self.by_key[key].file

    def version(self, key: str) -> str:
        """Changes whenever the file changes."""
        return self.by_key[key].sha256[:12]

    def url(self, public_url: str, key: str) -> str:
        """Where the carrier gets it."""
        return f"{public_url}/prompts/{self.version(key)}/{key}.wav"


def own_prompts(folder: Path) -> dict[str, Prompt]:
    try:
        prompts = manifest.read(folder)
    except ManifestError as error:
        log.error("the community's own prompts are not used: %s", error)
        return {}
    return {key: prompt for key, prompt in prompts.items() if (folder / prompt.file).is_file()}


def new_caller() -> list[str]:
    """What a caller without an open case hears before the beep."""
    return ["greeting", "consent", "speak"]


def open_case(status: Sequence[str]) -> list[str]:
    """What a caller with an open case hears before the beep; `status` is the spoken state of the case."""
    return ["greeting_short", *status, "consent_short", "speak"]


def welcome(prompts: Prompts, status: Sequence[str], offer: str) -> list[str]:
    """What this caller hears before the beep. offer: the prompt of one key that is of use to the caller now, or
    "": it stands for the long greeting, and is left out where the tone would come too late."""
    if not offer:
        return open_case(status) if status else new_caller()
    if not status:
        return ["greeting_short", offer, "consent", "speak"]
    words = open_case([*status, offer])
    return words if beep_after(prompts, words) <= max(LATEST_BEEP.values()) else open_case(status)


def slowest_open_case(prompts: Prompts) -> list[str]:
    """The longest that `open_case` can be: a number of five digits, any state, a due date."""

    def longest(keys: Sequence[str]) -> str:
        return max(keys, key=prompts.seconds)

    number = [longest(DIGITS)] * 5
    day = [longest(MONTHS), longest(DAYS)]
    return open_case(["your_case", *number, longest(STATES), "expected", *day, "answer_by"])


def beep_after(prompts: Prompts, keys: Sequence[str]) -> float:
    """Seconds from pick-up to the beep."""
    return sum(map(prompts.seconds, keys)) + GATHER_SECONDS


def beeps(prompts: Prompts) -> dict[str, float]:
    """Seconds to the beep at worst, for each kind of caller."""
    flows = (new_caller(), slowest_open_case(prompts))
    return {name: beep_after(prompts, keys) for name, keys in zip(LATEST_BEEP, flows, strict=True)}


blueprint = Blueprint("prompts", __name__, url_prefix="/prompts")


@blueprint.get("/<key>.wav")
@blueprint.get("/<version>/<key>.wav")
def prompt_file(key: str, version: str = "") -> Response:
    """One prompt. Only the address with the present hash may be kept for good."""
    prompts: Prompts = current_app.extensions["hotline"].prompts
    if key not in prompts.keys:
        abort(404)
    answer = send_file(prompts.path(key), mimetype="audio/wav", etag=prompts.by_key[key].sha256, conditional=True)
    answer.cache_control.public = True
    return _for_good(answer) if version == prompts.version(key) else answer


def recorded_question(wav: bytes, sha256: str, version: str) -> Response:
    """A question that the community recorded for itself, for the carrier; 404 for the address of a former one."""
    if version != sha256[:12]:
        abort(404)
    return _for_good(send_file(BytesIO(wav), mimetype="audio/wav", etag=sha256, conditional=True))


def _for_good(answer: Response) -> Response:
    """The address holds the hash of the sound, so that a switch may keep it."""
    answer.cache_control.public = True
    answer.cache_control.no_cache = None
    answer.cache_control.max_age = YEAR
    answer.cache_control.immutable = True
    return answer
