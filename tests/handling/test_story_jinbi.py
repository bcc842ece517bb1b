"""金壁社区: a topic of 馨竹苑 from the self-management committee over the review board to the deed."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from handling.casework import StepNotAllowed
from handling.deliberation.meetings import MeetingRecord, TopicRecord, hold_meeting
from handling.deliberation.stages import TopicDraft, draft_deliberation
from handling.deliberation.stages import begin as begin_deliberation
from handling.forms import FormInvalid
from handling.money.accounts import account_of
from handling.money.booking import book, open_project
from handling.residents.points import balance_of
from handling.scheme import load_scheme
from models import EntryKind, SuggestionState
from tests.fakes.clock import FakeClock
from tests.handling.story import Story, begin


def test_the_levels_are_the_four_ways_of_consulting() -> None:
    names = {level.name for level in load_scheme("jinbi").levels}
    assert names == {"有问题好协商", "大问题先协商", "急问题快协商", "难问题多协商"}


def test_the_slide_of_xinzhuyuan_from_the_topic_to_the_board(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "jinbi", "馨竹苑的滑梯地面烂了，娃娃容易绊倒", level="B")
    assert story.case.courtyard is not None
    assert story.case.courtyard.name == "馨竹苑"
    lead, head = story.coordinator, story.handler

    story.act(lead, "raise_topic", topic="滑梯地面重新做", level="B", handler=str(head.id))
    for present in ("12", "15"):
        story.act(head, "discuss", held_on="2026-03-09", present=present, opinion="做320平米")
    story.act(head, "propose", proposal="滑梯地面重做320平米", asked="5000")
    assert "select" not in story.may(head), "the board selects, not the proposer"
    select = {"asked": "5000", "until": "2026-03-20"}
    with pytest.raises(StepNotAllowed, match="要先有议事通过的决定"):
        story.act(lead, "select", **select, granted="4500")
    score(story, 85, 90, 80, 78, 60)
    session.refresh(story.case, ["events"])
    with pytest.raises(FormInvalid) as refused:
        story.act(lead, "select", **select, granted="5001")
    assert refused.value.errors == {"granted": "批准资金（元）不能多于5,000元"}
    story.act(lead, "select", **select, granted="4500")

    # The micro-grant and what was bought stand in the account of the case.
    project = open_project(session, story.case, lead, clock.now())
    for kind, amount, source in ((EntryKind.GRANT, 450_000, "micro"), (EntryKind.SPENDING, 432_150, "")):
        book(
            session,
            story.scheme,
            project,
            key=kind.value,
            kind=kind,
            amount=amount,
            source=source,
            note="塑胶",
            user=lead,
            now=clock.now(),
        )
    assert account_of(session, project).balance == 17_850
    story.act(head, "finish", result="滑梯地面做好了320平米")
    story.act(lead, "publish", feedback="馨竹苑的滑梯地面做好了320平米。")
    assert story.case.state is SuggestionState.DONE
    assert balance_of(session, story.resident.id) == 25

    assert story.told()[2:] == [
        "您说的1001号成了小区议题，3月16日前答复您。送您5积分，共5分，可到三和供销社兑换。",
        "1001号要上创投评审会：滑梯地面重做320平米。3月16日前答复您。",
        "1001号评审会选上了，给4,500元，3月20日前答复您。送您20积分，共25分。",
        "1001号办好了：滑梯地面做好了320平米",
        "1001号已办结。您满意吗？请回1到5的数字，5是最满意。谢谢您！",
    ]


def score(story: Story, *points: int) -> None:
    """The review board meets over this topic alone."""
    session, lead, now = story.session, story.coordinator, story.clock.now()
    board = draft_deliberation(
        session,
        story.scheme.deliberation("review_board"),
        title="三月评审会",
        courtyard=None,
        topics=[TopicDraft("滑梯地面重新做", case=story.case)],
        user=lead,
        now=now,
        entitled=len(points),
    )
    begin_deliberation(session, board, lead, now)
    scores = {f"评委{place}": given for place, given in enumerate(points, start=1)}
    record = MeetingRecord(date(2026, 3, 9), len(points), {board.topics[0].id: TopicRecord(scores=scores)})
    hold_meeting(session, story.scheme, board, record, lead, now)


def test_what_the_board_does_not_take_goes_back_or_ends_with_a_reason(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "jinbi", "馨竹苑想修个游泳池", level="C")
    lead, head = story.coordinator, story.handler
    story.act(lead, "raise_topic", topic="游泳池", level="C", handler=str(head.id))
    assert "do_now" not in story.may(head), "only what is urgent or small is done without the board"
    story.act(head, "propose", proposal="修游泳池", asked="900000")
    story.act(lead, "return_to_topic", reason="钱不够，再想想")
    story.act(head, "propose", proposal="修戏水池", asked="300000")
    story.act(lead, "not_selected", reason="保障资金不能修池子")
    assert story.case.state is SuggestionState.INVALID
    assert story.told()[-1] == "1001号没有办成：保障资金不能修池子。还有想法请再打热线。"
