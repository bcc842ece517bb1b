"""Deliberation (议事) from the draft of its agenda to the result: stages with dates, meetings, decisions.

A stage ends when its time is over (`advance_due`), never earlier: a public notice may not be cut short. It may be
prolonged with a reason. 实施 alone is ended by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.calendar import load_calendar
from handling.deeds import note_event
from handling.deliberation.notices import announce_result
from handling.deliberation.votes import Count, ballots_of, count, outcome_of, rules_of, voting_topics
from handling.scheme import Scheme
from handling.scheme.deliberation import DeliberationKind, DeliberationStage
from models import (
    Courtyard,
    Decision,
    Deliberation,
    DeliberationState,
    Outcome,
    Remark,
    Role,
    Suggestion,
    SuggestionState,
    Topic,
    User,
)

OUTCOMES = {Outcome.PASSED: "通过", Outcome.REJECTED: "没有通过", Outcome.NO_QUORUM: "参与的不够数"}
LONGEST_TITLE = 120


class NotDeliberable(Exception):
    """The message says in Chinese why not."""


@dataclass(frozen=True)
class TopicDraft:
    """A topic before the start; `case` is what it came from, None for a topic of the community's own."""

    title: str
    text: str = ""
    case: Suggestion | None = None


def may_convene(kind: DeliberationKind, user: User) -> bool:
    """An administrator may do whatever a coordinator may."""
    role = Role.COORDINATOR if user.role is Role.ADMINISTRATOR else user.role
    return user.active and role in kind.roles


def draft_deliberation(
    session: Session,
    kind: DeliberationKind,
    *,
    title: str,
    courtyard: Courtyard | None,
    topics: Sequence[TopicDraft],
    user: User,
    now: datetime,
    entitled: int = 0,
) -> Deliberation:
    """A draft, to be edited. entitled: 0 asks the courtyard or the fixed parties."""
    known = len(kind.parties) or (courtyard.households if courtyard and kind.voters == "households" else 0) or 0
    deliberation = Deliberation(
        kind=kind.code,
        rules=kind.model_dump(mode="json"),
        title=title[:LONGEST_TITLE],
        courtyard=courtyard,
        state=DeliberationState.DRAFT,
        entitled=entitled or known,
        convened_by=user,
        created_at=now,
    )
    session.add(deliberation)
    session.flush()
    set_topics(session, deliberation, topics)
    return deliberation


def set_topics(session: Session, deliberation: Deliberation, topics: Sequence[TopicDraft]) -> None:
    """In this order instead of those before. A confidential case never becomes a topic."""
    _must_be(deliberation, DeliberationState.DRAFT)
    if any(topic.case is not None and topic.case.confidential for topic in topics):
        raise NotDeliberable("保密的事不能拿来公开议")
    deliberation.topics = [
        Topic(place=place, title=topic.title[:LONGEST_TITLE], text=topic.text, suggestion=topic.case)
        for place, topic in enumerate(topics, start=1)
    ]
    session.flush()


def begin(session: Session, deliberation: Deliberation, user: User, now: datetime) -> None:
    """Open the first stage, or call the meeting. Raises NotDeliberable."""
    _must_be(deliberation, DeliberationState.DRAFT)
    rules = rules_of(deliberation)
    if not may_convene(rules, user):
        raise NotDeliberable(f"您的角色不能发起“{rules.name}”")
    if not deliberation.topics:
        raise NotDeliberable("还没有议题")
    if deliberation.entitled < 1:
        raise NotDeliberable("要写明有表决权的户数（人数）")
    if rules.observer and not deliberation.observer.strip():
        raise NotDeliberable("要请一位社区观察员")
    deliberation.state, deliberation.started_at = DeliberationState.RUNNING, now
    for case in cases_of(deliberation):
        note = f"{rules.name}：{deliberation.title}"
        _note(session, case, "deliberation_begun", note, user, now)
    if rules.stages:
        _enter(session, deliberation, rules.stages[0], now)
    session.flush()


