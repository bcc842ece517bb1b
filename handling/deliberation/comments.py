"""意见征集: what households say about a topic before it is voted on, each voice once.

A text that is clearly about the topic is a comment. Whatever may be another matter becomes a suggestion, and is
found beside the topic too where it speaks of it: no voice is lost for being filed wrong."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from handling.deliberation.votes import rules_of, topics_around, with_number
from handling.intake import open_suggestion
from handling.scheme import Scheme
from models import Channel, Comment, Deliberation, Resident, Suggestion, Topic, find_or_add

if TYPE_CHECKING:
    from nlp.understanding import Understanding

# So many letters of a title in a row are no accident.
RUN = 3
_BEFORE = r"(?:关于|对于|对|就|我的|我对|回复)?(?:意见|议题|建议|编号|第|#)?"
_MARKS = r"[\s,.:;!、。]"
_NUMBERED = re.compile(
    rf"{_BEFORE}{_MARKS}*(?P<number>\d{{4,6}})号?(?:的|这件事|这个)?(?:意见|议题)?(?:是)?{_MARKS}*(?P<said>.+)",
    re.DOTALL,
)
# “意见箱坏了” is no comment: a mark or a space must follow.
_HEADED = re.compile(rf"(?:我的|我家的|我们的)?意见(?:是)?{_MARKS}+(?P<said>.+)", re.DOTALL)


class AlreadyASuggestion(Exception):
    """Somebody else has made a suggestion of the comment."""


def heard_topics(session: Session, resident: Resident | None) -> list[Topic]:
    """What is announced or discussed now, and not yet voted on, in this resident's courtyard; the oldest first."""
    if resident is None:
        return []
    return [topic for topic in session.scalars(topics_around(resident)) if _hears(topic.deliberation)]


def named_topic(topics: Sequence[Topic], body: str) -> tuple[Topic, str] | None:
    """The topic that the text names at its beginning, and what is said of it: “意见1023 太贵了”, “1023：太贵了”,
    and “意见：太贵了” where one topic is open or the words are of one."""
    plain = unicodedata.normalize("NFKC", body).strip()
    if found := _NUMBERED.fullmatch(plain):
        named = with_number(topics, int(found["number"]))
        return (named[0], found["said"].strip()) if named else None
    if found := _HEADED.fullmatch(plain):
        meant = list(topics) if len(topics) == 1 else [topic for topic in topics if mentions(topic, plain)]
        return (meant[0], found["said"].strip()) if len(meant) == 1 else None
    return None


def mentions(topic: Topic, body: str) -> bool:
    """Some of the words of its title."""
    title, said = _letters(topic.title), _letters(body)
    runs = {title[at : at + RUN] for at in range(max(1, len(title) - RUN + 1))}
    return any(run in said for run in runs if run)


def add_comment(
    session: Session,
    topic: Topic,
    resident: Resident,
    *,
    key: str,
    channel: Channel,
    at: datetime,
    text: str = "",
    suggestion: Suggestion | None = None,
) -> Comment:
    comment, _ = find_or_add(
        session,
        Comment,
        key="key",
        value=key,
        topic_id=topic.id,
        stage=topic.deliberation.stage,
        channel=channel,
        text=text,
        at=at,
        resident_id=resident.id,
        suggestion_id=suggestion.id if suggestion is not None else None,
    )
    return comment


def link_to_topic(session: Session, suggestion: Suggestion) -> None:
    """A suggestion that speaks of a topic under discussion is found beside it as well."""
    topics = heard_topics(session, suggestion.resident)
    if not topics or suggestion.resident is None:
        return
    named = named_topic(topics, suggestion.text)
    meant = [named[0]] if named else [topic for topic in topics if mentions(topic, suggestion.text)]
    if len(meant) != 1 or meant[0].suggestion_id == suggestion.id:
        return
    session.flush()
    add_comment(
        session,
        meant[0],
        suggestion.resident,
        key=f"suggestion:{suggestion.id}",
        channel=suggestion.channel,
        at=suggestion.received_at,
        suggestion=suggestion,
    )


def comments_on(session: Session, deliberation_id: int) -> list[Comment]:
    """In the order in which they were made; one statement."""
    made = (
        select(Comment)
        .join(Topic)
        .where(Topic.deliberation_id == deliberation_id)
        .options(joinedload(Comment.topic), joinedload(Comment.resident), joinedload(Comment.suggestion))
    )
    return list(session.scalars(made.order_by(Comment.at, Comment.id)))


def make_suggestion(
    session: Session,
    scheme: Scheme,
    comment: Comment,
    understanding: "Understanding",
    *,
    now: datetime,
    duty_phones: Sequence[str] = (),
) -> Suggestion:
    """The comment is a matter of its own: a case like any other, whose number the resident is told. Raises
    AlreadyASuggestion."""
    session.refresh(comment, with_for_update=True)
    if comment.suggestion_id is not None:
        raise AlreadyASuggestion
    comment.suggestion = open_suggestion(
        session,
        scheme,
        channel=comment.channel,
        resident=comment.resident,
        understanding=understanding,
        received_at=comment.at,
        now=now,
        duty_phones=duty_phones,
    )
    session.flush()
    return comment.suggestion


def _hears(deliberation: Deliberation) -> bool:
    """Announced (公示) or discussed (意见征集), with a vote still to come."""
    rules = rules_of(deliberation)
    votes = [place for place, stage in enumerate(rules.stages) if stage.does == "vote"]
    now = next((place for place, stage in enumerate(rules.stages) if stage.code == deliberation.stage), None)
    if now is None or not rules.votes_remotely:
        return False
    return now < votes[0] and rules.stages[now].does in ("tell", "hear")


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", unicodedata.normalize("NFKC", text).casefold())
