"""Which campaigns there are, which takes answers today, and what belongs to which."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.residents import normal_number
from models import Campaign, CampaignState, Medium, Notice, Participation, ParticipationState, Resident

# Who speaks begins with a greeting: so many characters may stand before the keyword.
FIRST_WORDS = 30


def running_campaigns(session: Session, now: datetime) -> list[Campaign]:
    """Those that take answers today, the oldest first."""
    return list(session.scalars(_running(today(now)).order_by(Campaign.id)))


def campaign_of_number(session: Session, number: str, now: datetime) -> Campaign | None:
    """The campaign that this number of ours belongs to today."""
    ours = normal_number(number)
    if ours is None:
        return None
    return session.scalars(_running(today(now)).where(Campaign.number == ours).limit(1)).one_or_none()


def campaign_of_words(session: Session, words: str, now: datetime, *, within: int) -> Campaign | None:
    """The campaign whose keyword begins in the first `within` characters of what was said."""
    beginning = words.strip()
    with_keyword = session.scalars(_running(today(now)).where(Campaign.keyword != "")).all()
    found = [c for c in with_keyword if -1 < beginning.find(c.keyword) <= within]
    return min(found, key=lambda c: beginning.find(c.keyword), default=None)


def campaign_of_call(session: Session, to_number: str, heard: str, at: datetime) -> Campaign | None:
    """The campaign that a voicemail belongs to: by the number rung, or by its keyword in the first words."""
    return campaign_of_number(session, to_number, at) or campaign_of_words(session, heard, at, within=FIRST_WORDS)


def open_participation(session: Session, resident: Resident, *states: ParticipationState) -> Participation | None:
    """The newest one of this resident in a campaign that takes answers. An invitation is open to a text once it
    has left as one: who has not read it cannot have meant it."""
    was_read = and_(Participation.medium == Medium.SMS, Notice.sent_at.is_not(None))
    newest = (
        select(Participation)
        .join(Campaign)
        .outerjoin(Notice, Notice.id == Participation.notice_id)
        .where(
            Participation.resident_id == resident.id,
            Participation.state.in_(states),
            or_(Participation.state != ParticipationState.INVITED, was_read),
            Campaign.state == CampaignState.RUNNING,
        )
        .order_by(func.coalesce(Participation.asked_at, Participation.invited_at).desc(), Participation.id.desc())
    )
    return session.scalars(newest.limit(1)).one_or_none()


def today(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


def campaigns(session: Session, states: Collection[CampaignState] = ()) -> list[Campaign]:
    """The newest first."""
    found = select(Campaign).order_by(Campaign.id.desc())
    return list(session.scalars(found.where(Campaign.state.in_(states)) if states else found))


def _running(day: date) -> Select[Campaign]:
    return select(Campaign).where(
        Campaign.state == CampaignState.RUNNING,
        Campaign.starts_on <= day,
        Campaign.ends_on >= day,
    )
