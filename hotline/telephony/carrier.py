"""The one door outward: what we ask of a carrier, and what its refusals mean."""

import enum
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol


class Outcome(enum.Enum):
    """What to do about a failure."""

    RETRY = "retry"  # was not processed: try again with growing pauses
    RETRY_LATER = "retry_later"  # the handset is off or out of reach: again in hours, then call
    LOOK_UP = "look_up"  # it may have been processed: look before trying again
    CALL_INSTEAD = "call_instead"  # the number takes no SMS
    OPTED_OUT = "opted_out"
    PERSON = "person"  # no use repeating: a volunteer rings or visits
    ALARM = "alarm"  # our account or configuration: nothing leaves until a person mends it


# Source: Twilio's error pages and shared experience; unknown codes are kept word for word and go to a person.
OUTCOMES: dict[str, Outcome] = {
    "20003": Outcome.ALARM,
    "20429": Outcome.RETRY,
    "21211": Outcome.PERSON,
    "21214": Outcome.PERSON,
    "21216": Outcome.PERSON,
    "13224": Outcome.PERSON,
    "21408": Outcome.ALARM,
    "21606": Outcome.ALARM,
    "21608": Outcome.ALARM,
    "21610": Outcome.OPTED_OUT,
    "21611": Outcome.RETRY,
    "21612": Outcome.ALARM,
    "21614": Outcome.CALL_INSTEAD,
    "21635": Outcome.CALL_INSTEAD,
    "30001": Outcome.RETRY,
    "30002": Outcome.ALARM,
    "30003": Outcome.RETRY_LATER,
    "30004": Outcome.PERSON,
    "30005": Outcome.PERSON,
    "30006": Outcome.CALL_INSTEAD,
    "30007": Outcome.PERSON,
    "30008": Outcome.RETRY_LATER,
    "63038": Outcome.RETRY_LATER,
}


class CarrierError(Exception):
    """The carrier refused or did not answer. `code`: its error code, "http NNN", or "network"."""

    def __init__(self, code: str, message: str, outcome: Outcome) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.outcome = outcome


class RecordingMissing(CarrierError):
    """The audio is not there (yet)."""


class Delivery(NamedTuple):
    """How a message or call of ours stands at the carrier."""

    sid: str
    status: str
    error_code: str


class Carrier(Protocol):
    def send_sms(self, to: str, body: str, status_callback: str) -> Delivery: ...

    def place_call(self, to: str, url: str, status_callback: str) -> Delivery: ...

    def find_sms(self, to: str, body: str, since: datetime) -> list[Delivery]:
        """Messages with this text that the carrier took since then, newest first."""

    def find_calls(self, to: str, since: datetime) -> list[Delivery]: ...

    def sms_status(self, sid: str) -> Delivery: ...

    def call_status(self, sid: str) -> Delivery: ...

    def recording(self, url: str) -> AbstractContextManager[Iterator[bytes]]:
        """The audio in pieces."""

    def delete_recording(self, sid: str) -> None:
        """Also when it is gone already."""
