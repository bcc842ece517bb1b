"""一键呼叫: an emergency from the first second until somebody is there."""

import pytest
from sqlalchemy.orm import Session

from handling.residents import find_or_add_resident
from handling.residents.alarms import (
    CIRCLE,
    alarm_of_call,
    alert_again,
    arrive,
    due_alarms,
    raise_alarm,
    running_alarms,
)
from handling.residents.files import add_number, add_relative
from handling.scheme import Scheme
from handling.sms import sms_segments
from models import Alarm, Call, Courtyard, Database, Event, Notice, NoticeState, Suggestion, Urgency
from tests.fakes.clock import FakeClock
from tests.handling.conftest import LANDLINE, MOBILE, Inbox, People
from tests.handling.crowd import at_once

KEY, DUTY, DAUGHTER, GUARD = "+8613900000555", "+8613900000009", "+8613700000001", "+8613600000002"


class House:
    """张婆婆 has a key-phone, a daughter and an address; 王芳 is on duty."""

    def __init__(self, session: Session, scheme: Scheme, clock: FakeClock, people: People) -> None:
        self.session, self.scheme, self.clock, self.people = session, scheme, clock, people
        resident = find_or_add_resident(session, LANDLINE, clock.now())
        assert resident is not None
        resident.name, resident.address = "张婆婆", "3栋2单元501"
        resident.courtyard = session.query(Courtyard).filter_by(name="天福苑").one()
        add_number(session, resident, KEY, label="一键呼叫器", is_key=True)
        add_relative(session, resident, name="张敏", relation="女儿", phone=DAUGHTER)
        people.worker.phone, people.worker.on_duty = GUARD, True
        session.flush()

    def press(self, sid: str = "CA1", number: str = KEY) -> Alarm | None:
        call = self.session.query(Call).filter_by(sid=sid).one_or_none()
        if call is None:
            call = Call(sid=sid, from_number=number, started_at=self.clock.now())
            self.session.add(call)
            self.session.flush()
        return raise_alarm(self.session, self.scheme, call, now=self.clock.now(), duty_phones=(DUTY,))

    def sweep(self) -> int:
        due = due_alarms(self.session, self.clock.now())
        for alarm_id in due:
            alert_again(self.session, self.scheme, alarm_id, now=self.clock.now(), duty_phones=(DUTY,))
        return len(due)

    def told(self, *templates: str) -> list[Notice]:
        rows = self.session.query(Notice).order_by(Notice.id)
        return [row for row in rows if row.template in templates]


@pytest.fixture
def house(session: Session, scheme: Scheme, clock: FakeClock, people: People) -> House:
    return House(session, scheme, clock, people)


def test_a_key_phone_raises_an_emergency_and_everybody_near_is_alerted(house: House) -> None:
    alarm = house.press()
    assert alarm is not None
    case = alarm.suggestion
    assert (case.urgency, case.ring, case.level) == (Urgency.EMERGENCY, "120", "A")
    assert (case.place, case.resident_id) == ("天福苑 3栋2单元501", alarm.resident_id)
    assert alarm.due == alarm.raised_at + CIRCLE
    alerts = house.told("alarm")
    assert {notice.to_number for notice in alerts} == {DUTY, GUARD, DAUGHTER}
    assert alerts[0].body == (
        "【城北社区】一键呼叫！张婆婆，天福苑 3栋2单元501，电话+8613900000555。请马上去看，到了回“到了1001”。"
    )
    assert house.told("received", "received_ring", "duty_alert") == [], "nobody rings a person who has fallen"
    assert [event.kind for event in case.events] == ["received", "alarm_raised"]


def test_another_number_of_the_same_resident_raises_no_alarm(house: House) -> None:
    assert house.press(number=LANDLINE) is None
    assert house.press(sid="CA2", number="anonymous") is None
    assert house.session.query(Alarm).count() == 0


def test_the_same_call_told_twice_is_one_alarm_and_a_second_call_joins_it(house: House) -> None:
    first = house.press()
    assert house.press() is first
    assert len(house.told("alarm")) == 3
    house.clock.advance(minutes=1)
    assert house.press("CA2") is first
    assert len(house.told("alarm_again")) == 3
    assert house.session.query(Suggestion).count() == 1
    calls = house.session.query(Call).all()
    assert {alarm_of_call(house.session, call.id) for call in calls} == {first}


def test_everybody_is_alerted_again_and_after_the_circle_the_leaders_too(house: House) -> None:
    house.people.coordinator.phone, house.people.secretary.phone = "+8613500000003", "+8613500000004"
    house.press()
    assert house.sweep() == 0
    house.clock.advance(minutes=5)
    assert house.sweep() == 1
    assert house.sweep() == 0, "once a round"
    again = house.told("alarm_again")
    assert {notice.to_number for notice in again} == {DUTY, GUARD, DAUGHTER}
    assert "已经5分钟" in again[0].body
    assert sms_segments(again[0].body) <= 2
    house.clock.advance(minutes=10)
    house.sweep()
    late = {notice.to_number for notice in house.told("alarm_again")}
    assert late == {DUTY, GUARD, DAUGHTER, "+8613500000003", "+8613500000004"}
    for _ in range(12):
        house.clock.advance(minutes=15)
        assert house.sweep() == 1, "it never stops by itself"


