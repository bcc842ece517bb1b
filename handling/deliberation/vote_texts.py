"""A vote by text: “同意”, “同意1023”, “反对”, or a bare 1 or 2 when exactly one vote is open for this household.

Only a message that is nothing else: “我同意，但是楼梯的灯先修” is a suggestion, for a person to read."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.asking import Asking, OpenQuestion
from handling.deliberation.notices import until_text
from handling.deliberation.votes import (
    ABSTAIN,
    NO,
    YES,
    ballots_of,
    cast,
    count,
    household_of,
    open_topics,
    rules_of,
    with_number,
)
from handling.scheme.deliberation import DeliberationStage
from models import (
    BallotChannel,
    Deliberation,
    DeliberationState,
    Resident,
    Suggestion,
    TextKind,
    Topic,
)

# Whoever votes a little late is told so.
LATE = timedelta(days=7)
_WORDS = {
    YES: "同意|赞成|支持|要得",
    NO: "不同意|不赞成|不支持|反对|要不得",
    ABSTAIN: "弃权",
}
_BEFORE = r"(?:我们家|我们|我家|我|俺|回复|投)?"
_AFTER = r"(?:了|的|票|哈|嘛|哦|啊|谢谢|谢谢您)?"
_NUMBER = r"(?P<{}>\d{{4,6}})号?"


@dataclass(frozen=True)
class Said:
    """choice: yes, no or abstain. number: of the case, 0 without one. bare: only a 1 or a 2."""

    choice: str
    number: int = 0
    bare: bool = False


def parse_vote(body: str, stages: tuple[DeliberationStage, ...] = ()) -> Said | None:
    """stages: of the open votes, whose own words (满意, 不满意) count too."""
    plain = re.sub(r"[\s,.!?:;、。，！？：；“”\"']+", "", unicodedata.normalize("NFKC", body).casefold())
    if plain in ("1", "2"):
        return Said(YES if plain == "1" else NO, bare=True)
    own = {YES: [stage.yes for stage in stages], NO: [stage.no for stage in stages], ABSTAIN: []}
    for choice, words in _WORDS.items():
        any_word = "|".join([*map(re.escape, own[choice]), words])
        found = re.fullmatch(
            f"(?:{_NUMBER.format('first')})?{_BEFORE}(?:{any_word})(?:{_NUMBER.format('last')})?{_AFTER}", plain
        )
        if found:
            return Said(choice, int(found["first"] or found["last"] or 0))
    return None


def open_vote(asking: Asking) -> OpenQuestion | None:
    """The claimant for `handling.open_questions`. A bare digit is a vote only when this vote was asked last."""
    topics = open_topics(asking.session, asking.resident)
    if not topics:
        return _vote_without_topic(asking)
    asked_at = max(topic.deliberation.stage_since or asking.now for topic in topics)
    return OpenQuestion(asked_at, lambda: _take(asking, topics))


def cast_from_home(
    session: Session, topic: Topic, resident: Resident, choice: str, channel: BallotChannel, now: datetime
) -> str:
    """The household's vote by SMS or phone key, instead of its earlier one. "" or why it does not count."""
    deliberation = topic.deliberation
    session.refresh(deliberation, with_for_update=True)
    if deliberation.state is not DeliberationState.RUNNING or _stage(deliberation) is None:
        return "表决已经结束"
    if deliberation.stage_until is not None and deliberation.stage_until <= now:
        return "表决已经结束"
    voter = household_of(resident)
    others = [b for b in ballots_of(session, [topic.id], deliberation.stage)[topic.id] if b.voter != voter]
    if count(others).took_part >= deliberation.entitled:
        return "各户的票都已经计过"
    cast(
        session,
        topic,
        stage=deliberation.stage,
        voter=voter,
        choice=choice,
        channel=channel,
        now=now,
        resident=resident,
    )
    return ""


def _take(asking: Asking, topics: list[Topic]) -> bool:
    stages = tuple(stage for topic in topics if (stage := _stage(topic.deliberation)))
    said = parse_vote(asking.text.body, stages)
    if said is None or (said.bare and len(topics) > 1):
        return False
    if said.number:
        topics = with_number(topics, said.number)
        if not topics:
            return _refuse_elsewhere(asking, said.number)
    if len(topics) > 1:
        _ask_which(asking, topics, stages)
    else:
        _vote(asking, topics[0], said.choice)
    return True


def _vote(asking: Asking, topic: Topic, choice: str) -> None:
    # Not a text of the case: on its page nobody should read who voted what.
    asking.text.kind = TextKind.VOTE
    stage = _stage(topic.deliberation)
    reason = cast_from_home(asking.session, topic, asking.resident, choice, BallotChannel.SMS, asking.now)
    if reason or stage is None:
        _refuse(asking, reason)
        return
    words = {YES: stage.yes, NO: stage.no, ABSTAIN: "弃权"}
    told = {"matter": topic.title, "choice": words[choice], "until": until_text(topic.deliberation, asking.now)}
    asking.reply("vote_noted", told)


def _ask_which(asking: Asking, topics: list[Topic], stages: tuple[DeliberationStage, ...]) -> None:
    asking.text.kind = TextKind.VOTE
    numbered = [f"{topic.suggestion.number}{topic.title}" for topic in topics if topic.suggestion is not None]
    asking.reply("vote_which", {"votes": "；".join(numbered), "yes": stages[0].yes})


def _vote_without_topic(asking: Asking) -> OpenQuestion | None:
    """Nothing is open for this household: a vote that has just closed, or one elsewhere, gets its answer."""
    said = parse_vote(asking.text.body)
    if said is None or said.bare:
        return None
    since = asking.now - LATE
    if _closed_vote(asking.session, asking.resident, since) is not None:
        return OpenQuestion(since, lambda: _refuse(asking, "表决已经结束，结果在公示栏上"))
    return OpenQuestion(since, lambda: _refuse_elsewhere(asking, said.number))


def _closed_vote(session: Session, resident: Resident, since: datetime) -> Deliberation | None:
    if resident.courtyard_id is None:
        return None
    recent = (
        select(Deliberation)
        .where(Deliberation.courtyard_id == resident.courtyard_id, Deliberation.started_at.is_not(None))
        .where((Deliberation.closed_at >= since) | (Deliberation.state == DeliberationState.RUNNING))
        .order_by(Deliberation.id.desc())
    )
    voted = (one for one in session.scalars(recent.limit(5)) if any(topic.decisions for topic in one.topics))
    return next((one for one in voted if rules_of(one).votes_remotely), None)


def _refuse_elsewhere(asking: Asking, number: int) -> bool:
    """A number that is voted on, but not by this household; any other number is none of ours."""
    elsewhere = (
        select(Topic)
        .join(Suggestion)
        .join(Deliberation)
        .where(Suggestion.number == number, Deliberation.state == DeliberationState.RUNNING)
    )
    topic = asking.session.scalars(elsewhere.limit(1)).first()
    if topic is None:
        return False
    return _refuse(asking, "您的号码没有登记在那个院落，请找网格员登记")


def _refuse(asking: Asking, reason: str) -> bool:
    asking.text.kind = TextKind.VOTE
    asking.reply("vote_refused", {"reason": reason})
    return True


def _stage(deliberation: Deliberation) -> DeliberationStage | None:
    stage = rules_of(deliberation).stage(deliberation.stage)
    return stage if stage is not None and stage.does == "vote" else None
