"""/phone/: a handset in the browser. The page plays and shows; every rule of the call is the Handset's."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request, send_file
from werkzeug.exceptions import BadRequest

from handling.residents import normal_number
from hotline.phone.audio import RATE, NotAudio, as_wav, read_telephone
from hotline.phone.captions import described, spoken
from hotline.phone.exchange import Message, PhoneCall, Webhook
from hotline.phone.handset import VOICE_FALLBACK, Conversation, Handset
from hotline.phone.held_calls import NoSuchCall
from hotline.phone.live_call import WebhookFailed
from hotline.phone.numbers import handsets, written
from hotline.phone.samples import samples
from hotline.phone.simulator import only_this_machine, set_up, simulator
from hotline.phone.steps import HangUp, Key, PickedUp, Prompt, Reply, Speech, Step
from hotline.phone.twiml import InvalidTwiml
from hotline.phone.wire import ForeignUrl, NobodyAnswers
from hotline.web import shanghai

blueprint = Blueprint("phone", __name__, url_prefix="/phone")
blueprint.record_once(set_up)
blueprint.before_request(only_this_machine)

# Of a text, as a carrier takes it from a handset.
LONGEST_TEXT = 1600
KEYPAD = "123456789*0#"
LETTERS = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}


@blueprint.get("/")
def index() -> str:
    settings = simulator().settings
    return render_template(
        "phone/index.html",
        handsets=handsets(settings),
        samples=samples().values(),
        keypad=KEYPAD,
        letters=LETTERS,
        hotline_number=written(settings.twilio_number),
    )


@blueprint.get("/state")
def state() -> Response:
    """What one handset shows, and which of all the handsets rings."""
    exchange = simulator().exchange
    ours = {h.number: h for h in handsets(simulator().settings)}
    ringing = [c for c in exchange.calls(status="ringing") if c.direction != "inbound" and c.to_number in ours]
    return jsonify(
        messages=[_message(m) for m in exchange.messages_of(request.args.get("number", ""))],
        ringing=[{"sid": c.sid, "number": c.to_number, "name": ours[c.to_number].name} for c in ringing],
    )


@blueprint.get("/traffic")
def traffic() -> Response:
    """What the exchange asked the hotline since webhook number `after`, newest first."""
    return jsonify([_webhook(w) for w in simulator().exchange.webhooks(request.args.get("after", 0, type=int))])


@blueprint.get("/samples/<key>.wav")
def sample(key: str) -> Response:
    found = samples().get(key) or abort(404)
    return send_file(found.path, mimetype="audio/wav")


@blueprint.post("/calls")
def place_call() -> Response:
    call, conversation = _handset(_number()).call(to=_dialled())
    return _begun(call, conversation)


@blueprint.post("/calls/<sid>/answer")
def answer_call(sid: str) -> Response:
    call = simulator().exchange.call(sid) or abort(404)
    conversation = _handset(call.to_number).pick_up(call)
    if conversation is None:
        _sorry("对方已经挂断了。", 409)
    return _begun(call, conversation)


@blueprint.post("/calls/<sid>/reject")
def reject_call(sid: str) -> tuple[str, int]:
    simulator().exchange.call(sid) or abort(404)
    simulator().exchange.add_errand(sid, "busy", after=0)
    simulator().errands.nudge()
    return "", 204


@blueprint.post("/calls/<sid>/next")
def next_step(sid: str) -> Response | tuple[str, int]:
    """Form: `turn` of the step that the caller answers (0: none yet), and the reply (see _reply)."""
    turn = request.form.get("turn", type=int)
    if turn is None:
        abort(400)
    try:
        step = simulator().held.reply(sid, turn, _reply())
    except NoSuchCall:
        _sorry("这通电话已经结束。", 410)
    except (WebhookFailed, InvalidTwiml, ForeignUrl, NobodyAnswers) as error:
        _sorry(f"电话会在这里中断：{error}", 502)
    # The answer to a step that is over already: an impatient double click.
    return jsonify(_step(step, turn + 1)) if step else ("", 204)


@blueprint.post("/texts")
def send_text() -> tuple[str, int]:
    body = request.form.get("body", "")
    if not body.strip() or len(body) > LONGEST_TEXT:
        _sorry(f"短信要有内容，最多 {LONGEST_TEXT} 字。", 400)
    try:
        _handset(_number()).send_text(body, to=_dialled())
    except (WebhookFailed, InvalidTwiml, NobodyAnswers) as error:
        _sorry(f"短信没有送到：{error}", 502)
    return "", 204


def _reply() -> Reply:
    """`kind`: none, key (`key`), hang-up, speech (`sound` file or `sample`, cut after `after` seconds when
    given, `then`), picked-up. `after`: seconds into the step."""
    form = request.form
    after = form.get("after", type=float)
    match form.get("kind", "none"):
        case "none":
            return None
        case "key":
            return Key(_key(), after or 0.0)
        case "hang-up":
            return HangUp(after or 0.0)
        case "speech":
            return Speech(_cut(_sound(), after), form.get("then", "hang-up"))
        case "picked-up":
            return PickedUp()
        case kind:
            raise BadRequest(kind)


def _key() -> str:
    key = request.form.get("key", "")
    return key if len(key) == 1 and key in KEYPAD else abort(400)


def _sound() -> bytes:
    if upload := request.files.get("sound"):
        return bytes(upload.read())
    found = samples().get(request.form.get("sample", "")) or abort(400)
    return found.path.read_bytes()


def _cut(sound: bytes, after: float | None) -> bytes:
    try:
        said = read_telephone(sound)
    except NotAudio:
        _sorry("录音打不开，请再试一次。", 400)
    # One frame at least: an empty sound file is none.
    return as_wav(said if after is None else said[: max(1, int(after * RATE))])


def _step(step: Step, turn: int) -> dict[str, Any]:
    """The step for the page; addresses without the host, which the browser may call by another name."""
    prompts = simulator().prompts
    values = {**asdict(step), "kind": type(step).__name__, "turn": turn, "line": described(step, prompts)}
    if isinstance(step, Prompt):
        parts = urlsplit(step.url)
        values["url"] = parts.path + (f"?{parts.query}" if parts.query else "")
        values["text"] = spoken(step, prompts)
    return values


def _message(message: Message) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "mine": message.direction == "inbound",
        "body": message.body,
        "at": _clock_time(message.created_at),
    }


def _webhook(webhook: Webhook) -> dict[str, Any]:
    return {
        **asdict(webhook),
        "at": f"{shanghai(webhook.at):%H:%M:%S}",
        "params": json.loads(webhook.params),
        # The hotline refuses what is not signed with its own token, and nothing else, with this status.
        "signed": webhook.status != 403,
    }


def _clock_time(moment: datetime) -> str:
    local = shanghai(moment)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _begun(call: PhoneCall, conversation: Conversation) -> Response:
    simulator().held.begin(call.sid, conversation)
    return jsonify(sid=call.sid, number=call.to_number if call.direction != "inbound" else call.from_number)


def _handset(number: str) -> Handset:
    return Handset(simulator().wire, simulator().exchange, number, fallback_path=VOICE_FALLBACK)


def _number() -> str:
    number = request.form.get("number", "")
    if number not in {h.number for h in handsets(simulator().settings)}:
        _sorry("没有这部电话。", 400)
    return number


def _dialled() -> str:
    """The number that was dialled, E.164; "" for the hotline's usual one."""
    dialled = request.form.get("to", "").strip()
    return (normal_number(dialled) or _sorry("没有这个号码。", 400)) if dialled else ""


def _sorry(message: str, status: int) -> NoReturn:
    abort(make_response(jsonify(message=message), status))
