"""催办 and 督办: in order, once, and to the people of the place."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.scheme import Scheme
from handling.supervision import deeds_due, do_deed, supervisors_of
from models import Database, Event, Notice, Role, Station, Suggestion, User
from tests.fakes.clock import FakeClock
from tests.handling.story import Story, begin


@pytest.fixture
def story(session: Session, clock: FakeClock) -> Story:
    """Monday 9:00, level A: due on Tuesday at six."""
    story = begin(session, clock, "chengbei", "天福苑的下水道堵了，臭水到处流", level="A")
    story.handler.phone = "+8613900000001"
    story.act(story.coordinator, "assign", level="A", handler=str(story.handler.id))
    return story


def at(story: Story, moment: str) -> list[tuple[str, str]]:
    """Go there, do what is due; (kind, tier) of what was done."""
    story.clock.set(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))
    return list(do_all(story.session, story.scheme, story.clock.now()))


def do_all(session: Session, scheme: Scheme, now: datetime) -> Iterator[tuple[str, str]]:
    for deed in deeds_due(session, scheme, now=now):
        if do_deed(session, scheme, deed, now=now):
            yield deed.kind, deed.tier or str(deed.hours)


def staff_texts(story: Story) -> list[str]:
    """Without the first word to whoever gets the case."""
    rows = select(Notice.body).where(Notice.resident_id.is_(None), Notice.suggestion_id == story.case.id)
    rows = rows.where(Notice.template != "staff_assigned")
    return [body.removeprefix("【城北社区】") for body in story.session.scalars(rows.order_by(Notice.id))]


def leader(story: Story, name: str, tier: str, station: str = "") -> User:
    user = story.person(name, tier)
    user.phone = f"+861390000{user.id:04d}"
    user.station = story.session.scalars(select(Station).where(Station.code == station)).one_or_none()
    story.session.flush()
    return user


def test_before_the_day_ends_the_handler_is_reminded_once_for_each_stage(story: Story) -> None:
    assert at(story, "2026-03-09 17:00") == []
    assert at(story, "2026-03-09 18:30") == [("reminded", "24")]
    assert at(story, "2026-03-09 19:00") == []
    assert at(story, "2026-03-10 14:30") == [("reminded", "4")]
    assert at(story, "2026-03-10 15:30") == []
    assert staff_texts(story) == [
        "提醒：1001号A类还有24小时到期，请抓紧办。",
        "提醒：1001号A类还有4小时到期，请抓紧办。",
    ]


def test_what_is_late_climbs_from_the_handler_to_the_secretary(story: Story) -> None:
    grid = leader(story, "网格长", "grid", "grid1")
    leader(story, "别处的网格长", "grid", "grid2")
    committee = leader(story, "两委", "committee")
    assert at(story, "2026-03-10 19:05") == [("supervised", "handler")]
    assert story.case.supervised_by == ""
    assert at(story, "2026-03-11 19:05") == [("supervised", "grid")]
    assert story.case.supervised_by == "grid"
    assert at(story, "2026-03-12 19:05") == [("supervised", "committee")]
    assert at(story, "2026-03-13 19:05") == [("supervised", "secretary")]
    assert story.case.supervised_by == "secretary"
    assert at(story, "2026-03-20 10:00") == []
    events = [event for event in story.case.events if event.kind == "supervised"]
    assert [event.form["who"] for event in events] == ["王芳", grid.name, committee.name, "张书记"]
    assert events[1].changes == {"supervised_by": ["", "grid"]}
    assert staff_texts(story)[1] == "督办：1001号A类已超期1天，责任人王芳，请您督促。"


def test_nobody_is_told_at_night(story: Story) -> None:
    assert at(story, "2026-03-10 20:45") == []
    assert at(story, "2026-03-11 03:00") == []
    assert at(story, "2026-03-11 08:00") == [("supervised", "handler")]


def test_days_off_do_not_count_against_anybody(session: Session, clock: FakeClock) -> None:
    """Due on the last day before 国庆: the grid hears of it on the first working day after."""
    clock.set(datetime(2026, 9, 29, 9, 0, tzinfo=SHANGHAI))
    story = begin(session, clock, "chengbei", "天福苑的下水道堵了，臭水到处流", level="A")
    story.act(story.coordinator, "assign", level="A", handler=str(story.handler.id))
    assert at(story, "2026-09-30 19:05") == [("supervised", "handler")]
    assert at(story, "2026-10-07 19:05") == []
    assert at(story, "2026-10-08 19:05") == [("supervised", "grid")]


@pytest.mark.parametrize("ending", ["paused", "answered"])
def test_what_waits_for_others_or_is_answered_is_left_alone(story: Story, ending: str) -> None:
    if ending == "paused":
        story.case.paused_at = story.clock.now()
    else:
        story.act(story.handler, "finish", result="通了")
    assert at(story, "2026-03-20 10:00") == []


def test_a_new_day_lifts_the_supervision_and_begins_anew(story: Story) -> None:
    at(story, "2026-03-10 19:05")
    at(story, "2026-03-11 19:05")
    story.clock.set(datetime(2026, 3, 12, 9, 0, tzinfo=SHANGHAI))
    story.act(story.coordinator, "extend", new_due="2026-03-20", reason="等材料")
    assert at(story, "2026-03-12 11:00") == [("relieved", "0")]
    assert story.case.supervised_by == ""
    assert at(story, "2026-03-20 19:05") == [("supervised", "handler")]


def test_nobody_supervises_a_handler_of_higher_rank(story: Story) -> None:
    story.act(
        story.coordinator,
        "assign" if story.case.step == "triage" else "reassign",
        handler=str(story.session.scalars(select(User).where(User.username == "zhang")).one().id),
        reason="书记亲自办",
    )
    at(story, "2026-03-20 10:00")
    assert [event.form["who"] for event in story.case.events if event.kind == "supervised"] == ["张书记"]
    assert story.case.supervised_by == ""


def test_without_a_handler_those_who_coordinate_are_told(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "chengbei", "天福苑的下水道堵了，臭水到处流", level="A")
    story.coordinator.phone = "+8613900000009"
    assert at(story, "2026-03-10 19:05") == [("supervised", "handler")]
    assert story.case.events[-1].form["who"] == "刘统筹"


def test_supervisors_are_those_of_the_place_or_the_nearest_above(story: Story) -> None:
    everywhere = leader(story, "跑全社区的", "committee")
    at_main = leader(story, "主站的", "committee", "main")
    assert supervisors_of(story.session, story.case, "committee") == [at_main]
    at_main.station = None
    assert supervisors_of(story.session, story.case, "committee") == [everywhere, at_main]
    assert [user.role for user in supervisors_of(story.session, story.case, "grid")] == [Role.COORDINATOR]


def test_a_page_that_is_open_while_the_clock_strikes_can_still_be_sent(story: Story) -> None:
    version = story.case.version
    at(story, "2026-03-11 19:05")
    story.session.expire(story.case)
    assert story.case.version == version


def test_two_workers_at_once_do_each_deed_once(database: Database, clock: FakeClock, scheme: Scheme) -> None:
    """Both have looked before either did anything."""
    with database.write() as session:
        story = begin(session, clock, "chengbei", "天福苑的下水道堵了，臭水到处流", level="A")
        story.handler.phone = "+8613900000001"
        story.act(story.coordinator, "assign", level="A", handler=str(story.handler.id))
    now = clock.now() + timedelta(days=3)
    with database.read() as session:
        deeds = deeds_due(session, scheme, now=now)
    assert [deed.tier for deed in deeds] == ["handler", "grid"]
    start = Barrier(2)

    def work() -> int:
        start.wait()
        done = 0
        for deed in deeds:
            with database.write() as session:
                done += do_deed(session, scheme, deed, now=now)
        return done

    with ThreadPoolExecutor(2) as pool:
        assert sum(future.result() for future in [pool.submit(work) for _ in range(2)]) == len(deeds)
    with database.read() as session:
        assert len(session.scalars(select(Event.id).where(Event.kind == "supervised")).all()) == 2
        assert session.scalars(select(Suggestion.supervised_by)).one() == "grid"
        told = session.scalars(
            select(Notice.template).where(Notice.resident_id.is_(None), Notice.template != "staff_assigned")
        ).all()
        assert told == ["staff_late"], "nobody of the grid has a phone"
