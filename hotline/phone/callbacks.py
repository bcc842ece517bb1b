"""What the exchange tells the hotline of its own accord: delivery receipts and the progress of calls."""

import logging
from collections.abc import Mapping
from math import ceil

from hotline.phone.exchange import CALL_OVER, Message, PhoneCall
from hotline.phone.wire import NobodyAnswers, Wire

log = logging.getLogger(__name__)

# Twilio's StatusCallbackEvent for each CallStatus.
EVENTS = {"queued": "initiated", "ringing": "ringing", "in-progress": "answered"} | dict.fromkeys(
    CALL_OVER, "completed"
)


def call_params(call: PhoneCall, status: str) -> dict[str, str]:
    """What every request about a call carries."""
    return {
        "CallSid": call.sid,
        "CallStatus": status,
        "Direction": call.direction,
        "From": call.from_number,
        "Caller": call.from_number,
        "To": call.to_number,
        "Called": call.to_number,
    }


def tell_call(wire: Wire, call: PhoneCall, status: str, seconds: float = 0) -> None:
    """Posts to the call's StatusCallback if the hotline asked for this event."""
    if EVENTS[status] in call.status_events.split():
        params = {**call_params(call, status), "CallDuration": str(ceil(seconds))}
        tell(wire, call.status_callback, params)


def tell_message(wire: Wire, message: Message, status: str) -> None:
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "From": message.from_number,
        "To": message.to_number,
    }
    tell(wire, message.status_callback, params)


def tell(wire: Wire, url: str, params: Mapping[str, str], method: str = "POST") -> None:
    """A callback's answer changes nothing for a carrier, which only keeps a note of a bad one."""
    if not url:
        return
    try:
        answer = wire.webhook(url, params, method)
    except NobodyAnswers as error:
        log.warning("callback lost: %s", error)
        return
    if answer.status >= 300:
        log.warning("callback refused: %s answered %s", url, answer.status)
