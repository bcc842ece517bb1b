"""A handset at the pretend exchange: places calls and sends texts against the real webhooks.

`Handset.call()` is a conversation: a generator that yields each Step and is sent the caller's Reply, so the
same code serves the terminal, the page with a person at the keypad, and tests. It does what a carrier does
with the hotline's TwiML and breaks where a carrier would."""

from collections.abc import Callable, Generator, Iterator
from typing import Protocol

from handling.sms import sms_segments
from hotline.phone.exchange import Exchange, Message, PhoneCall
from hotline.phone.live_call import LiveCall, WebhookFailed
from hotline.phone.steps import Reply, Step
from hotline.phone.twiml import InvalidTwiml, response_of
from hotline.phone.wire import Wire

Conversation = Generator[Step, Reply, None]

VOICE = "/twilio/voice"
VOICE_STATUS = "/twilio/voice/status"
VOICE_FALLBACK = "/twilio/voice/fallback"
SMS = "/twilio/sms"


class Caller(Protocol):
    """Somebody at the handset: answers each step."""

    def reply(self, step: Step) -> Reply: ...


class Handset:
    """`number` is the handset's own, as the hotline sees it ("anonymous" when withheld)."""

    def __init__(self, wire: Wire, exchange: Exchange, number: str, *, fallback_path: str = "") -> None:
        self.number = number
        self._wire = wire
        self._exchange = exchange
        self._fallback_url = wire.line.url(fallback_path) if fallback_path else ""

    def call(self, to: str = "") -> tuple[PhoneCall, Conversation]:
        """Rings the hotline; `to`: another of its numbers, such as a campaign's.

        Raises NobodyAnswers, WebhookFailed, InvalidTwiml while it runs."""
        line = self._wire.line
        call = self._exchange.add_call(
            "inbound",
            self.number,
            to or line.number,
            status="ringing",
            url=line.url(VOICE),
            callback=line.url(VOICE_STATUS),
        )
        return call, self._live(call).run()

    def pick_up(self, call: PhoneCall) -> Conversation | None:
        """Answers a call of the hotline; None when it is over already."""
        if not self._exchange.move_call(call.sid, "in-progress"):
            return None
        return self._live(call).run()

    def send_text(self, body: str, to: str = "") -> Message:
        """`to` as in `call`. Raises NobodyAnswers, WebhookFailed, InvalidTwiml."""
        line = self._wire.line
        message = self._exchange.add_message("inbound", self.number, to or line.number, body, status="received")
        params = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsMessageSid": message.sid,
            "SmsStatus": "received",
            "From": self.number,
            "To": message.to_number,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": str(sms_segments(body)),
        }
        answer = self._wire.webhook(line.url(SMS), params)
        if answer.status >= 300:
            raise WebhookFailed(line.url(SMS), f"HTTP {answer.status}")
        for reply in _replies(answer.body, line.url(SMS)):
            self._exchange.add_message("outbound-reply", message.to_number, self.number, reply, status="delivered")
        return message

    def _live(self, call: PhoneCall) -> LiveCall:
        return LiveCall(self._wire, self._exchange, call, fallback_url=self._fallback_url)


def converse(conversation: Conversation, reply: Callable[[Step], Reply]) -> Iterator[Step]:
    """Runs the whole conversation with `reply` as the caller, yielding the steps as they happen."""
    answer: Reply = None
    while True:
        try:
            step = conversation.send(answer)
        except StopIteration:
            return
        yield step
        answer = reply(step)


def _replies(body: bytes, url: str) -> Iterator[str]:
    """The texts of messaging TwiML; Somleng executes Message and Redirect there, we need Message."""
    if not body.strip():
        return
    for element in response_of(body, url):
        if element.tag != "Message":
            raise InvalidTwiml(f"{url}: <{element.tag}> in an answer to a text")
        yield "".join(element.itertext()).strip()
