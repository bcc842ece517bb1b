"""Webhooks of a questionnaire by telephone. Each commits the answer before it asks the next question."""

from flask import Blueprint, Response, abort
from sqlalchemy.orm import Session

from handling.campaigns import survey_calls
from handling.campaigns.sounds import sound_of, usable_sounds
from hotline.current import current
from hotline.telephony import inbound, posted
from hotline.telephony.inbound import CallFacts
from hotline.telephony.prompts import blueprint as prompts_blueprint
from hotline.telephony.prompts import recorded_question
from hotline.telephony.survey_script import SurveyScript
from models import Call, Participation, Question, QuestionKind, Recording, RecordingState

NO = "9"


def add_to(blueprint: Blueprint) -> None:
    """Under the carrier's webhooks, where signatures are checked."""
    asked = "/survey/<int:participation_id>/<int:question_id>"
    for rule, view in (
        ("/survey/<int:participation_id>/begin", begin),
        (f"{asked}/keys/<int:attempt>", keys),
        (f"{asked}/silent/<int:attempt>", silent),
        (f"{asked}/recorded", recorded),
        (f"{asked}/recording", recording),
    ):
        blueprint.add_url_rule(rule, f"survey_{view.__name__}", view, methods=["POST"])


def introduce(participation: Participation) -> Response:
    """The first words of a call that is about a questionnaire."""
    return posted.twiml(_script(participation).introduce())


def begin(participation_id: int) -> Response:
    """The introduction is over, or a key interrupted it."""
    digit = posted.value("Digits")
    with current().database.write() as session:
        participation, call = _found(session, participation_id)
        now = current().clock.now()
        if digit == NO:
            survey_calls.decline(session, participation, now)
            return _to_the_tone(call) if _rang_in() else posted.bye(["callback_bye"])
        survey_calls.begin(participation, now)
        return _next(participation, call, after=0)


def keys(participation_id: int, question_id: int, attempt: int) -> Response:
    with current().database.write() as session:
        participation, call, question = _asked(session, participation_id, question_id)
        now = current().clock.now()
        if survey_calls.answer_by_key(session, participation, question, posted.value("Digits"), now):
            inbound.answered(call)
            return _next(participation, call, after=question.position)
        return _again(participation, call, question, attempt)


def silent(participation_id: int, question_id: int, attempt: int) -> Response:
    with current().database.write() as session:
        participation, call, question = _asked(session, participation_id, question_id)
        return _again(participation, call, question, attempt)


def recorded(participation_id: int, question_id: int) -> Response:
    with current().database.write() as session:
        participation, call, question = _asked(session, participation_id, question_id)
        # Somleng comes here with nothing recorded, too.
        if posted.seconds() != 0:
            _keep(session, participation, call, question)
        return _next(participation, call, after=question.position)


def recording(participation_id: int, question_id: int) -> Response:
    """recordingStatusCallback: comes also when they just hung up."""
    with current().database.write() as session:
        participation, call, question = _asked(session, participation_id, question_id)
        status = posted.value("RecordingStatus") or "completed"
        if status == "absent" or (status == "completed" and posted.seconds() == 0):
            return posted.done()
        row = _keep(session, participation, call, question)
        if status == "failed":
            inbound.recording_failed(session, row, RecordingState.LOST, posted.value("ErrorCode") or "failed")
    return posted.done()


def register_call(session: Session, participation: Participation) -> Call:
    """The call as one of this resident's, whoever rang whom. It is answered: nobody has to ring back."""
    rang_in = _rang_in()
    facts = CallFacts(
        sid=posted.sid("CallSid"),
        from_number=participation.resident.phone,
        to_number=posted.value("To" if rang_in else "From", limit=64),
        status=posted.value("CallStatus", limit=24),
    )
    call = inbound.register_call(session, facts, current().clock.now())
    if not rang_in:
        inbound.answered(call)
    return call


@prompts_blueprint.get("/campaign/<version>/<int:sound_id>.wav")
def campaign_sound(version: str, sound_id: int) -> Response:
    """A recording of the community, for the carrier."""
    with current().database.read() as session:
        sound = sound_of(session, sound_id) or abort(404)
        return recorded_question(sound.wav, sound.sha256, version)


def _next(participation: Participation, call: Call, *, after: int) -> Response:
    following = survey_calls.go_on(participation, current().clock.now(), after=after)
    if following is not None:
        return posted.twiml(_script(participation).ask(following))
    last = participation.campaign.questions[-1]
    if _rang_in() and last.kind is not QuestionKind.SPEECH:
        return _to_the_tone(call)
    return posted.bye(["thanks"])


def _again(participation: Participation, call: Call, question: Question, attempt: int) -> Response:
    """Once more, then the next question; who has answered nothing at all is left in peace."""
    if attempt < 2 and question.kind is not QuestionKind.SPEECH:
        return posted.twiml(_script(participation).ask(question, attempt=2))
    if not participation.answers and not _rang_in():
        survey_calls.give_up(participation, current().clock.now())
        return posted.bye(["callback_bye"])
    return _next(participation, call, after=question.position)


def _to_the_tone(call: Call) -> Response:
    return posted.to_the_tone(attempt=call.silent_attempts + 1)


def _keep(session: Session, participation: Participation, call: Call, question: Question) -> Recording:
    now = current().clock.now()
    row = inbound.announce_recording(
        session, call, posted.sid("RecordingSid"), posted.value("RecordingUrl"), posted.seconds(), now
    )
    survey_calls.answer_by_voice(session, participation, question, row, now)
    return row


def _found(session: Session, participation_id: int) -> tuple[Participation, Call]:
    participation = survey_calls.participation_of(session, participation_id) or abort(404)
    return participation, register_call(session, participation)


def _asked(session: Session, participation_id: int, question_id: int) -> tuple[Participation, Call, Question]:
    participation, call = _found(session, participation_id)
    return participation, call, survey_calls.question_of(participation, question_id) or abort(404)


def _rang_in() -> bool:
    return not posted.value("Direction").startswith("outbound")


def _script(participation: Participation) -> SurveyScript:
    hotline = current()
    sounds = usable_sounds(hotline.scheme, participation.campaign)
    return SurveyScript(hotline.settings.public_url, participation, sounds)
