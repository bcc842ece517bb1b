"""The answers to a call, as TwiML. Only verbs that Somleng executes: Play, Gather, Record, Redirect, Dial, Hangup.

Source of the flow: research on older callers (no menu, at most one choice before the tone, silence leads to
the recording). Beep at most 20 s after pick-up: tests/audio_prompts measures the recorded prompts.
"""

from collections.abc import Iterable, Sequence

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from hotline.telephony.prompts import GATHER_SECONDS, Prompts, welcome

# Old people pause for breath and thought; the carrier's default of 5 s cuts them off.
PAUSE_SECONDS = 10
LONGEST_RECORDING = 180
RING_SECONDS = 20
# Old people look for their glasses before they press a key.
FOR_A_KEY = 8


class CallScript:
    """Writes TwiML with absolute URLs under `public_url`."""

    def __init__(self, public_url: str, prompts: Prompts) -> None:
        self._public_url = public_url
        self._prompts = prompts

    def welcome(self, case_state: Sequence[str], offer: str = "") -> str:
        """The first words. `case_state`: prompt keys that say how the caller's open case stands, or none. `offer`:
        the one that tells of a key, or none."""
        response = VoiceResponse()
        gather = Gather(
            num_digits=1, timeout=int(GATHER_SECONDS), action=self._url("/twilio/voice/keys"), method="POST"
        )
        self._play(gather, welcome(self._prompts, case_state, offer))
        response.append(gather)
        self._record(response, attempt=1)
        return str(response)

    def speak(self, words: Sequence[str], *, attempt: int) -> str:
        """Say the words, then record."""
        response = VoiceResponse()
        self._play(response, words)
        self._record(response, attempt=attempt)
        return str(response)

    def ask(self, words: Sequence[str], path: str) -> str:
        """Say the words and wait for one key, which goes to `path`."""
        response = VoiceResponse()
        sounds = [self._prompts.url(self._public_url, key) for key in words]
        ask_for_key(response, sounds, action=self._url(path))
        return str(response)

    def bye(self, words: Sequence[str]) -> str:
        response = VoiceResponse()
        self._play(response, words)
        response.hangup()
        return str(response)

    def connect(self, phone: str) -> str:
        """Ring a person of ours."""
        response = VoiceResponse()
        self._play(response, ["connecting"])
        dial = Dial(action=self._url("/twilio/voice/dialled"), method="POST", timeout=RING_SECONDS)
        dial.number(phone)
        response.append(dial)
        return str(response)

    def _play(self, response: VoiceResponse | Gather, keys: Sequence[str]) -> None:
        for key in keys:
            response.play(self._prompts.url(self._public_url, key))

    def _record(self, response: VoiceResponse, *, attempt: int) -> None:
        record(response, action=self._url("/twilio/voice/recorded"), callback=self._url("/twilio/recording"))
        # Reached only when the recording is empty: the carrier then makes no request to `action`.
        response.redirect(self._url(f"/twilio/voice/silent/{attempt}"), method="POST")

    def _url(self, path: str) -> str:
        return self._public_url + path


def ask_for_key(response: VoiceResponse, sounds: Iterable[str], *, action: str, timeout: int = FOR_A_KEY) -> None:
    """Play, and send one key to `action`; who presses none comes there too. sounds: their addresses."""
    gather = Gather(num_digits=1, timeout=timeout, action=action, method="POST")
    for sound in sounds:
        gather.play(sound)
    response.append(gather)
    response.redirect(action, method="POST")


def record(response: VoiceResponse, *, action: str, callback: str) -> None:
    """Beep and record. callback: hears of the recording also when they just hung up."""
    response.record(
        action=action,
        method="POST",
        timeout=PAUSE_SECONDS,
        finish_on_key="#",
        max_length=LONGEST_RECORDING,
        play_beep=True,
        # The carrier's trimming may cut soft speech; we trim ourselves.
        trim="do-not-trim",
        recording_status_callback=callback,
        recording_status_callback_method="POST",
        recording_status_callback_event="completed absent",
    )
