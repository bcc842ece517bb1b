"""One resident's way through a questionnaire, by text or by telephone: answers, the next question, the end."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Answer,
    AnswerMeans,
    Campaign,
    CampaignState,
    Participation,
    ParticipationState,
    Question,
    Recording,
    Resident,
    Suggestion,
)


def take_part(session: Session, campaign: Campaign, resident: Resident) -> Participation:
    """The resident's participation, locked; a new one when they come by themselves."""
    found = select(Participation).where(
        Participation.campaign_id == campaign.id, Participation.resident_id == resident.id
    )
    participation = session.scalars(found.with_for_update()).one_or_none()
    if participation is None:
        participation = Participation(campaign=campaign, resident=resident, state=ParticipationState.WAITING)
        session.add(participation)
        session.flush()
    return participation


def takes_answers(participation: Participation) -> bool:
    return (
        participation.campaign.state is CampaignState.RUNNING
        and participation.state is not ParticipationState.STOPPED
    )


def next_question(participation: Participation, *, after: int = 0) -> Question | None:
    """The first question behind position `after` without an answer."""
    answered = {answer.question_id for answer in participation.answers}
    left = (q for q in participation.campaign.questions if q.position > after and q.id not in answered)
    return next(left, None)


def record_answer(
    session: Session,
    participation: Participation,
    question: Question,
    means: AnswerMeans,
    now: datetime,
    *,
    value: int | None = None,
    text: str = "",
    recording: Recording | None = None,
    suggestion: Suggestion | None = None,
) -> Answer:
    """Write it down; said again, the later one counts. The participation must be locked."""
    session.flush()
    answer = next((a for a in participation.answers if a.question_id == question.id), None)
    if answer is None:
        answer = Answer(question=question, means=means)
        participation.answers.append(answer)
    answer.means, answer.value, answer.answered_at = means, value, now
    answer.text = text or answer.text
    answer.recording = recording or answer.recording
    answer.suggestion = suggestion or answer.suggestion
    participation.state = ParticipationState.ANSWERING
    participation.question, participation.asked_at, participation.asked_again = None, now, False
    session.flush()
    return answer


def finish(participation: Participation, state: ParticipationState, now: datetime) -> None:
    """DONE, STOPPED or LAPSED."""
    participation.state, participation.finished_at = state, now
    participation.question = None
