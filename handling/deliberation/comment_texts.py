"""A comment by text: “意见1023 太贵了”, or a plain answer to the notice of the topic (“不同意，太贵了”)."""

import re
import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.asking import Asking, OpenQuestion
from handling.commands import parse_command
from handling.deliberation.comments import add_comment, heard_topics, mentions, named_topic
from handling.deliberation.vote_texts import parse_vote
from handling.deliberation.votes import with_number
from models import Channel, Notice, Resident, Suggestion, SuggestionState, TextKind, Topic, Urgency

# Who was just telling something goes on telling it.
TELLING = timedelta(minutes=10)
_WHO = r"(?:我们家|我们|我家|我|俺|大家)?(?:都|也|还是|个人)?"
# For or against: said to somebody who asked.
_STANCE = re.compile(rf"{_WHO}(?:不同意|不赞成|不支持|同意|赞成|支持|反对|没意见|没有意见|要得|要不得|弃权)")
# Said of anything: only with words of the topic.
_VIEW = re.compile(rf"{_WHO}(?:觉得|认为|希望|建议|担心|怕)")
_GRAVE = (Urgency.EMERGENCY, Urgency.URGENT)


def open_comment(asking: Asking) -> OpenQuestion | None:
    """The claimant for `handling.open_questions`. A topic that is named is meant, whatever else was asked."""
    topics = heard_topics(asking.session, asking.resident)
    command = parse_command(asking.text.body)
    if not topics or (command is not None and command.kind != "rating"):
        return None
    named = named_topic(topics, asking.text.body) or _voted_early(topics, asking.text.body)
    if named is not None:
        topic, said = named
        return OpenQuestion(asking.now, lambda: _take(asking, topic, said, named=True))
    told_at = _told_at(asking.session, topics[0], asking.resident) if len(topics) == 1 else None
    if told_at is None or not _answers(topics[0], asking.text.body) or _is_telling(asking):
        return None
    return OpenQuestion(told_at, lambda: _take(asking, topics[0], asking.text.body.strip(), named=False))


def _take(asking: Asking, topic: Topic, said: str, *, named: bool) -> bool:
    """Danger and, where the topic is not named, plainly another matter are suggestions."""
    understood = asking.understand(asking.text.body)
    if Urgency(understood.urgency) in _GRAVE:
        return False
    if not named and understood.matters and not mentions(topic, said):
        return False
    # Not a text of a case: on its page nobody should read who is for or against.
    asking.text.kind = TextKind.COMMENT
    add_comment(
        asking.session,
        topic,
        asking.resident,
        key=f"text:{asking.text.id}",
        channel=Channel.SMS,
        at=asking.text.received_at,
        text=said,
    )
    asking.reply("comment_noted", {"matter": topic.title})
    return True


def _voted_early(topics: list[Topic], body: str) -> tuple[Topic, str] | None:
    """“同意1023” before the vote is open."""
    said = parse_vote(body)
    if said is None or not said.number:
        return None
    named = with_number(topics, said.number)
    return (named[0], body.strip()) if named else None


def _answers(topic: Topic, body: str) -> bool:
    plain = unicodedata.normalize("NFKC", body).strip()
    return bool(_STANCE.match(plain)) or (bool(_VIEW.match(plain)) and mentions(topic, plain))


def _told_at(session: Session, topic: Topic, resident: Resident) -> datetime | None:
    """When this resident was told of the topic (`handling.deliberation.notices`)."""
    told = select(Notice.created_at).where(
        Notice.resident_id == resident.id,
        Notice.template == "topic_open",
        Notice.key.like(f"vote:{topic.id}:%"),
    )
    return session.scalar(told.order_by(Notice.id.desc()).limit(1))


def _is_telling(asking: Asking) -> bool:
    at = asking.text.received_at
    telling = select(Suggestion.id).where(
        Suggestion.resident_id == asking.resident.id,
        Suggestion.channel == Channel.SMS,
        Suggestion.state == SuggestionState.REVIEW,
        Suggestion.received_at.between(at - TELLING, at + TELLING),
    )
    return asking.session.scalar(telling.limit(1)) is not None
