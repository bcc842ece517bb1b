"""A meeting (坝坝会, 五方会议, 评审会): who came, who raised a hand, what points were given, what was resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from handling.calendar import closing_time
from handling.clock import SHANGHAI
from handling.deeds import StepNotAllowed
from handling.deliberation.notices import announce_result
from handling.deliberation.stages import (
    NotDeliberable,
    TopicDraft,
    close,
    decide,
    draft_deliberation,
)
from handling.deliberation.votes import (
    ABSTAIN,
    CHOICES,
    HANDS,
    NO,
    YES,
    Count,
    ballots_of,
    cast,
    count,
    household_at,
    outcome_of,
    rules_of,
    voting_topics,
)
from handling.forms import FormInvalid
from handling.money.booking import NotBooked, agree_shares
from handling.scheme import Action, Scheme
from models import (
    BallotChannel,
    Deliberation,
    DeliberationState,
    Outcome,
    Suggestion,
    Topic,
    User,
)

HIGHEST_SCORE = 100
NOT_HELD_YET = "会还没有开：开会日期不能在今天以后"


@dataclass(frozen=True)
class Hands:
    """A show of hands: numbers, or the doors (`handling.deliberation.votes.doors_in`) that raised them."""

    yes: int = 0
    no: int = 0
    abstained: int = 0
    doors: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class TopicRecord:
    """What a meeting came to on one topic. scores: member -> points, where the kind gives points."""

    hands: Hands = Hands()
    scores: Mapping[str, int] = field(default_factory=dict)
    resolution: str = ""


@dataclass(frozen=True)
class MeetingRecord:
    """attended: households or members present. records: by topic id."""

    held_on: date
    attended: int
    records: Mapping[int, TopicRecord]
    attendees: str = ""
    minutes: str = ""


def raise_hands(
    session: Session, deliberation: Deliberation, topic: Topic, hands: Hands, user: User, now: datetime
) -> Count:
    """Enter a show of hands, in a meeting or while a stage of voting runs. Entered again, the new numbers count.

    Numbers are of households that did not vote by telephone: nobody can tell later whose hands they were. Raises
    NotDeliberable when there are more votes than households."""
    if topic not in voting_topics(deliberation):
        raise NotDeliberable("这个议题现在不表决")
    _check_doors(deliberation, hands)
    counted = {YES: hands.yes, NO: hands.no, ABSTAIN: hands.abstained}
    for choice, households in counted.items():
        _cast_by_hand(session, deliberation, topic, f"{HANDS}:{choice}", choice, user, now, voters=households)
    for choice in CHOICES:
        for door in hands.doors.get(choice, ()):
            voter = household_at(deliberation.courtyard_id, door)
            _cast_by_hand(session, deliberation, topic, voter, choice, user, now)
    votes = count(ballots_of(session, [topic.id], deliberation.stage)[topic.id])
    if votes.took_part > deliberation.entitled:
        raise NotDeliberable(
            f"“{topic.title}”一共{votes.took_part}票，多过有表决权的{deliberation.entitled}户；"
            "用短信、电话投过的户不要再数"
        )
    return votes


def hold_meeting(
    session: Session,
    scheme: Scheme,
    deliberation: Deliberation,
    record: MeetingRecord,
    user: User,
    now: datetime,
    *,
    tell: bool = True,
) -> None:
    """The meeting was held: decide each topic and close. tell: with result notices. Raises NotDeliberable."""
    rules = rules_of(deliberation)
    if deliberation.state is not DeliberationState.RUNNING or rules.stages:
        raise NotDeliberable("这不是一次等着开的会")
    if record.held_on > now.astimezone(SHANGHAI).date():
        raise NotDeliberable(NOT_HELD_YET)
    if not 0 < record.attended <= deliberation.entitled:
        raise NotDeliberable(f"到会要在1和{deliberation.entitled}之间")
    deliberation.held_on, deliberation.attended = closing_time(record.held_on), record.attended
    deliberation.attendees, deliberation.minutes = record.attendees, record.minutes
    counted = []
    for topic in deliberation.topics:
        said = record.records.get(topic.id, TopicRecord())
        if rules.pass_score:
            votes = _scored(session, deliberation, topic, said.scores, user, now)
        else:
            votes = raise_hands(session, deliberation, topic, said.hands, user, now)
        if votes.took_part > record.attended:
            raise NotDeliberable(f"“{topic.title}”有{votes.took_part}票，到会的只有{record.attended}")
        if not rules.pass_score:
            votes = _with_silent(votes, record.attended)
        counted.append((topic, votes, said.resolution))
    decisions = decide(session, deliberation, counted, user, now)
    close(deliberation, now)
    if tell:
        announce_result(session, scheme, deliberation, decisions, {}, now)
    session.flush()


def record_of_action(
    session: Session,
    scheme: Scheme,
    case: Suggestion,
    action: Action,
    values: Mapping[str, Any],
    user: User,
    now: datetime,
) -> Outcome:
    """The meeting that the form of an action tells of (`Action.deliberation`), held and decided; a share per
    household that was agreed on becomes the case's collection. Raises FormInvalid for a day or a number that
    cannot be, StepNotAllowed for what does not fit together."""
    kind = scheme.deliberation(action.deliberation)
    told: dict[str, Any] = {asked.records: values.get(asked.code) for asked in action.fields if asked.records}
    attended, held_on = int(told["attended"]), date.fromisoformat(told["held_on"])
    known = case.courtyard.households if case.courtyard and kind.voters == "households" else None
    where = case.courtyard.name if case.courtyard else ""
    wrong = {"held_on": NOT_HELD_YET} if held_on > now.astimezone(SHANGHAI).date() else {}
    if known and attended > known:
        wrong["attended"] = f"{where}登记的是{known}户；户数不对，请统筹员在“征集点和院落”里改"
    if wrong:
        raise FormInvalid({asked.code: wrong[asked.records] for asked in action.fields if asked.records in wrong})
    deliberation = draft_deliberation(
        session,
        kind,
        title=f"{case.number}号" if case.confidential else f"{where}{case.domain or '居民建议'}",
        courtyard=case.courtyard,
        topics=[] if case.confidential else [TopicDraft(told["resolution"], case=case)],
        user=user,
        now=now,
        entitled=max(known or len(kind.parties), attended),
    )
    deliberation.state, deliberation.started_at = DeliberationState.RUNNING, now
    agreed = int(told["agreed"])
    records = {
        topic.id: TopicRecord(Hands(yes=agreed), resolution=told["resolution"]) for topic in deliberation.topics
    }
    record = MeetingRecord(held_on, attended, records)
    # Of a confidential case the meeting has no topic; what it came to is reckoned alike.
    votes = Count(yes=agreed, abstained=attended - agreed)
    outcome = outcome_of(votes, entitled=deliberation.entitled, quorum=kind.quorum, threshold=kind.threshold)
    try:
        hold_meeting(session, scheme, deliberation, record, user, now, tell=False)
        if told.get("share") and outcome is Outcome.PASSED:
            agree_shares(session, case, households=agreed, share=told["share"], user=user, now=now)
    except (NotDeliberable, NotBooked) as refusal:
        raise StepNotAllowed(str(refusal)) from refusal
    return outcome


def _check_doors(deliberation: Deliberation, hands: Hands) -> None:
    """A door that stands under two choices would count for whichever is read last."""
    said: dict[str, str] = {}
    for choice in CHOICES:
        for door in hands.doors.get(choice, ()):
            if said.setdefault(household_at(deliberation.courtyard_id, door), choice) != choice:
                raise NotDeliberable(f"{door}写在了两种意见里，一户只有一票")


def _with_silent(votes: Count, attended: int) -> Count:
    """Who came and raised no hand took part."""
    return Count(votes.yes, votes.no, attended - votes.yes - votes.no)


def _scored(
    session: Session,
    deliberation: Deliberation,
    topic: Topic,
    scores: Mapping[str, int],
    user: User,
    now: datetime,
) -> Count:
    for member, score in scores.items():
        if not 0 <= score <= HIGHEST_SCORE:
            raise NotDeliberable(f"“{member}”的分数要在0和{HIGHEST_SCORE}之间")
        cast(
            session,
            topic,
            stage=deliberation.stage,
            voter=f"member:{member}"[:80],
            score=score,
            channel=BallotChannel.HANDS,
            now=now,
            entered_by=user,
        )
    return count(ballots_of(session, [topic.id], deliberation.stage)[topic.id])


def _cast_by_hand(
    session: Session,
    deliberation: Deliberation,
    topic: Topic,
    voter: str,
    choice: str,
    user: User,
    now: datetime,
    voters: int = 1,
) -> None:
    cast(
        session,
        topic,
        stage=deliberation.stage,
        voter=voter,
        choice=choice,
        voters=voters,
        channel=BallotChannel.HANDS,
        now=now,
        entered_by=user,
    )
