"""What a call says in the community's own voice. Nobody is rung unless all of it has been recorded."""

import hashlib

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handling.campaigns.survey_notices import introduction_script, question_script
from handling.scheme import Scheme
from models import Campaign, CampaignSound, Question


def script_of(scheme: Scheme, campaign: Campaign, question: Question | None) -> str:
    """The words to read aloud; None: the introduction."""
    if question is None:
        return introduction_script(campaign, scheme.community.name)
    return question_script(question)


def keep_sound(
    session: Session,
    scheme: Scheme,
    campaign: Campaign,
    question: Question | None,
    wav: bytes,
    seconds: float,
) -> CampaignSound:
    """In place of the earlier recording. wav: telephone format, checked already."""
    remove_sound(session, campaign, question)
    sound = CampaignSound(
        campaign=campaign,
        question_id=question.id if question else None,
        script=script_of(scheme, campaign, question),
        wav=wav,
        sha256=hashlib.sha256(wav).hexdigest(),
        seconds=seconds,
    )
    session.add(sound)
    session.flush()
    return sound


def remove_sound(session: Session, campaign: Campaign, question: Question | None) -> None:
    question_id = question.id if question else None
    session.execute(
        delete(CampaignSound).where(
            CampaignSound.campaign_id == campaign.id, CampaignSound.question_id.is_not_distinct_from(question_id)
        )
    )
    session.expire(campaign, ["sounds"])


def usable_sounds(scheme: Scheme, campaign: Campaign) -> dict[int | None, CampaignSound]:
    """By question id, None for the introduction: those that still say what they should."""
    questions = {question.id: question for question in campaign.questions}
    return {
        sound.question_id: sound
        for sound in campaign.sounds
        if sound.question_id is None or sound.question_id in questions
        if sound.script == script_of(scheme, campaign, questions.get(sound.question_id or 0))
    }


def can_be_rung(scheme: Scheme, campaign: Campaign) -> bool:
    """Whether everything that a call says has been recorded."""
    needed = {None, *(question.id for question in campaign.questions)}
    return bool(campaign.questions) and needed <= set(usable_sounds(scheme, campaign))


def sound_of(session: Session, sound_id: int) -> CampaignSound | None:
    """With its audio."""
    return session.scalars(select(CampaignSound).where(CampaignSound.id == sound_id)).one_or_none()
