"""What happens on a call, one step at a time, and what a caller can answer to a step.

Times are seconds since pick-up on the call's own clock, so that a test measures the wait until the beep
without waiting. A step says what begins now; `seconds` is how long it lasts if nobody interrupts."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Step:
    at: float


@dataclass(frozen=True)
class Request(Step):
    """The exchange asked the hotline what to do."""

    url: str
    status: int


@dataclass(frozen=True)
class Prompt(Step):
    """Either a recorded prompt (`url`) or a sentence for the carrier's own voice (`text`)."""

    url: str
    text: str
    seconds: float
    takes_keys: bool


@dataclass(frozen=True)
class WaitForKey(Step):
    seconds: float
    takes_keys: bool = True


@dataclass(frozen=True)
class Beep(Step):
    seconds: float


@dataclass(frozen=True)
class Listen(Step):
    """The exchange records: at most `seconds`, until `silence` seconds of silence or a finish key."""

    seconds: float
    silence: float
    finish_on_key: str


@dataclass(frozen=True)
class Recorded(Step):
    sid: str
    seconds: float


@dataclass(frozen=True)
class NothingHeard(Step):
    pass


@dataclass(frozen=True)
class Dialling(Step):
    """The caller is being put through."""

    number: str
    seconds: float


@dataclass(frozen=True)
class Ended(Step):
    by: Literal["caller", "hotline"]
    status: str


@dataclass(frozen=True)
class Key:
    """Pressed `after` seconds of the step."""

    key: str
    after: float = 0.0


@dataclass(frozen=True)
class HangUp:
    after: float = 0.0


@dataclass(frozen=True)
class Speech:
    """The answer to Listen: a sound file, and what the caller does when it is over: hangs up, presses a
    key, or stays silent on the line."""

    sound: bytes
    then: str = "hang-up"


@dataclass(frozen=True)
class PickedUp:
    """The answer to Dialling: the person called talks for `seconds`."""

    seconds: float = 30.0


# None: the caller lets the step run to its end.
Reply = Key | HangUp | Speech | PickedUp | None
