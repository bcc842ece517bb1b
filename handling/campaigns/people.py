"""Who may be invited to a campaign, and who is left out and why.

The rule, after PIPL articles 13 to 16: being asked for an opinion is another purpose than the handling of one's
own matter, so it needs the resident's consent to invitations (`Purpose.INVITATIONS`). One exception: whose own
matter was closed lately may be asked how it went, since that belongs to the handling (回访). Whoever opted out of
texts, said no to a campaign within half a year, or asked to be forgotten is never invited.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from handling.campaigns.running import Target, target_of
from handling.campaigns.sounds import can_be_rung
from handling.residents import can_receive_sms
from handling.residents.consents import in_force
from handling.scheme import Scheme
from models import (
    Campaign,
    Consent,
    Courtyard,
    Medium,
    Participation,
    ParticipationState,
    Purpose,
    Resident,
    Suggestion,
    SuggestionState,
)

# A no counts so long for other campaigns too.
REST = timedelta(days=180)
REASONS = {
    "listed": "已经在名单里",
    "no_consent": "没有同意接受邀请",
    "opted_out": "退订了短信",
    "refused": "半年内说过不参加",
    "in_person": "要求当面说",
    "no_way": "收不了短信，电话又没有录好音或没有选",
}


@dataclass(frozen=True)
class Draw:
    """chosen: (resident id, medium) of those to invite. left_out: a key of REASONS -> how many."""

    chosen: list[tuple[int, Medium]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def count(self, medium: Medium) -> int:
        return sum(1 for _, chosen in self.chosen if chosen is medium)


def draw_people(session: Session, scheme: Scheme, campaign: Campaign, now: datetime) -> Draw:
    """The residents of the target as they are now."""
    target = target_of(campaign)
    rings = can_be_rung(scheme, campaign)
    draw = Draw()
    flags = _flags(campaign, now)
    for resident, *values in session.execute(_targeted(target, now).add_columns(*flags.values())):
        marks = dict(zip(flags, values, strict=True))
        if target.care and not set(target.care) & set(resident.care):
            continue
        medium = _medium(resident, target.way, rings)
        reason = _reason(resident, marks, target, medium)
        if reason:
            draw.left_out[reason] += 1
        elif medium is not None:
            draw.chosen.append((resident.id, medium))
    return draw


def put_on_list(session: Session, scheme: Scheme, campaign: Campaign, now: datetime) -> Draw:
    """Everybody who may be invited waits for the invitation from now on; nobody twice."""
    session.refresh(campaign, with_for_update=True)
    draw = draw_people(session, scheme, campaign, now)
    # Somebody may come by themselves in this moment: their row stays.
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    listed = dialect.insert(Participation).on_conflict_do_nothing(index_elements=["campaign_id", "resident_id"])
    always = {"campaign_id": campaign.id, "state": ParticipationState.WAITING, "asked_again": False}
    rows = [always | {"resident_id": resident_id, "medium": medium} for resident_id, medium in draw.chosen]
    if rows:
        session.connection().execute(listed, rows)
    return draw


def _targeted(target: Target, now: datetime) -> Any:
    people = (
        select(Resident)
        .options(joinedload(Resident.courtyard))
        .outerjoin(Courtyard, Courtyard.id == Resident.courtyard_id)
        .where(Resident.erased_at.is_(None))
        .order_by(Resident.id)
    )
    if target.courtyards:
        people = people.where(Resident.courtyard_id.in_(target.courtyards))
    if target.stations:
        people = people.where(Courtyard.station_id.in_(target.stations))
    if target.served_days:
        people = people.where(_served(now - timedelta(days=target.served_days)))
    return people


def _served(since: datetime) -> ColumnElement[bool]:
    return exists().where(
        Suggestion.resident_id == Resident.id,
        Suggestion.state == SuggestionState.DONE,
        Suggestion.done_at >= since,
    )


def _flags(campaign: Campaign, now: datetime) -> dict[str, ColumnElement[bool]]:
    own = Participation.resident_id == Resident.id
    said_no = Participation.state == ParticipationState.STOPPED
    return {
        "listed": exists().where(own, Participation.campaign_id == campaign.id),
        "consents": exists().where(in_force(Purpose.INVITATIONS), Consent.resident_id == Resident.id),
        "refused": exists().where(own, said_no, Participation.finished_at > now - REST),
    }


def _medium(resident: Resident, way: str, rings: bool) -> Medium | None:
    texts = can_receive_sms(resident)
    if way == "call":
        return Medium.CALL if rings else None
    wants_call = way == "both" and rings and (not texts or resident.reach_by == "call")
    if wants_call:
        return Medium.CALL
    return Medium.SMS if texts else None


def _reason(resident: Resident, marks: dict[str, bool], target: Target, medium: Medium | None) -> str:
    """A key of REASONS; "" when nothing stands against it."""
    if marks["listed"]:
        return "listed"
    if not marks["consents"] and not target.served_days:
        return "no_consent"
    if resident.opted_out_at is not None:
        return "opted_out"
    if marks["refused"]:
        return "refused"
    if resident.reach_by == "person":
        return "in_person"
    return "" if medium is not None else "no_way"
