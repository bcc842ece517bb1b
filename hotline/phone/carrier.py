"""The exchange's REST interface: the part of Twilio's API that the hotline uses, at `TWILIO_API_BASE` =
{public_url}/phone/carrier, so that the demonstration runs the very code that talks to a real carrier.

What it does not know it refuses: a parameter that a real carrier would obey must not be ignored here."""

import hmac
from typing import NoReturn

import phonenumbers
from flask import Blueprint, Response, abort, jsonify, make_response, request

from hotline.phone import resources
from hotline.phone.audio import as_mp3
from hotline.phone.simulator import only_this_machine, set_up, simulator, start_errands
from hotline.phone.twiml import InvalidTwiml, parse_twiml
from hotline.phone.wire import API_VERSION
from hotline.settings import is_e164

carrier_blueprint = Blueprint("carrier", __name__, url_prefix=f"/phone/carrier/{API_VERSION}/Accounts")
carrier_blueprint.record_once(set_up)
carrier_blueprint.before_app_request(start_errands)

LONGEST_BODY = 1600
LONGEST_TWIML = 4000
# Says which exchange answers, so that `hotline call` notices when it has another one.
IDENTITY_HEADER = "X-Exchange-Identity"


@carrier_blueprint.before_request
def _check_account() -> None:
    only_this_machine()
    line = simulator().wire.line
    given = request.authorization
    username, password = (given.username or "", given.password or "") if given else ("", "")
    # Reading it away from the view arguments: every view is about the one account there is.
    account = (request.view_args or {}).pop("account_sid", "")
    known = hmac.compare_digest(password.encode(), line.auth_token.encode())
    if not known or not username == account == line.account_sid:
        _refuse(401, 20003, "Authenticate")


@carrier_blueprint.get("/<account_sid>.json")
def account() -> Response:
    answer = jsonify(sid=_account(), friendly_name="乡音热线模拟交换机", status="active", type="Trial")
    answer.headers[IDENTITY_HEADER] = simulator().exchange.identity
    return answer


@carrier_blueprint.post("/<account_sid>/Messages.json")
def create_message() -> tuple[Response, int]:
    _only("To", "From", "Body", "StatusCallback", "ValidityPeriod", "ContentRetention", "AddressRetention")
    body = request.form.get("Body", "")
    if not body:
        _refuse(400, 21602, "A message body is required")
    if len(body) > LONGEST_BODY:
        _refuse(400, 21617, "The message body exceeds the 1600 character limit")
    to = _destination()
    if _is_landline(to):
        _refuse(400, 21614, "'To' number is not a valid mobile number")
    message = simulator().exchange.add_message(
        "outbound-api",
        _our_number(21606),
        to,
        body,
        status="queued",
        callback=request.form.get("StatusCallback", ""),
    )
    simulator().errands.accept(message)
    return jsonify(resources.message_resource(message, _account())), 201


@carrier_blueprint.get("/<account_sid>/Messages.json")
def list_messages() -> Response:
    _only("To", "From", "PageSize")
    found = simulator().exchange.messages(to=request.args.get("To", ""), from_=request.args.get("From", ""))
    rows = [resources.message_resource(m, _account()) for m in found[: _page_size()]]
    return jsonify(resources.page_of("messages", rows, request.path))


@carrier_blueprint.get("/<account_sid>/Messages/<sid>.json")
def fetch_message(sid: str) -> Response:
    message = simulator().exchange.message(sid) or _missing()
    return jsonify(resources.message_resource(message, _account()))


@carrier_blueprint.delete("/<account_sid>/Messages/<sid>.json")
def delete_message(sid: str) -> tuple[str, int]:
    return ("", 204) if simulator().exchange.remove_message(sid) else _missing()


