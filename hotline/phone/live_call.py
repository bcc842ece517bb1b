"""One call while it lasts: executes the hotline's TwiML as a carrier does, on a clock of its own."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

from hotline.phone.audio import NotAudio, listen, read_telephone, seconds_of
from hotline.phone.callbacks import call_params, tell, tell_call
from hotline.phone.exchange import Exchange, PhoneCall, new_sid
from hotline.phone.steps import (
    Beep,
    Dialling,
    Ended,
    HangUp,
    Key,
    Listen,
    NothingHeard,
    PickedUp,
    Prompt,
    Recorded,
    Reply,
    Request,
    Speech,
    Step,
    WaitForKey,
)
from hotline.phone.twiml import (
    Dial,
    Gather,
    Hangup,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
    parse_twiml,
)
from hotline.phone.wire import API_VERSION, Answer, Wire

# Length of the tone before a recording, seconds.
BEEP = 0.5
# A voice of the carrier reads about so many characters a second.
SAID_PER_SECOND = 4
# A call that asks for more documents than this runs in a circle.
MOST_DOCUMENTS = 60
# Twilio reports silence and too short recordings with these codes.
SILENT_RECORDING = "16102"
XML_TYPES = ("text/xml", "application/xml")


class WebhookFailed(Exception):
    """The hotline's answer would make a carrier end the call with an error."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class _CallOver(Exception):
    def __init__(self, by: Literal["caller", "hotline"], status: str = "completed") -> None:
        super().__init__(by)
        self.by = by
        self.status = status


@dataclass(frozen=True)
class _Document:
    url: str
    verbs: tuple[Verb, ...]


# A verb's performance: None means go on with the next verb.
_Performance = Generator[Step, Reply, _Document | None]