def stages_over(session: Session, now: datetime) -> list[int]:
    """The deliberations whose stage has come to its end, to be moved on with `advance`."""
    running = select(Deliberation).where(
        Deliberation.state == DeliberationState.RUNNING, Deliberation.stage_until <= now
    )
    rows = session.scalars(running.order_by(Deliberation.id))
    return [row.id for row in rows if (stage := rules_of(row).stage(row.stage)) and stage.does != "work"]


def advance(session: Session, scheme: Scheme, deliberation_id: int, now: datetime) -> None:
    """On to the next stage, when this one is still over. Doing it again changes nothing."""
    deliberation = session.get_one(Deliberation, deliberation_id, with_for_update=True, populate_existing=True)
    if deliberation.id in stages_over(session, now):
        _leave(session, scheme, deliberation, _stage(deliberation), now)


def finish_work(session: Session, scheme: Scheme, deliberation: Deliberation, now: datetime) -> None:
    """实施 is done: on to the next stage."""
    stage = _stage(deliberation)
    if stage.does != "work":
        raise NotDeliberable(f"“{stage.name}”到时间才结束")
    _leave(session, scheme, deliberation, stage, now)


def prolong(
    session: Session, deliberation: Deliberation, until: datetime, reason: str, user: User, now: datetime
) -> None:
    """The stage ends later, and everybody can read why."""
    stage = _stage(deliberation)
    if deliberation.stage_until is None or until <= max(deliberation.stage_until, now):
        raise NotDeliberable("只能往后延")
    deliberation.stage_until = until
    add_remark(session, deliberation, f"“{stage.name}”延长：{reason}", user, now)


def add_remark(
    session: Session,
    deliberation: Deliberation,
    text: str,
    user: User,
    now: datetime,
    *,
    by_observer: bool = False,
) -> Remark:
    remark = Remark(
        deliberation=deliberation,
        stage=deliberation.stage,
        by_observer=by_observer,
        text=text,
        at=now,
        entered_by=user,
    )
    session.add(remark)
    session.flush()
    return remark


def stop(session: Session, deliberation: Deliberation, reason: str, user: User, now: datetime) -> None:
    """Cancelled: nothing is decided, the cases go on without it."""
    if deliberation.state not in (DeliberationState.DRAFT, DeliberationState.RUNNING):
        raise NotDeliberable("已经议完了")
    was_running = deliberation.state is DeliberationState.RUNNING
    deliberation.state, deliberation.reason, deliberation.closed_at = (
        DeliberationState.CANCELLED,
        reason[:200],
        now,
    )
    deliberation.stage, deliberation.stage_until, deliberation.invited_up_to = "", None, None
    if was_running:
        for case in cases_of(deliberation):
            _note(session, case, "deliberation_stopped", f"{deliberation.title}：{reason}", user, now)
    session.flush()


def cases_of(deliberation: Deliberation) -> list[Suggestion]:
    """The topics' cases, each once, in order."""
    return list(dict.fromkeys(topic.suggestion for topic in deliberation.topics if topic.suggestion is not None))


def close(deliberation: Deliberation, now: datetime) -> None:
    deliberation.state, deliberation.closed_at = DeliberationState.CLOSED, now
    deliberation.stage, deliberation.stage_until = "", None


def decide(
    session: Session,
    deliberation: Deliberation,
    counted: Sequence[tuple[Topic, Count, str]],
    user: User | None,
    now: datetime,
) -> list[Decision]:
    """A decision on each topic, an event on its case. counted: topic, its count, what was resolved."""
    rules = rules_of(deliberation)
    outcomes = [
        outcome_of(
            votes,
            entitled=deliberation.entitled,
            quorum=rules.quorum,
            threshold=rules.threshold,
            pass_score=rules.pass_score,
        )
        for _, votes, _ in counted
    ]
    chosen = _chosen(rules, counted, outcomes)
    decisions = []
    for (topic, votes, resolution), outcome in zip(counted, chosen, strict=True):
        decision = Decision(
            topic=topic,
            stage=deliberation.stage,
            outcome=outcome,
            entitled=deliberation.entitled,
            took_part=votes.took_part,
            yes=votes.yes,
            no=votes.no,
            abstained=votes.abstained,
            score=votes.score,
            resolution=resolution,
            at=now,
        )
        session.add(decision)
        decisions.append(decision)
        if topic.suggestion is not None:
            note = f"{rules.name}“{topic.title}”：{in_words(rules, decision)}"
            _note(session, topic.suggestion, f"deliberation_{outcome.value}", note, user, now)
    session.flush()
    return decisions


