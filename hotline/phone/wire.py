"""Between the pretend exchange and the hotline: signed requests, as a carrier makes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol, Self
from urllib.parse import urldefrag, urlencode, urlsplit

import requests
from twilio.request_validator import RequestValidator

from hotline.settings import Settings

# A carrier waits at most this long for an answer (Twilio's read time-out), seconds.
PATIENCE = 15
API_VERSION = "2010-04-01"


class NobodyAnswers(Exception):
    """The hotline's web server cannot be reached."""


class ForeignUrl(Exception):
    """The simulator speaks to the hotline alone; this address is somebody else's."""


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str]


class Transport(Protocol):
    """Carries one request. `form` is the POST body's fields, None for GET. Raises NobodyAnswers."""

    def __call__(
        self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> Answer: ...


def over_http(method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer:
    try:
        answer = requests.request(
            method, url, data=form, headers=dict(headers), timeout=PATIENCE, allow_redirects=False
        )
    except requests.RequestException as error:
        raise NobodyAnswers(f"{method} {url}: {error}") from error
    return Answer(answer.status_code, answer.headers.get("Content-Type", ""), answer.content, dict(answer.headers))


@dataclass(frozen=True)
class Line:
    """The hotline's telephone line as the exchange knows it. `number` is E.164."""

    account_sid: str
    auth_token: str
    number: str
    public_url: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.auth_tokens[0],
            number=settings.twilio_number,
            public_url=settings.public_url,
        )

    def url(self, path: str) -> str:
        return self.public_url + path


@dataclass(frozen=True)
class Exchanged:
    """One webhook and its answer, for whoever wants to watch. `seconds` until the answer was there."""

    method: str
    url: str
    params: Mapping[str, str]
    signature: str
    answer: Answer
    seconds: float


class Wire:
    """Signs requests to the hotline and carries them. `watch` is told of each webhook that was answered."""

    def __init__(
        self, line: Line, transport: Transport = over_http, watch: Callable[[Exchanged], None] | None = None
    ) -> None:
        self.line = line
        self._transport = transport
        self._watch = watch
        self._validator = RequestValidator(line.auth_token)

    def webhook(self, url: str, params: Mapping[str, str], method: str = "POST") -> Answer:
        """`url` is absolute; its fragment holds Twilio's connection overrides and is not sent."""
        self._check_ours(url)
        address = urldefrag(url).url
        everything = {"AccountSid": self.line.account_sid, "ApiVersion": API_VERSION, **params}
        if method == "GET":
            address += ("&" if urlsplit(address).query else "?") + urlencode(everything)
        form = everything if method == "POST" else None
        signature = self._sign(address, form)
        began = perf_counter()
        answer = self._transport(method, address, form, {"X-Twilio-Signature": signature})
        if self._watch:
            self._watch(Exchanged(method, address, everything, signature, answer, perf_counter() - began))
        return answer

    def fetch(self, url: str) -> Answer:
        """A prompt's audio."""
        self._check_ours(url)
        return self._transport("GET", urldefrag(url).url, None, {})

    def _sign(self, address: str, form: Mapping[str, str] | None) -> str:
        return str(self._validator.compute_signature(address, dict(form or {})))

    def _check_ours(self, url: str) -> None:
        if _origin(url) != _origin(self.line.public_url):
            raise ForeignUrl(url)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
