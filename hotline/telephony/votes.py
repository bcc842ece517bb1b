"""A vote by telephone key: the question in the community's own voice, 1 or 2, and the household's vote is cast.

Only those hear it who asked for it by the 2 key, or were rung because their telephone takes no texts: whoever
calls to say something comes to the tone as fast as before."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort
from sqlalchemy.orm import Session
from twilio.twiml.voice_response import VoiceResponse

from handling.deliberation.notices import topic_asked
from handling.deliberation.vote_texts import cast_from_home
from handling.deliberation.votes import NO, YES, open_topics
from hotline.current import current
from hotline.telephony import inbound, posted
from hotline.telephony.prompts import blueprint as prompts_blueprint
from hotline.telephony.prompts import recorded_question
from hotline.telephony.twiml import ask_for_key
from models import BallotChannel, Call, Notice, Resident, Topic, TopicSound

CHOICES = {"1": YES, "2": NO}


def add_to(blueprint: Blueprint) -> None:
    """Under the carrier's webhooks, where signatures are checked."""
    for rule, view in (
        ("/vote/<int:topic_id>/<int:attempt>", from_caller),
        ("/notice/<int:notice_id>/vote/<int:topic_id>/<int:attempt>", from_rung),
    ):
        blueprint.add_url_rule(rule, f"vote_{view.__name__}", view, methods=["POST"])


def ask_caller(session: Session, call: Call) -> Response | None:
    """The 2 key: the first question that this caller's household may vote on, None without one."""
    topics = _askable(session, call.resident)
    if not topics:
        return None
    inbound.answered(call)
    return _ask([], topics[0], f"/twilio/vote/{topics[0].id}/1")


def from_caller(topic_id: int, attempt: int) -> Response:
    with current().database.write() as session:
        call = posted.call(session)
        askable = _askable(session, call.resident)
        said = _cast(session, call.resident, topic_id)
        if said is None and attempt < 2:
            return _again(session, topic_id, f"/twilio/vote/{topic_id}/2")
        place = next((place for place, topic in enumerate(askable) if topic.id == topic_id), len(askable))
        following = askable[place + 1 :]
        words = [said] if said else []
        if following:
            return _ask(words, following[0], f"/twilio/vote/{following[0].id}/1")
    return posted.to_the_tone(words)


def ask_rung(session: Session, notice: Notice) -> Response:
    """A household that cannot get texts picked up: the question, or without a recording where to ask."""
    wanted = topic_asked(notice)
    topic = next((topic for topic in _askable(session, notice.resident) if topic.id == wanted), None)
    if topic is None:
        return posted.bye(notice.prompts)
    return _ask(["callback_greeting"], topic, f"/twilio/notice/{notice.id}/vote/{topic.id}/1")


def from_rung(notice_id: int, topic_id: int, attempt: int) -> Response:
    with current().database.write() as session:
        notice = session.get(Notice, notice_id) or abort(404)
        said = _cast(session, notice.resident, topic_id)
        if said is None and attempt < 2:
            return _again(session, topic_id, f"/twilio/notice/{notice_id}/vote/{topic_id}/2")
    return posted.bye([*([said] if said else []), "callback_bye"])


@prompts_blueprint.get("/topic/<version>/<int:sound_id>.wav")
def topic_sound(version: str, sound_id: int) -> Response:
    """The recorded question, for the carrier."""
    with current().database.read() as session:
        sound = session.get(TopicSound, sound_id) or abort(404)
        return recorded_question(sound.wav, sound.sha256, version)


def _askable(session: Session, resident: Resident | None) -> list[Topic]:
    return [topic for topic in open_topics(session, resident) if topic.sound] if resident is not None else []


def _cast(session: Session, resident: Resident | None, topic_id: int) -> str | None:
    """The prompt that answers the key; None for no key or a wrong one."""
    choice = CHOICES.get(posted.value("Digits"))
    if choice is None:
        return None
    topics = open_topics(session, resident) if resident is not None else []
    topic = next((topic for topic in topics if topic.id == topic_id), None)
    if topic is None or resident is None:
        return "vote_refused"
    reason = cast_from_home(session, topic, resident, choice, BallotChannel.CALL, current().clock.now())
    return "vote_refused" if reason else "vote_noted"


def _again(session: Session, topic_id: int, action: str) -> Response:
    topic = session.get(Topic, topic_id) or abort(404)
    return _ask([], topic, action) if topic.sound else posted.bye(["callback_bye"])


def _ask(words: Sequence[str], topic: Topic, action: str) -> Response:
    hotline = current()
    base, response = hotline.settings.public_url, VoiceResponse()
    for key in words:
        response.play(hotline.prompts.url(base, key))
    assert topic.sound
    question = f"{base}/prompts/topic/{topic.sound.sha256[:12]}/{topic.sound.id}.wav"
    ask_for_key(response, [question], action=f"{base}{action}")
    return posted.twiml(str(response))
