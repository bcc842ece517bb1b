"""One household, one vote: whose vote it is, casting it, counting.

A household may change its mind until the vote is closed: the newest ballot counts, and every older one stays in
the table. Refusing a second vote would reward whoever in a family is quickest with the telephone."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from handling.scheme.deliberation import DeliberationKind, reaches
from models import (
    Ballot,
    BallotChannel,
    Deliberation,
    DeliberationState,
    Outcome,
    Resident,
    Topic,
    User,
)

YES, NO, ABSTAIN = "yes", "no", "abstain"
CHOICES = (YES, NO, ABSTAIN)
# The voter of a show of hands of which only the numbers are known, one for each choice.
HANDS = "hands"


@dataclass(frozen=True)
class Count:
    """Households or members; `score` is the mean of the points in hundredths, None where none are given."""

    yes: int = 0
    no: int = 0
    abstained: int = 0
    scored: int = 0
    score: int | None = None

    @property
    def took_part(self) -> int:
        return self.yes + self.no + self.abstained + self.scored


def household_of(resident: Resident) -> str:
    """Two telephones of one door are one household; without a door each number is one."""
    if resident.courtyard_id is not None and resident.address.strip():
        return household_at(resident.courtyard_id, resident.address)
    return f"resident:{resident.id}"


def household_at(courtyard_id: int | None, door: str) -> str:
    """ "3栋2单元502号", "3-2-502" and "３－２－502" are one door."""
    plain = unicodedata.normalize("NFKC", door).strip()
    numbers = re.findall(r"\d+", plain)
    return f"door:{courtyard_id or 0}:{'-'.join(n.lstrip('0') or '0' for n in numbers) or plain}"[:80]


def doors_in(text: str) -> list[str]:
    """Doors as somebody writes them down, one after the other: "1-1-101 1-1-102，2栋301"; each once.
    ValueError for what has no number: nobody could tell whose it is."""
    doors = list(dict.fromkeys(door for door in re.split(r"[\s,，、;；]+", text.strip()) if door))
    for door in doors:
        if not re.search(r"\d", door):
            raise ValueError(f"“{door[:20]}”不像门牌号，请写成1-1-101的样子")
    return doors


def cast(
    session: Session,
    topic: Topic,
    *,
    stage: str,
    voter: str,
    choice: str = "",
    score: int | None = None,
    voters: int = 1,
    channel: BallotChannel,
    now: datetime,
    resident: Resident | None = None,
    entered_by: User | None = None,
) -> Ballot:
    ballot = Ballot(
        topic=topic,
        stage=stage,
        voter=voter,
        voters=voters,
        choice=choice,
        score=score,
        channel=channel,
        at=now,
        resident=resident,
        entered_by=entered_by,
    )
    session.add(ballot)
    session.flush()
    return ballot


def ballots_of(session: Session, topic_ids: Iterable[int], stage: str) -> dict[int, list[Ballot]]:
    """The ballots that count, by topic: of each voter the newest. One statement."""
    ids = list(topic_ids)
    cast_ones = select(Ballot).where(Ballot.topic_id.in_(ids), Ballot.stage == stage).order_by(Ballot.id)
    newest: dict[int, dict[str, Ballot]] = {topic_id: {} for topic_id in ids}
    for ballot in session.scalars(cast_ones):
        newest[ballot.topic_id][ballot.voter] = ballot
    return {topic_id: list(ballots.values()) for topic_id, ballots in newest.items()}


def count(ballots: Iterable[Ballot]) -> Count:
    """`ballots`: those that count (`ballots_of`)."""
    kept = list(ballots)
    said = {choice: sum(b.voters for b in kept if b.choice == choice) for choice in CHOICES}
    scores = [ballot.score for ballot in kept if ballot.score is not None]
    return Count(
        yes=said[YES],
        no=said[NO],
        abstained=said[ABSTAIN],
        scored=len(scores),
        score=round(sum(scores) * 100 / len(scores)) if scores else None,
    )


def outcome_of(
    counted: Count, *, entitled: int, quorum: str, threshold: str, pass_score: int | None = None
) -> Outcome:
    """Too few: no quorum. Else the share of those who took part, or the mean of the points, decides; who abstains
    took part and did not agree."""
    if not reaches(quorum, counted.took_part, entitled):
        return Outcome.NO_QUORUM
    if pass_score is not None:
        enough = counted.score is not None and counted.score >= pass_score * 100
    else:
        enough = reaches(threshold, counted.yes, counted.took_part)
    return Outcome.PASSED if enough else Outcome.REJECTED


def topics_around(resident: Resident) -> Select[Topic]:
    """What is deliberated in stages now in this resident's courtyard or in all of them, the oldest first."""
    return (
        select(Topic)
        .join(Deliberation)
        .where(Deliberation.state == DeliberationState.RUNNING, Deliberation.stage != "")
        .where(Deliberation.courtyard_id.is_(None) | (Deliberation.courtyard_id == resident.courtyard_id))
        .order_by(Topic.deliberation_id, Topic.place)
        .options(joinedload(Topic.suggestion), joinedload(Topic.deliberation))
    )


def with_number(topics: Iterable[Topic], number: int) -> list[Topic]:
    """Those about the case of this number."""
    return [topic for topic in topics if topic.suggestion is not None and topic.suggestion.number == number]


def open_topics(session: Session, resident: Resident) -> list[Topic]:
    """What this resident's household may vote on now by SMS or phone, the oldest first."""
    decided = joinedload(Topic.deliberation).selectinload(Deliberation.topics).selectinload(Topic.decisions)
    around = session.scalars(topics_around(resident).options(decided))
    topics = (topic for topic in around if takes_remote_votes(topic.deliberation))
    return [topic for topic in topics if topic in voting_topics(topic.deliberation)]


def rules_of(deliberation: Deliberation) -> DeliberationKind:
    """The kind as it was when the deliberation was made."""
    return DeliberationKind.model_validate(deliberation.rules)


def voting_topics(deliberation: Deliberation) -> list[Topic]:
    """What is still alive: a topic that a vote refused is not asked about again."""
    return [
        topic
        for topic in deliberation.topics
        if all(decision.outcome is Outcome.PASSED for decision in topic.decisions)
    ]


def takes_remote_votes(deliberation: Deliberation) -> bool:
    rules = rules_of(deliberation)
    stage = rules.stage(deliberation.stage)
    return (
        deliberation.state is DeliberationState.RUNNING
        and rules.votes_remotely
        and stage is not None
        and stage.does == "vote"
    )
