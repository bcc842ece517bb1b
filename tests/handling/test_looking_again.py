"""A planned case is answered with when it will be looked at again, and is looked at again."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.looking_again import look_again, to_look_at
from handling.residents import find_or_add_resident
from handling.status import state_name
from models import Notice, SuggestionState
from tests.fakes.clock import FakeClock
from tests.handling.desk import case_row
from tests.handling.story import Story, begin


@pytest.fixture
def story(session: Session, clock: FakeClock) -> Story:
    """Planned for 1 September and closed."""
    story = begin(session, clock, "chengbei", "想在天福苑修个亭子", level="C")
    story.handler.phone = "+8613900000001"
    story.act(story.coordinator, "assign", level="C", handler=str(story.handler.id))
    story.act(story.handler, "expert_opinion", expert="李工", feasible="可行", opinion="明年改造时一起修")
    story.act(story.handler, "plan", plan="明年改造时一起修", look_again="2026-09-01")
    story.act(story.coordinator, "publish", feedback="亭子列入明年的计划")
    if story.case.state is SuggestionState.HANDLING:
        story.act(story.coordinator, "close")
    assert story.case.state is SuggestionState.DONE
    return story


def looked_at(story: Story, moment: str) -> list[int]:
    story.clock.set(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))
    now = story.clock.now()
    return [
        one for one in to_look_at(story.session, now=now) if look_again(story.session, story.scheme, one, now=now)
    ]


def test_on_its_day_it_comes_back_to_its_handler_and_the_resident_hears(story: Story) -> None:
    assert looked_at(story, "2026-08-31 10:00") == []
    assert looked_at(story, "2026-09-01 07:59") == []
    assert state_name(story.scheme, story.case) == "已列入计划"
    assert looked_at(story, "2026-09-01 08:00") == [story.case.id]
    case = story.case
    assert (case.state, case.step, case.done_at, case.look_again_at) == (
        SuggestionState.HANDLING,
        "handle",
        None,
        None,
    )
    # Fifteen working days: Sunday the 20th is worked before 国庆.
    assert case.due == datetime(2026, 9, 21, 18, 0, tzinfo=SHANGHAI)
    assert case.due_from == story.clock.now()
    assert state_name(story.scheme, case) == "正在办理"
    assert case.events[-1].kind == "looked_again"
    assert case.events[-1].changes["state"] == ["done", "handling"]
    assert "plan" in story.may(story.handler)
    assert story.told()[-1] == "1001号当时列入计划，现在重新看，9月21日前答复您。"
    staff = story.session.scalars(select(Notice.body).where(Notice.template == "staff_look_again")).one()
    assert staff == "【城北社区】1001号当时列入计划，今天到了再看的日子，请在9月21日前答复居民。"


def test_it_comes_back_once(story: Story) -> None:
    assert looked_at(story, "2026-09-01 08:00") == [story.case.id]
    assert looked_at(story, "2026-09-01 08:01") == []
    assert not look_again(story.session, story.scheme, story.case.id, now=story.clock.now())


def test_planned_once_more_it_comes_back_once_more(story: Story) -> None:
    looked_at(story, "2026-09-01 08:00")
    story.act(story.handler, "plan", plan="后年再说", look_again="2026-09-09")
    assert story.case.answered_in_time is True
    assert looked_at(story, "2026-09-09 08:00") == [story.case.id]


def test_a_day_off_is_no_day_to_look_again(story: Story) -> None:
    story.case.look_again_at = datetime(2026, 10, 1, 18, 0, tzinfo=SHANGHAI)
    story.session.flush()
    assert looked_at(story, "2026-10-01 09:00") == []
    assert looked_at(story, "2026-10-08 08:00") == [story.case.id]


def test_what_was_finished_after_all_is_not_looked_at_again(story: Story) -> None:
    looked_at(story, "2026-09-01 08:00")
    story.act(story.handler, "finish", result="亭子修好了")
    assert looked_at(story, "2027-09-01 08:00") == []


def test_what_the_resident_took_back_is_not_looked_at_again(story: Story) -> None:
    story.case.state = SuggestionState.WITHDRAWN
    story.session.flush()
    assert looked_at(story, "2026-09-01 08:00") == []


def test_everybody_who_reported_it_hears_it(story: Story) -> None:
    neighbour = find_or_add_resident(story.session, "+8613800138999", story.clock.now())
    merged = {"state": SuggestionState.MERGED, "merged_into_id": story.case.id, "step": "collect"}
    case_row(story.session, 1002, story.clock.now(), resident=neighbour, **merged)
    looked_at(story, "2026-09-01 08:00")
    told = story.session.scalars(
        select(Notice.body).where(Notice.template == "looked_again").order_by(Notice.id)
    ).all()
    assert [body[6:10] for body in told] == ["1001", "1002"]