@carrier_blueprint.post("/<account_sid>/Calls.json")
def create_call() -> tuple[Response, int]:
    _only(
        "To", "From", "Url", "Method", "Twiml", "StatusCallback", "StatusCallbackEvent",
        "StatusCallbackMethod", "Timeout",
    )  # fmt: skip
    if {request.form.get(name, "POST") for name in ("Method", "StatusCallbackMethod")} != {"POST"}:
        _refuse(400, 20001, "This exchange asks by POST alone")
    to, from_number = _destination(), _our_number(21210)
    url, twiml = request.form.get("Url", ""), request.form.get("Twiml", "")
    if not url and not twiml:
        _refuse(400, 21205, "Url parameter is required")
    call = simulator().exchange.add_call(
        "outbound-api",
        from_number,
        to,
        status="queued",
        # As the carrier's document says: with a Url, Twiml is ignored.
        twiml="" if url else _valid_twiml(twiml),
        url=url or request.url,
        callback=request.form.get("StatusCallback", ""),
        events=" ".join(request.form.getlist("StatusCallbackEvent")) or "completed",
        timeout=request.form.get("Timeout", 60, type=int),
    )
    simulator().errands.ring(call)
    return jsonify(resources.call_resource(call, _account())), 201


@carrier_blueprint.get("/<account_sid>/Calls.json")
def list_calls() -> Response:
    _only("To", "From", "Status", "PageSize")
    to, from_, status = (request.args.get(name, "") for name in ("To", "From", "Status"))
    found = simulator().exchange.calls(to=to, from_=from_, status=status)
    rows = [resources.call_resource(c, _account()) for c in found[: _page_size()]]
    return jsonify(resources.page_of("calls", rows, request.path))


@carrier_blueprint.get("/<account_sid>/Calls/<sid>.json")
def fetch_call(sid: str) -> Response:
    call = simulator().exchange.call(sid) or _missing()
    return jsonify(resources.call_resource(call, _account()))


@carrier_blueprint.get("/<account_sid>/Recordings/<sid>.json")
def fetch_recording(sid: str) -> Response:
    recording = simulator().exchange.recording(sid) or _missing()
    return jsonify(resources.recording_resource(recording, _account()))


@carrier_blueprint.get("/<account_sid>/Recordings/<sid>")
@carrier_blueprint.get("/<account_sid>/Recordings/<sid>.<any(wav, mp3):kind>")
def recording_sound(sid: str, kind: str = "wav") -> Response:
    wav = simulator().exchange.sound(sid) or _missing()
    if kind == "mp3":
        return Response(as_mp3(wav), mimetype="audio/mpeg")
    return Response(wav, mimetype="audio/x-wav")


@carrier_blueprint.delete("/<account_sid>/Recordings/<sid>.json")
def delete_recording(sid: str) -> tuple[str, int]:
    return ("", 204) if simulator().exchange.delete_recording(sid) else _missing()


def _account() -> str:
    return simulator().wire.line.account_sid


def _destination() -> str:
    to = request.form.get("To", "")
    if not is_e164(to):
        _refuse(400, 21211, f"Invalid 'To' Phone Number: {to}")
    return to


def _our_number(code: int) -> str:
    number = simulator().wire.line.number
    if request.form.get("From") != number:
        _refuse(400, code, f"The 'From' number is not {number}, the one of this account")
    return number


def _is_landline(number: str) -> bool:
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind == phonenumbers.PhoneNumberType.FIXED_LINE


def _valid_twiml(twiml: str) -> str:
    if len(twiml) > LONGEST_TWIML:
        _refuse(400, 21219, f"Twiml is longer than {LONGEST_TWIML} characters")
    try:
        parse_twiml(twiml.encode(), simulator().wire.line.url("/"))
    except InvalidTwiml as error:
        _refuse(400, 12100, str(error))
    return twiml


def _page_size() -> int:
    return min(request.args.get("PageSize", 50, type=int), 1000)


def _only(*known: str) -> None:
    given = {*request.form, *request.args}
    if unknown := sorted(given - set(known)):
        _refuse(400, 20001, f"This exchange does not know {', '.join(unknown)}")


def _missing() -> NoReturn:
    _refuse(404, 20404, f"The requested resource {request.path} was not found")


def _refuse(status: int, code: int, message: str) -> NoReturn:
    more = f"https://www.twilio.com/docs/errors/{code}"
    answer = make_response(jsonify(code=code, message=message, more_info=more, status=status), status)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    abort(answer)
