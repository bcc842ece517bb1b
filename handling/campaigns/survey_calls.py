"""A questionnaire by telephone: keys for choices, scores and numbers, the voice for free words.

Who is rung and who rings hear the same questions. Every function may be called again with the same facts.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.campaigns.queries import campaign_of_number
from handling.campaigns.sounds import can_be_rung
from handling.campaigns.survey_answers import accepts, plain, says_nothing
from handling.campaigns.surveys import finish, next_question, record_answer, take_part, takes_answers
from handling.intake import open_suggestion
from handling.residents.consents import withdraw_consent
from handling.scheme import Scheme
from models import (
    Answer,
    AnswerMeans,
    Call,
    Channel,
    Participation,
    ParticipationState,
    Purpose,
    Question,
    QuestionKind,
    Recording,
    Suggestion,
)

if TYPE_CHECKING:
    from nlp.understanding import Understanding


def rung_for(session: Session, scheme: Scheme, notice_id: int) -> Participation | None:
    """The participation that this call of ours invites to, while it may still be answered."""
    found = session.scalars(select(Participation).where(Participation.notice_id == notice_id)).one_or_none()
    return found if found is not None and _may_go_on(scheme, found) else None


def ringing_in(session: Session, scheme: Scheme, call: Call, now: datetime) -> Participation | None:
    """The participation of somebody who rings the campaign's own number and has not answered everything."""
    campaign = campaign_of_number(session, call.to_number, now)
    if campaign is None or call.resident is None or not can_be_rung(scheme, campaign):
        return None
    participation = take_part(session, campaign, call.resident)
    return participation if _may_go_on(scheme, participation) else None


def participation_of(session: Session, participation_id: int) -> Participation | None:
    """Locked: two webhooks of one call are taken one after the other."""
    return session.scalars(
        select(Participation).where(Participation.id == participation_id).with_for_update()
    ).one_or_none()


def question_of(participation: Participation, question_id: int) -> Question | None:
    return next((q for q in participation.campaign.questions if q.id == question_id), None)


def begin(participation: Participation, now: datetime) -> None:
    """They listen: an invitation by text is no longer open."""
    if takes_answers(participation) and participation.state is not ParticipationState.DONE:
        participation.state, participation.question = ParticipationState.ANSWERING, None
        participation.asked_at = now


def decline(session: Session, participation: Participation, now: datetime) -> None:
    """Key 9: not now, and never again (PIPL article 15: taking back is as easy as giving)."""
    finish(participation, ParticipationState.STOPPED, now)
    withdraw_consent(session, participation.resident, Purpose.INVITATIONS, how="电话里说", now=now)


def answer_by_key(
    session: Session, participation: Participation, question: Question, digits: str, now: datetime
) -> bool:
    """False when these keys answer nothing."""
    if not (digits.isascii() and digits.isdigit()) or not takes_answers(participation):
        return False
    value = int(digits)
    if not accepts(question, value):
        return False
    record_answer(session, participation, question, AnswerMeans.KEY, now, value=value)
    return True


def answer_by_voice(
    session: Session, participation: Participation, question: Question, recording: Recording, now: datetime
) -> None:
    """The recording will be fetched and transcribed like every other; see `take_spoken_answer`."""
    if takes_answers(participation):
        record_answer(session, participation, question, AnswerMeans.VOICE, now, recording=recording)


def go_on(participation: Participation, now: datetime, *, after: int) -> Question | None:
    """The next question behind that position; None when it is over."""
    following = next_question(participation, after=after)
    if following is None and takes_answers(participation):
        state = ParticipationState.DONE if participation.answers else ParticipationState.LAPSED
        finish(participation, state, now)
    return following


def give_up(participation: Participation, now: datetime) -> None:
    """Nobody speaks and nobody presses a key: an answering machine."""
    if not participation.answers:
        finish(participation, ParticipationState.LAPSED, now)


def spoken_answer(session: Session, recording: Recording) -> Answer | None:
    """The answer that this recording is; None for a voicemail."""
    return session.scalars(select(Answer).where(Answer.recording_id == recording.id)).one_or_none()


def take_spoken_answer(
    session: Session,
    scheme: Scheme,
    answer: Answer,
    understanding: "Understanding | None",
    *,
    received_at: datetime,
    now: datetime,
    duty_phones: Sequence[str] = (),
) -> Suggestion | None:
    """What the machine heard, written down; a suggestion of the campaign unless nothing was said with it.
    understanding: None when a person must listen."""
    answer.text = understanding.text if understanding is not None else ""
    if understanding is not None and (says_nothing(answer.text) or len(plain(answer.text)) < 2):
        return None
    suggestion = open_suggestion(
        session,
        scheme,
        channel=Channel.CALL,
        resident=answer.participation.resident,
        understanding=understanding,
        received_at=received_at,
        now=now,
        duty_phones=duty_phones,
        needs_listening=understanding is None,
    )
    suggestion.campaign = answer.participation.campaign
    answer.suggestion = suggestion
    return suggestion


def keys_of(question: Question) -> int:
    """How many keys its answer has at most; 0 for free words."""
    if question.kind is QuestionKind.SPEECH:
        return 0
    return len(str(question.high)) if question.kind is QuestionKind.NUMBER else 1


def _may_go_on(scheme: Scheme, participation: Participation) -> bool:
    return (
        takes_answers(participation)
        and can_be_rung(scheme, participation.campaign)
        and next_question(participation) is not None
    )