def test_the_clock_ends_when_somebody_is_there_and_the_others_learn_it(house: House) -> None:
    alarm = house.press()
    assert alarm is not None
    for notice in house.told("alarm"):
        notice.state = NoticeState.SENT
    house.clock.advance(minutes=7)
    coordinator = house.people.coordinator
    now = house.clock.now()
    assert arrive(house.session, house.scheme, alarm, now=now, user=coordinator, found="摔倒了，已送医")
    assert not arrive(house.session, house.scheme, alarm, now=now, user=house.people.worker)
    assert alarm.arrived_user is coordinator
    assert {notice.to_number for notice in house.told("alarm_over")} == {DUTY, GUARD, DAUGHTER}
    [event] = [event for event in alarm.suggestion.events if event.kind == "arrived"]
    assert (event.form, event.note) == ({"minutes": 7}, "摔倒了，已送医")
    house.clock.advance(hours=1)
    assert house.sweep() == 0
    assert running_alarms(house.session) == []


def test_alerts_that_have_not_left_are_not_sent_any_more(house: House) -> None:
    alarm = house.press()
    assert alarm is not None
    arrive(house.session, house.scheme, alarm, now=house.clock.now(), phone=GUARD)
    assert {notice.state for notice in house.told("alarm")} == {NoticeState.CANCELLED}
    assert house.told("alarm_over") == []


@pytest.mark.parametrize(
    "words", ["到了 1001", "到了1001。", "1001到了", "我已经到了", "到了", "我到现场了 1001号"]
)
def test_who_was_alerted_ends_it_by_text(house: House, inbox: Inbox, words: str) -> None:
    alarm = house.press()
    assert alarm is not None
    text = inbox.take(words, sender=GUARD)
    assert alarm.arrived_at == house.clock.now()
    assert (alarm.arrived_user, alarm.arrived_phone) == (house.people.worker, GUARD)
    assert text.suggestion is None
    [answer] = house.told("arrived")
    assert (answer.to_number, answer.body) == (GUARD, "【城北社区】记下了，1001号您到了。需要急救请马上打120。")


@pytest.mark.parametrize(
    ("sender", "words"), [(MOBILE, "到了1001"), (GUARD, "快递到了没有"), (GUARD, "到了1002"), (GUARD, "还没到")]
)
def test_nothing_else_ends_it(house: House, inbox: Inbox, sender: str, words: str) -> None:
    alarm = house.press()
    assert alarm is not None
    inbox.take(words, sender=sender)
    assert alarm.arrived_at is None


def test_somebody_of_ours_who_was_not_alerted_may_be_there_first(house: House, inbox: Inbox) -> None:
    house.people.secretary.phone = "+8613500000004"
    alarm = house.press()
    assert alarm is not None
    inbox.take("到了1001", sender="+8613500000004")
    assert alarm.arrived_user is house.people.secretary


def test_with_two_alarms_the_text_must_say_which(house: House, inbox: Inbox) -> None:
    first = house.press()
    other = find_or_add_resident(house.session, "+8613400000001", house.clock.now())
    assert other is not None
    add_number(house.session, other, "+8613400000002", is_key=True)
    second = house.press("CA2", "+8613400000002")
    assert first is not None
    assert second is not None
    inbox.take("到了", sender=GUARD)
    assert (first.arrived_at, second.arrived_at) == (None, None)
    assert len(house.told("alarm_again")) == 2, "both are named again"
    inbox.take(f"到了{second.suggestion.number}", sender=GUARD)
    assert first.arrived_at is None
    assert second.arrived_at is not None


def test_parallel_webhooks_of_one_call_raise_one_alarm(
    database: Database, scheme: Scheme, clock: FakeClock
) -> None:
    with database.write() as session:
        resident = find_or_add_resident(session, MOBILE, clock.now())
        assert resident is not None
        add_number(session, resident, KEY, is_key=True)
        call = Call(sid="CA1", from_number=KEY, started_at=clock.now())
        session.add(call)
        session.flush()
        call_id = call.id

    def ring(_place: int) -> int:
        with database.write() as session:
            alarm = raise_alarm(session, scheme, session.get_one(Call, call_id), now=clock.now())
            assert alarm is not None
            return alarm.id

    assert len(set(at_once(ring))) == 1
    with database.read() as session:
        assert session.query(Alarm).count() == 1
        assert session.query(Event).filter_by(kind="alarm_raised").count() == 1


def test_a_text_of_somebody_alerted_about_something_else_is_a_suggestion(house: House, inbox: Inbox) -> None:
    house.press()
    assert inbox.take("我们院子的水管到了晚上就没得水", sender=GUARD).suggestion is not None
