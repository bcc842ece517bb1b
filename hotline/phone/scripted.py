"""A caller who follows a script: for the terminal, the demonstration and tests."""

from collections.abc import Iterable
from dataclasses import dataclass

from hotline.phone.audio import RATE, as_wav, read_telephone
from hotline.phone.steps import (
    Beep,
    Dialling,
    HangUp,
    Key,
    Listen,
    PickedUp,
    Prompt,
    Reply,
    Speech,
    Step,
    WaitForKey,
)

# How long a caller takes to find a key, seconds.
REACTION = 1.0


@dataclass
class ScriptedCaller:
    """Says the sound files of `says` one after another, each where the hotline records, and hangs up after
    the last; presses `keys` one by one where the hotline takes keys ("w": lets one chance pass, "#" after
    the digits: ends the recording instead of hanging up). `hang_up_at`: seconds after pick-up."""

    says: Iterable[bytes] = ()
    keys: str = ""
    hang_up_at: float | None = None
    hang_up_before_beep: bool = False
    duty_phone_answers: bool = False

    def __post_init__(self) -> None:
        self._sounds = list(self.says)
        self._keys = list(self.keys.rstrip("#"))
        self._then = "#" if self.keys.endswith("#") else "hang-up"

    def reply(self, step: Step) -> Reply:
        if self.hang_up_before_beep and isinstance(step, Beep):
            return HangUp()
        if isinstance(step, Listen):
            return self._speak(step)
        if isinstance(step, Prompt | WaitForKey | Beep | Dialling) and self._gone_within(step.seconds, step):
            return HangUp(after=self._left(step))
        if isinstance(step, Dialling):
            return PickedUp() if self.duty_phone_answers else None
        if isinstance(step, Prompt | WaitForKey) and step.takes_keys:
            return self._press(step.seconds)
        return None

    def _press(self, seconds: float) -> Reply:
        if not self._keys:
            return None
        key = self._keys.pop(0)
        return None if key == "w" else Key(key, after=min(REACTION, seconds))

    def _speak(self, step: Listen) -> Reply:
        if not self._sounds:
            return HangUp(after=self._left(step)) if self._gone_within(step.silence, step) else None
        samples = read_telephone(self._sounds.pop(0))
        if self._gone_within(len(samples) / RATE, step):
            spoken = samples[: int(self._left(step) * RATE)]
            return Speech(as_wav(spoken)) if len(spoken) else HangUp()
        return Speech(as_wav(samples), then=self._then)

    def _gone_within(self, seconds: float, step: Step) -> bool:
        return self.hang_up_at is not None and self._left(step) < seconds

    def _left(self, step: Step) -> float:
        return max(0.0, (self.hang_up_at or 0.0) - step.at)
