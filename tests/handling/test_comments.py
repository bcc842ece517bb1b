"""What households say about a topic before the vote: a comment, a suggestion beside it, or another matter."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.deliberation.comments import AlreadyASuggestion, comments_on, link_to_topic, make_suggestion
from handling.intake import open_suggestion
from handling.residents.personal_data import erase_resident
from handling.retention import sweep
from handling.scheme import Scheme
from models import (
    Channel,
    Comment,
    Courtyard,
    Deliberation,
    DeliberationState,
    Notice,
    Resident,
    Suggestion,
    SuggestionState,
    TextKind,
    Urgency,
)
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, Inbox, People
from tests.handling.deliberating import advance_due, courtyard, neighbour, running, until_voting
from tests.handling.desk import case_row

__all__ = ["courtyard"]

DRAIN = "全院疏通，每户40元"
NOTED = f"【城北社区】您对“{DRAIN}”的意见记下了，议的时候会给大家看。还有话可以再发。谢谢您！"
STRANGER = "+8613911112222"


@pytest.fixture
def resident(session: Session, clock: FakeClock, courtyard: Courtyard) -> Resident:
    """A household of the courtyard, with the number MOBILE."""
    return neighbour(session, clock, 0, courtyard, "1-1-101")


@pytest.fixture
def council(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, courtyard: Courtyard, resident: Resident
) -> Deliberation:
    """议题公示 of one topic, that came from case 2023; the households were told."""
    about = {"text": "下水道返水", "domain": "公共设施维护", "courtyard": courtyard, "handler": people.worker}
    made = running(session, people, clock, case_row(session, 2023, clock.now(), level="A", **about))
    advance_due(session, scheme, clock.now())
    return made


def said(session: Session, council: Deliberation) -> list[tuple[str, int | None]]:
    """What stands beside the topic: the words, and the case where it is one."""
    return [(c.text, c.suggestion.number if c.suggestion else None) for c in comments_on(session, council.id)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("意见2023 40块太贵了", "40块太贵了"),
        ("2023号：先修主管道", "先修主管道"),
        ("对2023号的意见，先修主管道", "先修主管道"),
        ("意见：先修主管道", "先修主管道"),
        ("同意2023", "同意2023"),
        ("不同意，太贵了", "不同意，太贵了"),
        ("我们家没意见", "我们家没意见"),
        ("我觉得每户40元多了", "我觉得每户40元多了"),
    ],
)
def test_a_text_about_the_topic_is_its_comment_with_a_receipt(
    inbox: Inbox, council: Deliberation, body: str, words: str
) -> None:
    text = inbox.take(body)
    assert inbox.answer_to(text) == NOTED
    assert (text.kind, text.suggestion) == (TextKind.COMMENT, None)
    (comment,) = comments_on(inbox.session, council.id)
    assert (comment.text, comment.channel, comment.at) == (words, Channel.SMS, inbox.clock.now())
    assert comment.resident is not None
    assert comment.resident.phone == MOBILE
    inbox.handle(text)
    assert len(comments_on(inbox.session, council.id)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "单元门口的路灯坏了，晚上看不到路",
        "我觉得路灯太暗了",
        "意见箱坏了",
        "我同意，但是楼梯的灯坏了要先修",
        "2099号：先修主管道",
    ],
)
def test_another_matter_is_a_suggestion_as_ever(inbox: Inbox, council: Deliberation, body: str) -> None:
    assert inbox.take(body).suggestion is not None
    assert said(inbox.session, council) == []


@pytest.mark.parametrize("body", ["意见2023 家里着火了", "每户40元可以，哪天动工要先说一声"])
def test_danger_and_doubt_are_suggestions_that_are_found_beside_the_topic(
    inbox: Inbox, council: Deliberation, body: str
) -> None:
    case = inbox.take(body).suggestion
    assert case is not None
    assert said(inbox.session, council) == [("", case.number)]
    assert (case.urgency is Urgency.EMERGENCY) == ("着火" in body)


def test_a_voicemail_is_a_suggestion_that_is_found_beside_the_topic(
    inbox: Inbox, council: Deliberation, resident: Resident, scheme: Scheme
) -> None:
    def left(words: str) -> Suggestion:
        case = open_suggestion(
            inbox.session,
            scheme,
            channel=Channel.CALL,
            resident=resident,
            understanding=inbox.understand(words),
            received_at=inbox.clock.now(),
            now=inbox.clock.now(),
        )
        link_to_topic(inbox.session, case)
        link_to_topic(inbox.session, case)
        return case

    left("路灯坏了")
    case = left("那个全院疏通的事，我家出钱")
    assert [(c.channel, c.suggestion) for c in comments_on(inbox.session, council.id)] == [(Channel.CALL, case)]


def test_only_households_concerned_comment(inbox: Inbox, council: Deliberation) -> None:
    assert inbox.take("意见2023 太贵了", sender=STRANGER).suggestion is not None
    assert said(inbox.session, council) == []


def test_who_was_not_told_is_asked_nothing(inbox: Inbox, council: Deliberation) -> None:
    """A bare “不同意” of somebody who never got the notice may be about anything."""
    for notice in inbox.session.scalars(select(Notice).where(Notice.template == "topic_open")):
        inbox.session.delete(notice)
    assert inbox.take("不同意，太贵了").suggestion is not None
    inbox.clock.advance(minutes=11)
    assert inbox.take("意见2023 太贵了").suggestion is None


def test_who_is_telling_something_goes_on_telling_it(inbox: Inbox, council: Deliberation) -> None:
    case = inbox.take("单元门口的路灯坏了").suggestion
    inbox.clock.advance(minutes=2)
    more = inbox.take("不同意再等了")
    assert (more.kind, more.suggestion) == (TextKind.CONTINUATION, case)
    assert said(inbox.session, council) == []


def test_once_the_vote_is_open_words_are_no_comment(
    inbox: Inbox, scheme: Scheme, council: Deliberation, clock: FakeClock
) -> None:
    inbox.take("意见：先修主管道")
    until_voting(inbox.session, scheme, council, clock)
    assert "您家投“同意”" in inbox.answer_to(inbox.take("同意2023"))
    assert inbox.take("意见：还是太贵").suggestion is not None
    assert said(inbox.session, council) == [("先修主管道", None)]


def test_a_comment_becomes_a_case_once(
    inbox: Inbox, scheme: Scheme, council: Deliberation, understand: Callable[[str], Understanding]
) -> None:
    inbox.take("意见2023 楼梯的扶手也松了")
    (comment,) = comments_on(inbox.session, council.id)
    made = make_suggestion(inbox.session, scheme, comment, understand(comment.text), now=inbox.clock.now())
    assert (made.text, made.state, made.resident) == ("楼梯的扶手也松了", SuggestionState.REVIEW, comment.resident)
    received = inbox.session.scalars(select(Notice).where(Notice.key == f"received:{made.id}")).one()
    assert str(made.number) in received.body
    with pytest.raises(AlreadyASuggestion):
        make_suggestion(inbox.session, scheme, comment, understand(comment.text), now=inbox.clock.now())
    assert said(inbox.session, council) == [("楼梯的扶手也松了", made.number)]


def test_who_said_what_is_forgotten(
    inbox: Inbox, scheme: Scheme, people: People, council: Deliberation, resident: Resident, courtyard: Courtyard
) -> None:
    other = neighbour(inbox.session, inbox.clock, 7, courtyard, "1-1-107")
    inbox.take("意见2023 太贵了")
    inbox.take("意见2023 要得", sender=other.phone)
    erase_resident(inbox.session, scheme, resident, by=people.coordinator, now=inbox.clock.now())
    inbox.session.expire_all()
    assert [c.text for c in inbox.session.scalars(select(Comment).order_by(Comment.id))] == ["", "要得"]
    council.state, council.closed_at = DeliberationState.CLOSED, inbox.clock.now()
    inbox.clock.advance(days=scheme.retention.cases + 1)
    sweep(inbox.session, scheme, "votes", inbox.clock.now())
    assert [(c.text, c.resident_id) for c in inbox.session.scalars(select(Comment))] == [("", None), ("", None)]