class LiveCall:
    def __init__(self, wire: Wire, exchange: Exchange, call: PhoneCall, *, fallback_url: str = "") -> None:
        self._wire = wire
        self._exchange = exchange
        self._call = call
        self._fallback_url = fallback_url
        self._now = 0.0
        self._status = "ringing" if call.direction == "inbound" else "in-progress"
        self._documents = 0
        self._lengths: dict[str, float] = {}

    def run(self) -> Generator[Step, Reply, None]:
        try:
            yield from self._converse()
        except _CallOver as over:
            by, status = over.by, over.status
        except GeneratorExit:
            # The handset was dropped without a word: the line is dead all the same.
            self._close("completed")
            raise
        except Exception:
            self._close("failed")
            raise
        else:
            by, status = "hotline", "completed"
        self._close(status)
        yield Ended(self._now, by, status)

    def _converse(self) -> Generator[Step, Reply, None]:
        if self._call.direction != "inbound":
            tell_call(self._wire, self._call, "in-progress")
        document: _Document | None
        if self._call.twiml:
            document = _Document(self._call.url, parse_twiml(self._call.twiml.encode(), self._call.url))
        else:
            document = yield from self._ask(self._call.url, "POST", {})
        while document is not None:
            document = yield from self._perform(document)

    def _perform(self, document: _Document) -> _Performance:
        for verb in document.verbs:
            following = yield from self._perform_verb(verb)
            if following is not None:
                return following
        return None

    def _perform_verb(self, verb: Verb) -> _Performance:
        match verb:
            case Say() | Play():
                yield from self._play(verb, takes_keys=False)
                return None
            case Gather():
                return (yield from self._gather(verb))
            case Record():
                return (yield from self._record(verb))
            case Redirect():
                return (yield from self._ask(verb.url, verb.method, {}))
            case Dial():
                return (yield from self._dial(verb))
            case Reject():
                raise _CallOver("hotline", "busy" if verb.reason == "busy" else "no-answer")
            case Hangup():
                raise _CallOver("hotline")

    # verbs

    def _play(self, prompt: Say | Play, *, takes_keys: bool) -> Generator[Step, Reply, str]:
        """The key that interrupted it, or ""."""
        url, text = (prompt.url, "") if isinstance(prompt, Play) else ("", prompt.text)
        seconds = self._length(url) if url else len(text) / SAID_PER_SECOND
        for _ in range(max(prompt.loop, 1)):
            reply = yield Prompt(self._now, url, text, seconds, takes_keys)
            if takes_keys and isinstance(reply, Key):
                self._now += reply.after
                return reply.key
            self._let_pass(reply, seconds)
        return ""

    def _gather(self, verb: Gather) -> _Performance:
        digits, finished_on = yield from self._keys(verb)
        if not digits and not finished_on and not verb.action_on_empty:
            return None
        params = {"Digits": digits, "FinishedOnKey": finished_on}
        return (yield from self._ask(verb.action, verb.method, params))

    def _keys(self, verb: Gather) -> Generator[Step, Reply, tuple[str, str]]:
        """(digits, the key that ended them or ""). A key interrupts the prompts."""
        key = ""
        for prompt in verb.prompts:
            key = yield from self._play(prompt, takes_keys=True)
            if key:
                break
        digits = ""
        while True:
            if not key:
                reply = yield WaitForKey(self._now, verb.timeout)
                if not isinstance(reply, Key):
                    self._let_pass(reply, verb.timeout)
                    return digits, ""
                self._now += reply.after
                key = reply.key
            if key in verb.finish_on_key:
                return digits, key
            digits += key
            if len(digits) == verb.num_digits:
                return digits, ""
            key = ""

    def _record(self, verb: Record) -> _Performance:
        if verb.play_beep:
            self._let_pass((yield Beep(self._now, BEEP)), BEEP)
        reply = yield Listen(self._now, verb.max_length, verb.timeout, verb.finish_on_key)
        if not isinstance(reply, Speech):
            return (yield from self._nothing(verb, reply))
        heard = listen(read_telephone(reply.sound), silence=verb.timeout, longest=verb.max_length)
        self._now += heard.seconds
        if not heard.wav:
            quiet = HangUp() if reply.then == "hang-up" and not heard.ended_early else None
            return (yield from self._nothing(verb, quiet, waited=heard.seconds))
        digits = "" if heard.ended_early else self._end_of_speech(verb, reply.then, heard.seconds)
        seconds = max(1, round(heard.seconds))
        recording = self._exchange.add_recording(self._call.sid, heard.wav, seconds)
        yield Recorded(self._now, recording.sid, heard.seconds)
        return (yield from self._after_recording(verb, recording.sid, seconds, digits))

    def _end_of_speech(self, verb: Record, then: str, spoken: float) -> str:
        """`Digits` of the action request: "hangup", the finish key, or "" after a silence."""
        if then == "hang-up":
            return "hangup"
        if then and then in verb.finish_on_key:
            return then
        self._now += min(verb.timeout, max(0.0, verb.max_length - spoken))
        return ""

    def _after_recording(self, verb: Record, sid: str, seconds: int, digits: str) -> _Performance:
        url = self._recording_url(sid)
        params = {
            "RecordingSid": sid,
            "RecordingUrl": url,
            "RecordingDuration": str(seconds),
            "Digits": digits,
        }
        if digits == "hangup":
            # Twilio asks the action all the same; there is nobody left to do what it answers.
            self._status = "completed"
            tell(self._wire, verb.action, self._params(params), verb.method)
            self._tell_recording(verb, "completed", sid, seconds)
            raise _CallOver("caller")
        document = yield from self._ask(verb.action, verb.method, params)
        self._tell_recording(verb, "completed", sid, seconds)
        return document

    def _nothing(self, verb: Record, reply: Reply, waited: float = 0.0) -> _Performance:
        """An empty recording: no action request, the next verb is executed; `absent` is told if asked for."""
        if isinstance(reply, HangUp):
            self._now += reply.after
            self._tell_recording(verb, "absent", new_sid("RE"), 0)
            raise _CallOver("caller")
        if isinstance(reply, Key) and reply.key in verb.finish_on_key:
            self._now += reply.after
        else:
            self._now += max(0.0, min(verb.timeout, verb.max_length) - waited)
        yield NothingHeard(self._now)
        self._tell_recording(verb, "absent", new_sid("RE"), 0)
        return None

    def _dial(self, verb: Dial) -> _Performance:
        reply = yield Dialling(self._now, verb.number, verb.timeout)
        talked = reply.seconds if isinstance(reply, PickedUp) else 0.0
        self._let_pass(reply, talked or verb.timeout)
        if not verb.action:
            return None
        params = {
            "DialCallSid": new_sid("CA"),
            "DialCallStatus": "completed" if talked else "no-answer",
            "DialCallDuration": str(ceil(talked)),
        }
        return (yield from self._ask(verb.action, verb.method, params))

    def _let_pass(self, reply: Reply, seconds: float) -> None:
        """The step lasts its whole time, unless the caller hung up in it."""
        if isinstance(reply, HangUp):
            self._now += min(reply.after, seconds)
            raise _CallOver("caller")
        self._now += seconds

    # the hotline's answers

    def _ask(self, url: str, method: str, extra: Mapping[str, str]) -> Generator[Step, Reply, _Document]:
        self._documents += 1
        if self._documents > MOST_DOCUMENTS:
            raise WebhookFailed(url, f"more than {MOST_DOCUMENTS} documents in one call")
        answer = self._wire.webhook(url, self._params(extra), method)
        reply = yield Request(self._now, url, answer.status)
        self._let_pass(reply, 0.0)
        if fault := _fault(answer):
            return (yield from self._ask_fallback(url, extra, fault))
        self._status = "in-progress"
        return _Document(url, parse_twiml(answer.body, url))

    def _ask_fallback(self, url: str, extra: Mapping[str, str], fault: str) -> Generator[Step, Reply, _Document]:
        fallback, self._fallback_url = self._fallback_url, ""
        if not fallback:
            raise WebhookFailed(url, fault)
        return (yield from self._ask(fallback, "POST", {**extra, "ErrorCode": "11200", "ErrorUrl": url}))

    def _length(self, url: str) -> float:
        if url not in self._lengths:
            answer = self._wire.fetch(url)
            if answer.status != 200 or not answer.content_type.startswith("audio/"):
                raise WebhookFailed(url, f"HTTP {answer.status} {answer.content_type}, not a sound")
            try:
                self._lengths[url] = seconds_of(answer.body)
            except NotAudio as error:
                raise WebhookFailed(url, str(error)) from error
        return self._lengths[url]

    # callbacks

    def _params(self, extra: Mapping[str, str]) -> dict[str, str]:
        return {**call_params(self._call, self._status), **extra}

    def _tell_recording(self, verb: Record, status: str, sid: str, seconds: int) -> None:
        if status not in verb.callback_events:
            return
        params = {
            "CallSid": self._call.sid,
            "RecordingSid": sid,
            "RecordingUrl": self._recording_url(sid),
            "RecordingStatus": status,
            "RecordingDuration": str(seconds),
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
            "ErrorCode": SILENT_RECORDING if status == "absent" else "0",
        }
        tell(self._wire, verb.callback, params, verb.callback_method)

    def _recording_url(self, sid: str) -> str:
        account = self._wire.line.account_sid
        return self._wire.line.url(f"/phone/carrier/{API_VERSION}/Accounts/{account}/Recordings/{sid}")

    def _close(self, status: str) -> None:
        self._status = status
        self._exchange.move_call(self._call.sid, status, ceil(self._now))
        tell_call(self._wire, self._call, status, self._now)


def _fault(answer: Answer) -> str:
    """Why a carrier would not take this answer; "" when it would."""
    if answer.status >= 300:
        return f"HTTP {answer.status}"
    kind = answer.content_type.partition(";")[0].strip()
    return "" if kind in XML_TYPES else f"Content-Type {kind or 'missing'}, not XML"
