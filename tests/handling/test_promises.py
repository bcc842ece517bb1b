"""What was promised, and whether it was kept, as the figures will measure it."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from tests.fakes.clock import FakeClock
from tests.handling.story import Story, begin


@pytest.fixture
def story(session: Session, clock: FakeClock) -> Story:
    return begin(session, clock, "chengbei", "天福苑的下水道堵了，臭水到处流", level="A")


def test_the_time_of_a_level_runs_from_the_residents_word(story: Story) -> None:
    assert story.case.due_from == story.case.received_at


def test_the_first_word_of_those_who_handle_is_the_first_answer(story: Story) -> None:
    story.act(story.coordinator, "assign", level="A", handler=str(story.handler.id))
    assigned = story.clock.now()
    story.act(story.handler, "progress", note="请了疏通的人")
    assert story.case.first_answered_at == assigned
    assert story.case.answered_at is None


def test_an_answer_in_time_and_one_that_comes_late(story: Story) -> None:
    story.act(story.coordinator, "assign", level="A", handler=str(story.handler.id))
    story.act(story.handler, "finish", result="通了")
    assert story.case.answered_at == story.clock.now()
    assert story.case.answered_in_time is True
    story.act(story.coordinator, "return_to_handling", reason="又堵了")
    assert (story.case.answered_at, story.case.answered_in_time) == (None, None)
    story.clock.advance(days=7)
    story.act(story.handler, "finish", result="这回通了")
    assert story.case.answered_in_time is False


def test_a_new_day_is_a_promise_of_its_own(story: Story) -> None:
    story.act(story.coordinator, "assign", level="A", handler=str(story.handler.id))
    story.act(story.coordinator, "extend", new_due="2026-03-20", reason="等材料")
    assert story.case.due == datetime(2026, 3, 20, 18, 0, tzinfo=SHANGHAI)
    assert story.case.due_from == story.clock.now()


def test_a_plan_says_when_it_is_looked_at_again_and_its_answer_is_measured_against_the_old_day(
    story: Story,
) -> None:
    story.act(story.coordinator, "assign", level="C", handler=str(story.handler.id))
    story.act(story.handler, "expert_opinion", expert="李工", feasible="可行", opinion="明年改造")
    story.clock.advance(days=60)
    story.act(story.handler, "plan", plan="明年改造管网", look_again="2026-09-01")
    assert story.case.look_again_at == datetime(2026, 9, 1, 18, 0, tzinfo=SHANGHAI)
    assert story.case.answered_in_time is False
