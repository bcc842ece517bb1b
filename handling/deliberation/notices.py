"""What households are told: that a matter is deliberated, that a vote is open, and what it came to."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.deliberation.votes import rules_of, voting_topics
from handling.notices import queue_notice
from handling.scheme import Scheme
from handling.status import day_text, reports_by_resident
from models import Ballot, Decision, Deliberation, Notice, Outcome, Priority, Resident, Suggestion, Topic

PORTION = 50
RESULTS = {Outcome.PASSED: "通过", Outcome.REJECTED: "没有通过", Outcome.NO_QUORUM: "参与的不够，不算数"}


def waiting_to_be_told(session: Session) -> list[int]:
    """The deliberations of whose beginning or vote some households are still to be told."""
    waiting = select(Deliberation.id).where(Deliberation.invited_up_to.is_not(None))
    return list(session.scalars(waiting.order_by(Deliberation.id)))


def tell_portion(session: Session, scheme: Scheme, deliberation_id: int, now: datetime) -> None:
    """The next portion of those whose number is known: a short transaction, so that no caller waits for it."""
    deliberation = session.get_one(Deliberation, deliberation_id, with_for_update=True, populate_existing=True)
    stage = rules_of(deliberation).stage(deliberation.stage)
    if deliberation.invited_up_to is None or stage is None:
        return
    further = _residents_of(deliberation).where(Resident.id > deliberation.invited_up_to).limit(PORTION)
    residents = list(session.scalars(further))
    for topic in voting_topics(deliberation):
        for resident in residents:
            queue_notice(
                session,
                scheme,
                key=f"vote:{topic.id}:{stage.code}:{resident.id}",
                template="vote_open" if stage.does == "vote" else "topic_open",
                resident=resident,
                priority=Priority.ROUTINE,
                variables={
                    "matter": topic.title,
                    "mark": mark_of(topic),
                    "kind": rules_of(deliberation).name,
                    "stage": stage.name,
                    "yes": stage.yes,
                    "no": stage.no,
                    "until": until_text(deliberation, now),
                },
                now=now,
            )
    deliberation.invited_up_to = residents[-1].id if len(residents) == PORTION else None
    session.flush()


def mark_of(topic: Topic) -> str:
    """With what a comment by text begins."""
    return f"意见{topic.suggestion.number}" if topic.suggestion is not None else "意见"


def topic_asked(notice: Notice) -> int:
    """The topic's id of an invitation to vote."""
    return int(notice.key.split(":")[1])


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
        for resident in dict.fromkeys([*voters, *_reporters_of(session, topic.suggestion)]):
            queue_notice(
                session,
                scheme,
                key=f"vote_result:{decision.id}:{resident.id}",
                template="vote_result",
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


def _reporters_of(session: Session, case: Suggestion | None) -> list[Resident]:
    """Who reported the case, and who reported what was merged into it."""
    reports = reports_by_resident(session, case) if case is not None else []
    return [report.resident for report in reports if report.resident is not None]


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
