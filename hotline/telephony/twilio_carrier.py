"""Twilio, Somleng and whatever else speaks this API."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from hotline.settings import Settings
from hotline.telephony.carrier import OUTCOMES, CarrierError, Delivery, Outcome, RecordingMissing

# Seconds to connect and between two bytes of the answer. The client's own default is no limit at all.
TIMEOUT = 15.0
RECORDING_SECONDS = 60
# An answer that is late would reach the resident at night: the carrier drops it after four hours.
VALIDITY_SECONDS = 14400
# Our clock and the carrier's differ.
CLOCK_SLACK = timedelta(minutes=2)


class _HttpClient(TwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """Sends what the client library addresses to api.twilio.com to our carrier, with a time-out."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Response:
        parts = urlsplit(uri)
        kwargs["timeout"] = TIMEOUT
        address = self._base + parts.path + (f"?{parts.query}" if parts.query else "")
        return super().request(method, address, *args, **kwargs)


class TwilioCarrier:
    def __init__(self, settings: Settings) -> None:
        self._base = settings.twilio_api_base
        self._number = settings.twilio_number
        self._auth = (settings.twilio_account_sid, settings.auth_tokens[0])
        # environment={}: TWILIO_REGION and TWILIO_EDGE would rewrite the host of our own carrier.
        self._client = Client(*self._auth, http_client=_HttpClient(self._base), environment={})

    def send_sms(self, to: str, body: str, status_callback: str) -> Delivery:
        with _errors():
            message = self._client.messages.create(
                to=to,
                from_=self._number,
                body=body,
                status_callback=status_callback,
                validity_period=VALIDITY_SECONDS,
            )
        return _delivery(message)

    def place_call(self, to: str, url: str, status_callback: str) -> Delivery:
        with _errors():
            call = self._client.calls.create(
                to=to,
                from_=self._number,
                url=url,
                method="POST",
                status_callback=status_callback,
                status_callback_method="POST",
                timeout=40,
            )
        return _delivery(call)

    def find_sms(self, to: str, body: str, since: datetime) -> list[Delivery]:
        with _errors():
            messages = self._client.messages.list(to=to, from_=self._number, limit=50)
        # The carrier may have put its own signature around the text.
        return [_delivery(m) for m in messages if _since(m, since) and body in (m.body or "")]

    def find_calls(self, to: str, since: datetime) -> list[Delivery]:
        with _errors():
            calls = self._client.calls.list(to=to, from_=self._number, limit=50)
        return [_delivery(c) for c in calls if _since(c, since)]

    def sms_status(self, sid: str) -> Delivery:
        with _errors():
            return _delivery(self._client.messages(sid).fetch())

    def call_status(self, sid: str) -> Delivery:
        with _errors():
            return _delivery(self._client.calls(sid).fetch())

    @contextmanager
    def recording(self, url: str) -> Iterator[Iterator[bytes]]:
        if not self._is_ours(url):
            # Our token goes nowhere else, whoever names the address.
            raise CarrierError("host", f"not our carrier's address: {urlsplit(url).netloc}", Outcome.PERSON)
        with (
            _errors(),
            requests.get(url, auth=self._auth, timeout=TIMEOUT, stream=True, allow_redirects=False) as answer,
        ):
            if answer.status_code in (404, 410):
                raise RecordingMissing(f"http {answer.status_code}", "no audio there", Outcome.RETRY)
            if answer.status_code != 200:
                raise _http_error(answer.status_code, "recording")
            yield _within(answer.iter_content(65536), RECORDING_SECONDS)

    def delete_recording(self, sid: str) -> None:
        try:
            with _errors():
                self._client.recordings(sid).delete()
        except CarrierError as error:
            if error.code not in ("20404", "http 404"):
                raise

    def _is_ours(self, url: str) -> bool:
        ours, theirs = urlsplit(self._base), urlsplit(url)
        return (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)


def _delivery(resource: Any) -> Delivery:
    code = getattr(resource, "error_code", None)
    return Delivery(resource.sid, str(resource.status or ""), str(code or ""))


def _since(resource: Any, since: datetime) -> bool:
    created = resource.date_created or resource.date_updated
    return created is None or created >= since - CLOCK_SLACK


def _within(pieces: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    end = time.monotonic() + seconds
    for piece in pieces:
        if time.monotonic() > end:
            raise CarrierError("network", f"recording took longer than {seconds} s", Outcome.RETRY)
        yield piece


@contextmanager
def _errors() -> Iterator[None]:
    """One kind of exception for whatever went wrong, with what it means for us."""
    try:
        yield
    except TwilioRestException as error:
        if error.code:
            code = str(error.code)
            raise CarrierError(code, error.msg, OUTCOMES.get(code) or _by_status(error.status)) from error
        raise _http_error(error.status, error.msg) from error
    except (requests.ConnectTimeout, requests.ConnectionError, requests.Timeout) as error:
        # Never connected: not processed. Anything later: perhaps processed.
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        unsent = isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)
        outcome = Outcome.RETRY if unsent else Outcome.LOOK_UP
        raise CarrierError("network", type(error).__name__, outcome) from error
    except (requests.RequestException, TwilioException) as error:
        # TwilioException: what the client says when a list cannot be fetched.
        raise CarrierError("network", type(error).__name__, Outcome.LOOK_UP) from error


def _http_error(status: int, message: str) -> CarrierError:
    return CarrierError(f"http {status}", message, _by_status(status))


def _by_status(status: int) -> Outcome:
    if status == 429:
        return Outcome.RETRY
    if status in (401, 403):
        return Outcome.ALARM
    return Outcome.LOOK_UP if status >= 500 else Outcome.PERSON
