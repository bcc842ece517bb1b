"""The round that marks mediation platforms whose time is over."""

from dataclasses import replace

from sqlalchemy import func, select

from handling.scheme import load_scheme
from hotline.worker.casework import mark_platforms
from hotline.worker.context import WorkerContext
from models import Database, Event
from tests.fakes.clock import FakeClock
from tests.handling.story import begin


def test_a_platform_is_marked_once_however_often_the_worker_looks(
    context: WorkerContext, database: Database, clock: FakeClock
) -> None:
    with database.write() as session:
        story = begin(session, clock, "shiniuyan", "物业乱收停车费，跟他们扯不清楚", level="B")
        form = {"level": "B", "handler": str(story.handler.id), "parties": "居民与物业"}
        story.act(story.coordinator, "to_mediation", **form)
    context = replace(context, scheme=load_scheme("shiniuyan"))
    marked = select(func.count()).select_from(Event).where(Event.kind == "limit_over")
    counts = []
    for days in (0, 8, 1):
        clock.advance(days=days)
        mark_platforms(context)
        with database.read() as session:
            counts.append(session.scalar(marked))
    assert counts == [0, 1, 1]
