"""What households are told of a vote: that it is open, and what it came to."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.notices import queue_notice
from handling.scheme import Scheme
from handling.scheme_deliberation import DeliberationStage
from handling.status import day_text
from handling.votes import rules_of
from models import Ballot, Decision, Deliberation, Outcome, Priority, Resident, Suggestion, Topic

RESULTS = {Outcome.PASSED: "通过", Outcome.REJECTED: "没有通过", Outcome.NO_QUORUM: "户数不够，不算数"}


def invite_households(
    session: Session,
    scheme: Scheme,
    deliberation: Deliberation,
    topics: Iterable[Topic],
    stage: DeliberationStage,
    now: datetime,
) -> None:
    """Everybody of the courtyard whose number is known, once for each topic and stage."""
    residents = list(session.scalars(_residents_of(deliberation)))
    for topic in topics:
        for resident in residents:
            queue_notice(
                session,
                scheme,
                key=f"vote:{topic.id}:{stage.code}:{resident.id}",
                template="vote_open",
                suggestion=topic.suggestion,
                resident=resident,
                priority=Priority.ROUTINE,
                variables={
                    "matter": topic.title,
                    "yes": stage.yes,
                    "no": stage.no,
                    "until": until_text(deliberation, now),
                },
                now=now,
            )


def announce_result(
    session: Session,
    scheme: Scheme,
    deliberation: Deliberation,
    decisions: Iterable[Decision],
    votes: Mapping[int, Iterable[Ballot]],
    now: datetime,
) -> None:
    """To whoever voted by telephone or reported the matter. votes: the ballots that count, by topic."""
    if rules_of(deliberation).voters != "households" or "vote_result" not in scheme.notices:
        return
    for decision in decisions:
        topic = decision.topic
        voters = [ballot.resident for ballot in votes.get(topic.id, ()) if ballot.resident is not None]
        for resident in dict.fromkeys([*voters, *reporters_of(session, topic.suggestion)]):
            queue_notice(
                session,
                scheme,
                key=f"vote_result:{decision.id}:{resident.id}",
                template="vote_result",
                suggestion=topic.suggestion,
                resident=resident,
                priority=Priority.ROUTINE,
                variables={
                    "matter": topic.title,
                    "result": RESULTS[decision.outcome],
                    "agreed": decision.yes,
                    "against": decision.no,
                },
                now=now,
            )


def reporters_of(session: Session, case: Suggestion | None) -> list[Resident]:
    """Who reported the case, and who reported what was merged into it."""
    reports = [case] if case is not None else []
    for report in reports:
        merged = session.scalars(select(Suggestion).where(Suggestion.merged_into_id == report.id))
        reports += [other for other in merged if other not in reports]
    return list(dict.fromkeys(report.resident for report in reports if report.resident is not None))


def until_text(deliberation: Deliberation, now: datetime) -> str:
    """ "3月20日18点"."""
    assert deliberation.stage_until
    local = deliberation.stage_until.astimezone(SHANGHAI)
    return f"{day_text(local, now)}{local.hour}点"


def _residents_of(deliberation: Deliberation) -> Select[Resident]:
    everybody = select(Resident).where(Resident.erased_at.is_(None)).order_by(Resident.id)
    if deliberation.courtyard_id is None:
        return everybody
    return everybody.where(Resident.courtyard_id == deliberation.courtyard_id)
