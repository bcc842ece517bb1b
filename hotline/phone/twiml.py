"""TwiML as the strictest carrier that we serve reads it: the verbs and attributes that Somleng executes.

Somleng refuses every other element with a TwiMLError (somleng-switch, execute_twiml.rb), so this
parser does too, and says so loudly instead of skipping what a real call would die of."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

# Only documents of the hotline itself are read, and expat has bounded entity expansion since 2.4.1.
from xml.etree import ElementTree

# Twilio's documented maximum of a TwiML document, bytes.
LARGEST = 64 * 1024


class InvalidTwiml(Exception):
    """A carrier would end the call with an error here."""


@dataclass(frozen=True)
class Say:
    text: str
    loop: int = 1


@dataclass(frozen=True)
class Play:
    url: str
    loop: int = 1


@dataclass(frozen=True)
class Gather:
    prompts: tuple[Say | Play, ...]
    action: str
    method: str
    timeout: float
    num_digits: int | None
    finish_on_key: str
    action_on_empty: bool


@dataclass(frozen=True)
class Record:
    """Times in seconds. `action` and `callback` are absolute URLs; `callback` "" for none."""

    action: str
    method: str
    max_length: float
    timeout: float
    finish_on_key: str
    play_beep: bool
    callback: str
    callback_method: str
    callback_events: frozenset[str]


@dataclass(frozen=True)
class Redirect:
    url: str
    method: str


@dataclass(frozen=True)
class Dial:
    """`action` "" : go on with the next verb."""

    number: str
    action: str
    method: str
    timeout: float


@dataclass(frozen=True)
class Hangup:
    pass


@dataclass(frozen=True)
class Reject:
    reason: str


Verb = Say | Play | Gather | Record | Redirect | Dial | Hangup | Reject

ATTRIBUTES = {
    "Say": {"voice", "language", "loop"},
    "Play": {"loop"},
    "Gather": {
        "input", "action", "method", "timeout", "numDigits", "finishOnKey", "actionOnEmptyResult",
    },
    "Record": {
        "action", "method", "maxLength", "timeout", "finishOnKey", "playBeep", "trim", "transcribe",
        "recordingStatusCallback", "recordingStatusCallbackMethod", "recordingStatusCallbackEvent",
    },
    "Redirect": {"method"},
    "Dial": {"action", "method", "timeout", "callerId", "record", "timeLimit", "answerOnBridge"},
    "Number": set(),
    "Hangup": set(),
    "Reject": {"reason"},
}  # fmt: skip


def parse_twiml(body: bytes, url: str) -> tuple[Verb, ...]:
    """`url` is the document's own address: relative addresses, and verbs without action, go back to it."""
    if len(body) > LARGEST:
        raise InvalidTwiml(f"{url}: more than {LARGEST} bytes")
    return tuple(_verb(element, url) for element in response_of(body, url))


def response_of(body: bytes, url: str) -> ElementTree.Element:
    """The document's root, which is a <Response>."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 (our own hotline wrote it)
    except ElementTree.ParseError as error:
        raise InvalidTwiml(f"{url}: {error}") from error
    if root.tag != "Response":
        raise InvalidTwiml(f"{url}: the root is <{root.tag}>, not <Response>")
    return root


def _verb(element: ElementTree.Element, url: str) -> Verb:
    _check_attributes(element, url)
    match element.tag:
        case "Say" | "Play":
            return _prompt(element, url)
        case "Gather":
            return _gather(element, url)
        case "Record":
            return _record(element, url)
        case "Redirect":
            return Redirect(_address(element.text, url), _method(element))
        case "Dial":
            return _dial(element, url)
        case "Reject":
            return Reject(element.get("reason", "rejected"))
        case _:
            return Hangup()


def _check_attributes(element: ElementTree.Element, url: str) -> None:
    allowed = ATTRIBUTES.get(element.tag)
    if allowed is None:
        raise InvalidTwiml(f"{url}: Somleng executes no <{element.tag}>")
    if unknown := sorted(set(element.keys()) - allowed):
        raise InvalidTwiml(f"{url}: <{element.tag}> has no {', '.join(unknown)}")


def _prompt(element: ElementTree.Element, url: str) -> Say | Play:
    _check_attributes(element, url)
    loop = int(_number(element, "loop", 1, url))
    if element.tag == "Say":
        return Say((element.text or "").strip(), loop)
    if element.tag == "Play":
        return Play(_address(element.text, url), loop)
    raise InvalidTwiml(f"{url}: <{element.tag}> inside <Gather>")


def _gather(element: ElementTree.Element, url: str) -> Gather:
    if element.get("input", "dtmf") != "dtmf":
        raise InvalidTwiml(f"{url}: Somleng hears no speech in <Gather>")
    digits = element.get("numDigits")
    return Gather(
        prompts=tuple(_prompt(child, url) for child in element),
        action=_address(element.get("action"), url),
        method=_method(element),
        timeout=_number(element, "timeout", 5, url),
        num_digits=int(digits) if digits else None,
        finish_on_key=element.get("finishOnKey", "#"),
        action_on_empty=element.get("actionOnEmptyResult") == "true",
    )


def _record(element: ElementTree.Element, url: str) -> Record:
    callback = element.get("recordingStatusCallback", "")
    return Record(
        action=_address(element.get("action"), url),
        method=_method(element),
        max_length=_number(element, "maxLength", 3600, url),
        timeout=_number(element, "timeout", 5, url),
        finish_on_key=element.get("finishOnKey", "1234567890*#"),
        play_beep=element.get("playBeep", "true") == "true",
        callback=_address(callback, url) if callback else "",
        callback_method=element.get("recordingStatusCallbackMethod", "POST").upper(),
        callback_events=frozenset(element.get("recordingStatusCallbackEvent", "completed").split()),
    )


def _dial(element: ElementTree.Element, url: str) -> Dial:
    numbers = list(element)
    if len(numbers) != 1 or numbers[0].tag != "Number" or not (numbers[0].text or "").strip():
        raise InvalidTwiml(f"{url}: <Dial> takes one <Number> here")
    _check_attributes(numbers[0], url)
    action = element.get("action", "")
    return Dial(
        number=(numbers[0].text or "").strip(),
        action=_address(action, url) if action else "",
        method=_method(element),
        timeout=_number(element, "timeout", 30, url),
    )


def _method(element: ElementTree.Element) -> str:
    return element.get("method", "POST").upper()


def _number(element: ElementTree.Element, name: str, default: float, url: str) -> float:
    try:
        return float(element.get(name, default))
    except ValueError as error:
        raise InvalidTwiml(f"{url}: <{element.tag} {name}> is not a number") from error


def _address(text: str | None, base: str) -> str:
    address = urljoin(base, (text or "").strip())
    if urlsplit(address).scheme not in ("http", "https"):
        raise InvalidTwiml(f"{base}: {address} is no web address")
    return address
