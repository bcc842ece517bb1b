"""The clock's rounds in the worker: killed and repeated, everything happens once."""

from datetime import datetime

import pytest
from sqlalchemy import select

from handling.clock import SHANGHAI
from hotline.worker import supervision
from hotline.worker.context import WorkerContext
from hotline.worker.supervision import look_at_planned_cases, send_morning_list, supervise_cases
from models import Database, Event, Notice
from tests.fakes.clock import FakeClock
from tests.handling.story import begin


@pytest.fixture
def late_case(database: Database, clock: FakeClock) -> int:
    """Late since Tuesday at six; Wednesday at eight in the morning."""
    with database.write() as session:
        story = begin(session, clock, "chengbei", "天福苑的下水道堵了，臭水到处流", level="A")
        story.handler.phone = "+8613900000001"
        story.act(story.coordinator, "assign", level="A", handler=str(story.handler.id))
    clock.set(datetime(2026, 3, 11, 8, 0, tzinfo=SHANGHAI))
    return story.case.id


def told_to_staff(database: Database) -> list[str]:
    with database.read() as session:
        rows = (
            select(Notice.template)
            .where(Notice.resident_id.is_(None), Notice.template != "staff_assigned")
            .order_by(Notice.id)
        )
        return list(session.scalars(rows))


@pytest.mark.usefixtures("late_case")
def test_a_round_that_is_repeated_does_nothing_twice(context: WorkerContext, database: Database) -> None:
    for _ in range(3):
        supervise_cases(context)
        send_morning_list(context)
    assert told_to_staff(database) == ["staff_late", "staff_digest"]


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(
    context: WorkerContext, database: Database, late_case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = supervision.do_deed

    def killed(*args: object, **kwargs: object) -> bool:
        whole(*args, **kwargs)  # type: ignore[arg-type]
        raise SystemExit

    monkeypatch.setattr(supervision, "do_deed", killed)
    with pytest.raises(SystemExit):
        supervise_cases(context)
    assert told_to_staff(database) == []
    with database.read() as session:
        assert session.scalars(select(Event).where(Event.kind == "supervised")).all() == []
    monkeypatch.setattr(supervision, "do_deed", whole)
    supervise_cases(context)
    assert told_to_staff(database) == ["staff_late"]


def test_planned_cases_come_back_before_the_list_that_names_them(
    context: WorkerContext, database: Database, clock: FakeClock
) -> None:
    with database.write() as session:
        story = begin(session, clock, "chengbei", "想在天福苑修个亭子", level="C")
        story.handler.phone = "+8613900000001"
        story.act(story.coordinator, "assign", level="C", handler=str(story.handler.id))
        story.act(story.handler, "expert_opinion", expert="李工", feasible="可行", opinion="明年修")
        story.act(story.handler, "plan", plan="明年修", look_again="2026-09-01")
    clock.set(datetime(2026, 9, 1, 8, 0, tzinfo=SHANGHAI))
    send_morning_list(context)
    look_at_planned_cases(context)
    with database.read() as session:
        bodies = session.scalars(
            select(Notice.body)
            .where(Notice.template.like("staff_%"), Notice.template != "staff_assigned")
            .order_by(Notice.id)
        )
        texts = [body.removeprefix("【城北社区】") for body in bodies]
    assert len(texts) == 2
    assert texts[-1].endswith("再看1件。")
