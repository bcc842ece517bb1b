"""Invitations leave one by one: within hours, at the campaign's pace, each once, and none while it is paused."""

import enum
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from handling.campaigns.queries import running_campaigns
from handling.campaigns.survey_notices import INVITATION, TOPIC, campaign_variables
from handling.campaigns.surveys import finish
from handling.notices import not_before, queue_notice
from handling.scheme import Scheme
from models import (
    Campaign,
    CampaignState,
    Medium,
    Notice,
    NoticeState,
    Participation,
    ParticipationState,
    Priority,
)

MINUTE = timedelta(minutes=1)
INVITATIONS = (INVITATION, TOPIC)


class Standing(enum.Enum):
    """What the outbox does with an invitation whose turn has come."""

    GO = "go"
    HOLD = "hold"  # paused: later
    DROP = "drop"  # closed, or the resident has answered or said no meanwhile


def invite_due(session: Session, scheme: Scheme, now: datetime) -> int:
    """As many invitations of each campaign as its pace allows in this minute. How many."""
    return sum(_invite(session, scheme, campaign, now) for campaign in running_campaigns(session, now))


def is_anybody_waiting(session: Session) -> bool:
    """A look without the write lock: mostly nobody is."""
    waiting = (
        select(Participation.id)
        .join(Campaign)
        .where(
            Participation.state == ParticipationState.WAITING,
            Campaign.state == CampaignState.RUNNING,
            Campaign.paused_at.is_(None),
        )
    )
    return session.scalar(waiting.limit(1)) is not None


def standing_of(session: Session, notice: Notice) -> Standing:
    """Asked at the last moment before a notice goes to the carrier; GO for all that is no invitation."""
    if notice.template not in INVITATIONS:
        return Standing.GO
    row = session.execute(
        select(Participation.state, Campaign.state, Campaign.paused_at)
        .join(Campaign, Campaign.id == Participation.campaign_id)
        .where(Participation.notice_id == notice.id)
    ).one_or_none()
    if row is None or row[0] is not ParticipationState.INVITED or row[1] is not CampaignState.RUNNING:
        return Standing.DROP
    return Standing.HOLD if row[2] is not None else Standing.GO


def _invite(session: Session, scheme: Scheme, campaign: Campaign, now: datetime) -> int:
    # Locked: two workers together keep the pace of one.
    session.refresh(campaign, with_for_update=True)
    if campaign.state is not CampaignState.RUNNING or campaign.paused_at is not None:
        return 0
    open_media = [m for m in (Medium.SMS, Medium.CALL) if not_before(Priority.ROUTINE, now, m) <= now]
    room = campaign.per_minute - _on_their_way(session, campaign, now)
    if not open_media or room <= 0:
        return 0
    waiting = (
        select(Participation)
        .where(
            Participation.campaign_id == campaign.id,
            Participation.state == ParticipationState.WAITING,
            Participation.medium.in_(open_media),
        )
        .order_by(Participation.id)
        .limit(room)
        .options(joinedload(Participation.resident))
        .with_for_update(of=Participation)
    )
    return sum(_send_invitation(session, scheme, campaign, row, now) for row in session.scalars(waiting).all())


def _on_their_way(session: Session, campaign: Campaign, now: datetime) -> int:
    """Invitations of the last minute, and those that the outbox has and could not yet send."""
    recent = (
        select(func.count(Participation.id))
        .outerjoin(Notice, Notice.id == Participation.notice_id)
        .where(
            Participation.campaign_id == campaign.id,
            or_(
                Participation.invited_at > now - MINUTE,
                and_(Notice.state == NoticeState.QUEUED, Notice.sent_at.is_(None), Notice.next_try_at <= now),
            ),
        )
    )
    return session.scalar(recent) or 0


def _send_invitation(
    session: Session, scheme: Scheme, campaign: Campaign, row: Participation, now: datetime
) -> bool:
    """False when the resident has opted out since the list was made."""
    assert row.medium is not None
    notice = None
    if row.resident.opted_out_at is None:
        notice = queue_notice(
            session,
            scheme,
            key=f"survey-invitation:{campaign.id}:{row.resident_id}",
            template=INVITATION if campaign.questions else TOPIC,
            resident=row.resident,
            priority=Priority.ROUTINE,
            variables=campaign_variables(campaign),
            medium=row.medium,
            now=now,
        )
    if notice is None:
        finish(row, ParticipationState.STOPPED, now)
        return False
    row.state, row.notice, row.invited_at = ParticipationState.INVITED, notice, now
    return True
