"""A carrier for tests: a real HTTP server that speaks the part of Twilio's API which we use, behaves as badly
as a test asks for, and holds every request of ours against the carrier's own OpenAPI document."""

import hmac
import json
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from handling.clock import Clock, SystemClock
from tests.fakes.carrier_behaviour import Behaviour, Ok, Refuse
from tests.fakes.carrier_openapi import answer_fault, request_fault

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "a-token-of-the-tests"
PUBLIC_URL = "https://hotline.example.org"
API = f"/2010-04-01/Accounts/{ACCOUNT_SID}/"
# What `CarrierFake.script` can be told about; "recordings" is the audio itself.
RESOURCES = ("messages", "message list", "calls", "call list", "recordings", "recording removal")


@dataclass
class Sent:
    """A message or call that the carrier took. A test may change `status` and `error_code`."""

    sid: str
    params: dict[str, str]
    created_at: datetime
    status: str = "queued"
    error_code: int | None = None

    @property
    def to(self) -> str:
        return self.params["To"]

    @property
    def body(self) -> str:
        return self.params["Body"]

    @property
    def callback(self) -> str:
        return self.params["StatusCallback"]


@dataclass
class Recordings:
    base_url: str
    files: dict[str, bytes] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    # Of the audio, in order, answered or not.
    requested: list[str] = field(default_factory=list)

    def add(self, sid: str, wav: bytes) -> str:
        """The RecordingUrl that a webhook would name."""
        self.files[sid] = wav
        return self.url(sid)

    def url(self, sid: str) -> str:
        return f"{self.base_url}{API}Recordings/{sid}"


