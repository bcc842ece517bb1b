"""How a carrier can behave when it is asked for something."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from werkzeug.wrappers import Request, Response


class Behaviour(Protocol):
    # Whether the carrier does what it was asked for.
    obeys: bool

    def answer(self, request: Request, proper: Response | None) -> Response:
        """`proper`: the answer of a carrier on a good day, None when it did not obey."""
        ...


@dataclass(frozen=True)
class Ok:
    obeys: bool = True

    def answer(self, request: Request, proper: Response | None) -> Response:
        assert proper is not None
        return proper


@dataclass(frozen=True)
class Refuse:
    """An error answer: `code` is the carrier's own (21610, ...), 0 for one without JSON, as proxies send."""

    status: int
    code: int = 0
    obeys: bool = False

    def answer(self, request: Request, proper: Response | None) -> Response:
        if not self.code:
            return Response(f"error {self.status}", self.status, mimetype="text/html")
        body = f'{{"code": {self.code}, "message": "error {self.code}", "status": {self.status}}}'
        return Response(body, self.status, mimetype="application/json")


@dataclass(frozen=True)
class AnswerLost:
    """The carrier does it, but the connection breaks before the answer: as a time-out, without the wait."""

    obeys: bool = True

    def answer(self, request: Request, proper: Response | None) -> Response:
        return _cut(request)


@dataclass(frozen=True)
class NeverArrived:
    """The connection breaks before the carrier has read it."""

    obeys: bool = False

    def answer(self, request: Request, proper: Response | None) -> Response:
        return _cut(request)


@dataclass(frozen=True)
class Truncated:
    """Of a file: promises all of it, breaks off after `share`."""

    share: float = 0.5
    obeys: bool = True

    def answer(self, request: Request, proper: Response | None) -> Response:
        assert proper is not None
        whole = proper.get_data()
        part = Response(_then_cut(request, whole[: int(len(whole) * self.share)]), mimetype=proper.mimetype)
        part.headers["Content-Length"] = str(len(whole))
        return part


@dataclass(frozen=True)
class Content:
    """Of a file: something else in its place."""

    body: bytes
    mimetype: str = "audio/x-wav"
    obeys: bool = True

    def answer(self, request: Request, proper: Response | None) -> Response:
        return Response(self.body, mimetype=self.mimetype)


@dataclass(frozen=True)
class Huge:
    """Of a file: `megabytes` without saying so beforehand."""

    megabytes: int
    obeys: bool = True

    def answer(self, request: Request, proper: Response | None) -> Response:
        block = bytes(1024 * 1024)
        return Response((block for _ in range(self.megabytes)), mimetype="audio/x-wav")


NOT_THERE_YET = Refuse(404, 20404)
TOO_MANY_REQUESTS = Refuse(429, 20429)
UNAUTHORISED = Refuse(401, 20003)


def _cut(request: Request) -> Response:
    request.get_data()
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


def _then_cut(request: Request, part: bytes) -> Iterator[bytes]:
    yield part
    _cut(request)