def in_words(rules: DeliberationKind, decision: Decision) -> str:
    """ "通过，48户里40户参与，38户同意、2户不同意" or "没有通过，7人里6人打分，平均56.5分"."""
    unit = "户" if rules.voters == "households" else "人"
    of = f"{OUTCOMES[decision.outcome]}，{decision.entitled}{unit}里{decision.took_part}{unit}"
    if decision.score is not None:
        text = f"{of}打分，平均{decision.score / 100:g}分"
    else:
        stage = rules.stage(decision.stage)
        yes, no = (stage.yes, stage.no) if stage else ("同意", "不同意")
        text = f"{of}参与，{decision.yes}{unit}{yes}、{decision.no}{unit}{no}"
        text += f"、{decision.abstained}{unit}弃权" if decision.abstained else ""
    return f"{text}。{decision.resolution}" if decision.resolution else text


def _chosen(
    rules: DeliberationKind, counted: Sequence[tuple[Topic, Count, str]], outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """Of those with enough points only the best `choose`; equal points: the one that stands first."""
    if rules.choose is None:
        return list(outcomes)
    passed = [place for place, outcome in enumerate(outcomes) if outcome is Outcome.PASSED]
    passed.sort(key=lambda place: (-(counted[place][1].score or 0), place))
    beyond = set(passed[rules.choose :])
    return [Outcome.REJECTED if place in beyond else outcome for place, outcome in enumerate(outcomes)]


def _leave(
    session: Session, scheme: Scheme, deliberation: Deliberation, stage: DeliberationStage, now: datetime
) -> None:
    rules = rules_of(deliberation)
    following = rules.stage_after(stage.code)
    if stage.does == "vote":
        topics = voting_topics(deliberation)
        votes = ballots_of(session, [topic.id for topic in topics], stage.code)
        decisions = decide(session, deliberation, [(t, count(votes[t.id]), "") for t in topics], None, now)
        announce_result(session, scheme, deliberation, decisions, votes, now)
        if all(decision.outcome is not Outcome.PASSED for decision in decisions):
            later = rules.stages[rules.stages.index(stage) + 1 :]
            following = next((one for one in later if one.does == "result"), None)
    if following is None:
        close(deliberation, now)
    else:
        _enter(session, deliberation, following, now)
    session.flush()


def _enter(session: Session, deliberation: Deliberation, stage: DeliberationStage, now: datetime) -> None:
    deliberation.stage, deliberation.stage_since = stage.code, now
    deliberation.stage_until = load_calendar(session).due(now, stage.working_days)
    rules = rules_of(deliberation)
    # Households hear of the beginning, whatever it is, and of each vote.
    tells = rules.votes_remotely and (stage.does == "vote" or stage == rules.stages[0])
    deliberation.invited_up_to = 0 if tells else None
    session.flush()


def _stage(deliberation: Deliberation) -> DeliberationStage:
    _must_be(deliberation, DeliberationState.RUNNING)
    stage = rules_of(deliberation).stage(deliberation.stage)
    if stage is None:
        raise NotDeliberable("这是一次会，没有分步")
    return stage


def _must_be(deliberation: Deliberation, state: DeliberationState) -> None:
    if deliberation.state is not state:
        raise NotDeliberable("已经不是草稿了" if state is DeliberationState.DRAFT else "现在不在议")


def _note(session: Session, case: Suggestion, kind: str, note: str, user: User | None, now: datetime) -> None:
    if case.state is not SuggestionState.MERGED:
        note_event(session, case, kind, actor=user, now=now, note=note)
