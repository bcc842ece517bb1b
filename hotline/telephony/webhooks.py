"""The carrier's webhooks: parse, commit, answer. No network and no decoding here: the worker does the rest."""

from flask import Blueprint, Response, abort
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.calendar import is_staffed, load_calendar
from handling.campaigns import survey_calls
from handling.campaigns.invitations import INVITATIONS
from handling.intake import open_case_of
from handling.notices import status_prompts
from handling.residents.alarms import raise_alarm
from hotline.current import current
from hotline.telephony import inbound, points_keys, posted, rating_keys, receipts, surveys, votes
from hotline.telephony.signature import require_carrier_signature
from models import Call, CallState, Notice, RecordingState, User

blueprint = Blueprint("twilio", __name__, url_prefix="/twilio")
blueprint.before_request(require_carrier_signature)
surveys.add_to(blueprint)
votes.add_to(blueprint)
rating_keys.add_to(blueprint)
points_keys.add_to(blueprint)

# Keys behind which there may be a question; None leads to the tone.
ASKERS = {"2": votes.ask_caller, "3": points_keys.ask_caller}
ENDED = {"completed", "busy", "failed", "no-answer", "canceled"}


@blueprint.post("/voice")
def voice() -> Response:
    with current().database.write() as session:
        call = posted.call(session)
        alarm = raise_alarm(
            session,
            current().scheme,
            call,
            now=current().clock.now(),
            duty_phones=current().settings.duty_phones,
        )
        if alarm is None:
            survey = survey_calls.ringing_in(session, current().scheme, call, current().clock.now())
            if survey is not None:
                return surveys.introduce(survey)
        offer = points_keys.offer(session, call)
    if alarm is not None:
        return posted.speak(["help_coming"])
    return posted.twiml(posted.script().welcome(_case_state(call), offer))


@blueprint.post("/voice/fallback")
def fallback() -> Response:
    """For the carrier's fallback URL: touches no database, so it answers when that is what failed."""
    return posted.speak(["apology"])


@blueprint.post("/voice/keys")
def keys() -> Response:
    """Shortcuts: 1 how my case stands, 2 an open vote, 3 my points, 0 a person. Other keys lead to the tone."""
    digit = posted.value("Digits")
    with current().database.write() as session:
        call = posted.call(session)
        if digit == "1":
            inbound.answered(call)
        asker = ASKERS.get(digit)
        asked = asker(session, call) if asker else None
        if asked is not None:
            return asked
        phone = _duty_phone(session) if digit == "0" else None
    if phone:
        return posted.twiml(posted.script().connect(phone))
    words = {"1": _case_state(call) or ["no_case"], "0": ["nobody_there"]}.get(digit, [])
    return posted.speak([*words, "speak"])


@blueprint.post("/voice/dialled")
def dialled() -> Response:
    """A duty phone rang: talked, or nobody there."""
    with current().database.write() as session:
        call = posted.call(session)
        if posted.value("DialCallStatus") in ("completed", "answered"):
            inbound.answered(call)
            return posted.bye([])
    return posted.speak(["nobody_there", "speak"])


@blueprint.post("/voice/silent/<int:attempt>")
def silent(attempt: int) -> Response:
    with current().database.write() as session:
        return _heard_nothing(session, posted.call(session), attempt)


@blueprint.post("/voice/recorded")
def recorded() -> Response:
    """<Record>'s action: the caller has finished. The audio may not be there yet."""
    with current().database.write() as session:
        call = posted.call(session)
        seconds = posted.seconds()
        # Somleng comes here with nothing recorded, too.
        if seconds == 0:
            return _heard_nothing(session, call, call.silent_attempts + 1)
        inbound.announce_recording(
            session, call, posted.sid("RecordingSid"), posted.value("RecordingUrl"), seconds, current().clock.now()
        )
    return posted.bye(["thanks"])


@blueprint.post("/recording")
def recording() -> Response:
    """recordingStatusCallback. Comes also when the caller just hung up, before or after the call's end."""
    status = posted.value("RecordingStatus") or "completed"
    with current().database.write() as session:
        now = current().clock.now()
        call = posted.call(session)
        row = inbound.announce_recording(
            session, call, posted.sid("RecordingSid"), posted.value("RecordingUrl"), posted.seconds(), now
        )
        if status == "absent" or (status == "completed" and posted.seconds() == 0):
            inbound.recording_failed(session, row, RecordingState.EMPTY, posted.value("ErrorCode") or "absent")
        elif status == "failed":
            inbound.recording_failed(session, row, RecordingState.LOST, posted.value("ErrorCode") or "failed")
    return posted.done()


@blueprint.post("/voice/status")
def voice_status() -> Response:
    with current().database.write() as session:
        call = posted.call(session)
        if call.carrier_status in ENDED:
            inbound.end_call(session, call, current().clock.now())
    return posted.done()


@blueprint.post("/sms")
def sms() -> Response:
    with current().database.write() as session:
        inbound.store_text(
            session,
            sid=posted.value("MessageSid") or posted.sid("SmsSid"),
            from_number=posted.value("From", limit=64),
            to_number=posted.value("To", limit=64),
            body=posted.value("Body", limit=None),
            now=current().clock.now(),
        )
    # The answer goes out through the outbox: sent once, with receipts.
    return posted.twiml("<Response/>")


@blueprint.post("/notice/<int:notice_id>/status")
def notice_status(notice_id: int) -> Response:
    """Delivery receipt of a text or of a call-back. The id in the URL finds the notice even when the receipt
    overtakes the answer to our own request."""
    with current().database.write() as session:
        notice = session.get(Notice, notice_id, with_for_update=True) or abort(404)
        status = posted.value("MessageStatus") or posted.value("CallStatus")
        receipts.apply(notice, status, posted.value("ErrorCode"), current().clock.now())
    return posted.done()


@blueprint.post("/notice/<int:notice_id>/voice")
def notice_voice(notice_id: int) -> Response:
    """A resident picked up our call-back."""
    with current().database.write() as session:
        notice = session.get(Notice, notice_id) or abort(404)
        if notice.template == "vote_open":
            return votes.ask_rung(session, notice)
        if notice.template not in INVITATIONS:
            return rating_keys.ask(session, notice) or posted.bye(notice.prompts)
        survey = survey_calls.rung_for(session, current().scheme, notice_id)
        if survey is None:
            return posted.bye(["callback_bye"])
        surveys.register_call(session, survey)
        return surveys.introduce(survey)


def _heard_nothing(session: Session, call: Call, attempt: int) -> Response:
    inbound.note_silence(call, attempt)
    # Who only asked how the case stands has nothing more to say.
    if call.state is CallState.ANSWERED:
        return posted.bye(["callback_bye"])
    if attempt < 2:
        return posted.speak(["not_heard"], attempt=2)
    inbound.miss_call_without_recording(session, call)
    return posted.bye(["missed"])


def _case_state(call: Call) -> list[str]:
    """How the caller's open case stands, in prompts."""
    if call.resident_id is None:
        return []
    with current().database.read() as session:
        case = open_case_of(session, call.resident_id)
        return status_prompts(current().scheme, case, current().clock.now()) if case else []


def _duty_phone(session: Session) -> str | None:
    """Whom the 0 key rings: in staffed hours the person on duty, else the configured duty phone."""
    hotline = current()
    if not is_staffed(load_calendar(session), hotline.scheme, hotline.clock.now()):
        return None
    on_duty = select(User.phone).where(User.on_duty, User.active, User.phone.is_not(None)).order_by(User.id)
    return session.scalar(on_duty.limit(1)) or next(iter(hotline.settings.duty_phones), None)
