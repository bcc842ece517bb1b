"""A small hotline with the answers of a test, reached without a socket; and the exchange it hangs on."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import soundfile
from twilio.request_validator import RequestValidator

from hotline.phone.exchange import Exchange, PhoneCall
from hotline.phone.handset import Handset, converse
from hotline.phone.scripted import ScriptedCaller
from hotline.phone.steps import Step
from hotline.phone.wire import Answer, Line, Wire
from tests.fakes.clock import FakeClock

LINE = Line("AC" + "5" * 32, "token", "+862885550100", "https://hotline.test")
RESIDENT = "+8613800000001"
Kind = TypeVar("Kind", bound=Step)


def wav(seconds: float, *, loud: bool = True, rate: int = 8000) -> bytes:
    """A tone, or silence."""
    t = np.arange(int(seconds * rate)) / rate
    out = io.BytesIO()
    soundfile.write(out, (0.3 if loud else 0.0) * np.sin(2 * np.pi * 440 * t), rate, format="WAV")
    return out.getvalue()


@dataclass
class Heard:
    """A request that reached the hotline."""

    method: str
    path: str
    params: dict[str, str]


@dataclass
class ScriptedHotline:
    """`answers`: path -> the TwiML inside <Response>, or a list of them used up one by one (the last one
    stays), or an HTTP status. Every .wav lasts `prompt_seconds`. Refuses what is not signed properly."""

    answers: dict[str, str | int | Sequence[str | int]]
    prompt_seconds: float = 2.0
    content_type: str = "text/xml; charset=utf-8"
    heard: list[Heard] = field(default_factory=list)

    def __call__(
        self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> Answer:
        parts = urlsplit(url)
        if parts.path.endswith(".wav"):
            return Answer(200, "audio/wav", wav(self.prompt_seconds), {})
        valid = RequestValidator(LINE.auth_token).validate(url, dict(form or {}), headers["X-Twilio-Signature"])
        self.heard.append(Heard(method, parts.path, dict(form or parse_qsl(parts.query))))
        answer = self._answer(parts.path) if valid else 403
        if isinstance(answer, int):
            return Answer(answer, "text/html", b"", {})
        return Answer(200, self.content_type, f"<Response>{answer}</Response>".encode(), {})

    def paths(self) -> list[str]:
        return [h.path for h in self.heard]

    def params(self, path: str) -> dict[str, str]:
        """Of the last request to `path`."""
        return next(h.params for h in reversed(self.heard) if h.path == path)

    def _answer(self, path: str) -> str | int:
        answer = self.answers.get(path, 204 if "status" in path or "recording" in path else 404)
        if isinstance(answer, str | int):
            return answer
        return answer[min(self.paths().count(path), len(answer)) - 1]


@dataclass
class Scene:
    """A hotline, its exchange, and one resident's handset."""

    hotline: ScriptedHotline
    exchange: Exchange
    handset: Handset

    def ring(self, caller: ScriptedCaller) -> list[Step]:
        _, conversation = self.handset.call()
        return list(converse(conversation, caller.reply))

    def answer(self, call: PhoneCall, caller: ScriptedCaller) -> list[Step]:
        conversation = self.handset.pick_up(call)
        assert conversation is not None
        return list(converse(conversation, caller.reply))


def scene(
    folder: Path, answers: dict[str, str | int | Sequence[str | int]], *, fallback_path: str = "", **kwargs: object
) -> Scene:
    hotline = ScriptedHotline(answers, **kwargs)  # type: ignore[arg-type]
    exchange = Exchange(folder / "phone", FakeClock())
    handset = Handset(Wire(LINE, hotline), exchange, RESIDENT, fallback_path=fallback_path)
    return Scene(hotline, exchange, handset)


def of(steps: list[Step], kind: type[Kind]) -> list[Kind]:
    return [step for step in steps if isinstance(step, kind)]
