"""Reads for the pages about deliberations; every list costs a fixed number of statements."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from handling.calendar import WorkCalendar
from handling.deliberation.votes import ballots_of, count, rules_of
from handling.scheme.deliberation import DeliberationStage
from models import (
    Ballot,
    BallotChannel,
    Deliberation,
    DeliberationState,
    Remark,
    Suggestion,
    Topic,
)

# How long the board shows what was decided.
SHOWN_AFTERWARDS = timedelta(days=60)


@dataclass(frozen=True)
class StageView:
    """A stage on a page. place: "past", "now" or "next". until: its end, None where it is over."""

    stage: DeliberationStage
    place: str
    until: datetime | None


@dataclass(frozen=True)
class Turnout:
    """How many took part so far, and how; who agreed is told when the vote is over."""

    took_part: int
    by_hand: int
    from_home: int


def deliberations_in(session: Session, *states: DeliberationState, limit: int = 100) -> list[Deliberation]:
    """The newest first; three statements."""
    return list(session.scalars(_whole().where(Deliberation.state.in_(states)).limit(limit)))


def deliberation_by_id(session: Session, deliberation_id: int) -> Deliberation | None:
    remarks = selectinload(Deliberation.remarks).joinedload(Remark.entered_by)
    found = _whole().where(Deliberation.id == deliberation_id).options(remarks)
    return session.scalars(found).one_or_none()


def deliberations_of(session: Session, suggestion_id: int) -> list[Deliberation]:
    """In which the case is a topic."""
    about = select(Topic.deliberation_id).where(Topic.suggestion_id == suggestion_id)
    return list(session.scalars(_whole().where(Deliberation.id.in_(about))))


def public_deliberations(session: Session, now: datetime, limit: int = 30) -> list[Deliberation]:
    """What everybody may follow: what runs, and what was decided lately. Nothing about a confidential case."""
    secret = select(Topic.deliberation_id).join(Suggestion).where(Suggestion.confidential.is_(True))
    running = Deliberation.state == DeliberationState.RUNNING
    lately = (Deliberation.state == DeliberationState.CLOSED) & (Deliberation.closed_at > now - SHOWN_AFTERWARDS)
    shown = _whole().where(running | lately, Deliberation.id.not_in(secret))
    return list(session.scalars(shown.where(Deliberation.topics.any()).limit(limit)))


def stages_of(deliberation: Deliberation, calendar: WorkCalendar) -> list[StageView]:
    """All stages with their ends; those to come are reckoned from the present one."""
    rules = rules_of(deliberation)
    codes = [stage.code for stage in rules.stages]
    over = deliberation.state in (DeliberationState.CLOSED, DeliberationState.CANCELLED)
    at = codes.index(deliberation.stage) if deliberation.stage in codes else (len(codes) if over else -1)
    views, end = [], deliberation.stage_until
    for place, stage in enumerate(rules.stages):
        if place < at:
            views.append(StageView(stage, "past", None))
        elif place == at:
            views.append(StageView(stage, "now", end))
        else:
            end = calendar.due(end, stage.working_days) if end is not None else None
            views.append(StageView(stage, "next", end))
    return views


def turnout(session: Session, deliberation: Deliberation) -> dict[int, Turnout]:
    """By topic id; one statement."""
    votes = ballots_of(session, [topic.id for topic in deliberation.topics], deliberation.stage)
    return {topic_id: _turnout(ballots) for topic_id, ballots in votes.items()}


def _turnout(ballots: list[Ballot]) -> Turnout:
    hands = count(ballot for ballot in ballots if ballot.channel is BallotChannel.HANDS).took_part
    everybody = count(ballots).took_part
    return Turnout(everybody, hands, everybody - hands)


def _whole() -> Select[Deliberation]:
    topics = selectinload(Deliberation.topics)
    return (
        select(Deliberation)
        .order_by(Deliberation.id.desc())
        .options(
            joinedload(Deliberation.courtyard),
            joinedload(Deliberation.convened_by),
            topics.selectinload(Topic.decisions),
            topics.joinedload(Topic.suggestion),
            topics.joinedload(Topic.sound),
        )
    )