class CarrierFake:
    """`faults`: what in our requests was not as the carrier documents it; the fixture fails on any."""

    def __init__(self, clock: Clock | None = None, *, public_url: str = PUBLIC_URL) -> None:
        self.account_sid = ACCOUNT_SID
        self.auth_token = AUTH_TOKEN
        self.public_url = public_url
        self.messages: list[Sent] = []
        self.calls: list[Sent] = []
        self.faults: list[str] = []
        self._clock = clock or SystemClock()
        self._scripts: dict[str, deque[Behaviour]] = defaultdict(deque)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self.recordings = Recordings(self.base_url)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def script(self, resource: str, *behaviours: Behaviour) -> None:
        """How the next requests for `resource` (see RESOURCES) go, one by one; after them all is well."""
        assert resource in RESOURCES, resource
        self._scripts[resource].extend(behaviours)

    # what the carrier tells us

    def post_webhook(
        self, client: FlaskClient, path: str, params: Mapping[str, str], token: str = ""
    ) -> TestResponse:
        """A signed request to our application. `path` may be a whole URL below `public_url`."""
        path = path.removeprefix(self.public_url)
        form = {"AccountSid": self.account_sid, "ApiVersion": "2010-04-01", **params}
        validator = RequestValidator(token or self.auth_token)
        signature = validator.compute_signature(self.public_url + path, form)
        return client.post(path, data=form, headers={"X-Twilio-Signature": signature})

    def receipts(self, client: FlaskClient, sent: Sent, *statuses: str, error_code: int | None = None) -> None:
        """Delivery receipts of a message, or the progress of a call, in the given order, repeated or not."""
        kind = "Call" if sent in self.calls else "Message"
        for status in statuses:
            params = {f"{kind}Sid": sent.sid, f"{kind}Status": status, "To": sent.to}
            if error_code and status in ("failed", "undelivered"):
                params["ErrorCode"] = str(error_code)
            answer = self.post_webhook(client, sent.callback, params)
            assert answer.status_code < 300, answer.status

    # the server

    def _answer(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        response = self._respond(request)
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if not self._authorised(request):
            return Refuse(401, 20003).answer(request, None)
        resource, proper = self._route(request)
        if resource != "recordings" and self._note(request_fault(request, request.path)):
            return Response(self.faults[-1], 400)
        behaviour = self._scripts[resource].popleft() if self._scripts[resource] else Ok()
        response = behaviour.answer(request, proper(request) if behaviour.obeys else None)
        if resource != "recordings" and isinstance(behaviour, Ok):
            # Our own mistake, then: the fake must answer as the carrier does.
            self._note(answer_fault(request, request.path, response))
        return response

    def _note(self, fault: str) -> bool:
        if fault:
            self.faults.append(fault)
        return bool(fault)

    def _authorised(self, request: Request) -> bool:
        given = request.authorization
        return (
            given is not None
            and given.username == self.account_sid
            and hmac.compare_digest(given.password or "", self.auth_token)
        )

    def _route(self, request: Request) -> tuple[str, Any]:
        kind, _, rest = request.path.removeprefix(API).partition("/")
        match (request.method, kind, bool(rest)):
            case ("POST", "Messages.json", False):
                return "messages", lambda r: self._take(r, self.messages, "SM")
            case ("GET", "Messages.json", False):
                return "message list", lambda r: self._list(r, self.messages, "messages")
            case ("GET", "Messages", True):
                return "message list", lambda _: self._fetch(self.messages, rest)
            case ("POST", "Calls.json", False):
                return "calls", lambda r: self._take(r, self.calls, "CA")
            case ("GET", "Calls.json", False):
                return "call list", lambda r: self._list(r, self.calls, "calls")
            case ("GET", "Calls", True):
                return "call list", lambda _: self._fetch(self.calls, rest)
            case ("DELETE", "Recordings", True):
                return "recording removal", lambda _: self._remove(rest)
            case ("GET", "Recordings", True) if not rest.endswith(".json"):
                self.recordings.requested.append(rest)
                return "recordings", lambda _: self._sound(rest)
        self.faults.append(f"nothing of ours should ask {request.method} {request.path}")
        return "recordings", lambda r: Refuse(404, 20404).answer(r, None)

    def _take(self, request: Request, taken: list[Sent], prefix: str) -> Response:
        sent = Sent(prefix + secrets.token_hex(16), request.form.to_dict(), self._clock.now())
        taken.append(sent)
        return _json(self._resource(sent), 201)

    def _list(self, request: Request, taken: list[Sent], key: str) -> Response:
        wanted = {name: request.args[name] for name in ("To", "From") if name in request.args}
        rows = [self._resource(s) for s in reversed(taken) if wanted.items() <= s.params.items()]
        page = {"page": 0, "page_size": 50, "uri": request.path, "next_page_uri": None, "start": 0, "end": 0}
        extra = {"first_page_uri": request.path, "previous_page_uri": None}
        return _json({key: rows, **page, **extra})

    def _fetch(self, taken: list[Sent], rest: str) -> Response:
        found = next((s for s in taken if s.sid == rest.removesuffix(".json")), None)
        return _json(self._resource(found)) if found else _missing()

    def _remove(self, rest: str) -> Response:
        sid = rest.removesuffix(".json")
        self.recordings.deleted.append(sid)
        return Response(status=204) if self.recordings.files.pop(sid, None) else _missing()

    def _sound(self, rest: str) -> Response:
        wav = self.recordings.files.get(rest.removesuffix(".wav"))
        return Response(wav, mimetype="audio/x-wav") if wav is not None else _missing()

    def _resource(self, sent: Sent) -> dict[str, Any]:
        created = format_datetime(sent.created_at)
        values = {
            "sid": sent.sid,
            "account_sid": self.account_sid,
            "status": sent.status,
            "to": sent.params["To"],
            "from": sent.params.get("From"),
            "direction": "outbound-api",
            "date_created": created,
            "date_updated": created,
        }
        if sent.sid.startswith("CA"):
            return values
        return {**values, "body": sent.params.get("Body"), "error_code": sent.error_code}


def _json(values: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(values, ensure_ascii=False), status, mimetype="application/json")


def _missing() -> Response:
    return Response('{"code": 20404, "message": "not found", "status": 404}', 404, mimetype="application/json")


@pytest.fixture(name="carrier")
def carrier_fixture(clock: Clock) -> Iterator[CarrierFake]:
    fake = CarrierFake(clock)
    yield fake
    fake.close()
    assert not fake.faults, "\n".join(fake.faults)
