from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.notices import compose, not_before, queue_notice, reply_priority, sms_segments, sms_units
from handling.residents import find_or_add_resident
from handling.scheme import Scheme, Template, bundled_schemes, load_scheme
from handling.scheme.notice_variables import variables_of
from handling.status import status_prompts
from models import Medium, Notice, Priority, Resident, SuggestionState
from tests.fakes.clock import FakeClock
from tests.handling.conftest import LANDLINE, MOBILE
from tests.handling.desk import opened

LONG = {
    "number": "10234",
    "due": "2027年11月24日",
    "promise": "2027年11月24日前答复您",
    "ring": "119",
    "level": "A类",
    "state": "已列入计划",
    "points": "50",
    "balance": "12345",
    "caller": "+8613800138000",
    "place": "天福苑三栋二单元五楼十号",
    "cases": "10234号正在办理，10235号已列入计划，10236号待核对，等12件。",
    "hours_left": "24",
    "late_by": "100天",
    "survey": "我们院子的交通出行和停车",
    "survey_count": "10",
    "survey_place": "10/10",
    "survey_question": "您平时出门主要怎么走，走的时候最怕的是什么，最想改的又是哪一处地方，请您说一说？",
    "survey_options": "请回数字：1走路，2公交，3地铁，4自行车电瓶车，5自己开车",
    **dict.fromkeys(("count_today", "count_late", "count_waiting", "count_new", "count_again"), "999"),
}


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def queued(session: Session, key: str) -> Notice:
    return session.query(Notice).filter_by(key=key).one()


@pytest.mark.parametrize("name", bundled_schemes())
def test_every_notice_stays_in_its_segments_however_wordy_its_variables(name: str) -> None:
    scheme = load_scheme(name)
    for template in scheme.notices.values():
        variables = {v: LONG.get(v, "说来话长" * 60) for v in variables_of(template.text)}
        body = compose(scheme, template, variables)
        assert body.startswith(scheme.community.signature)
        assert sms_segments(body) <= template.segments, body


def test_a_wordy_variable_is_shortened_and_an_exact_one_never(scheme: Scheme) -> None:
    body = compose(scheme, scheme.notices["progress"], {"number": 1023, "note": "施工队已经进场，" * 20})
    assert body.startswith("【城北社区】1023号有新进展：施工队已经进场")
    assert body.endswith("…")
    assert 66 <= sms_units(body) <= 70


def test_a_reason_may_take_two_segments(scheme: Scheme) -> None:
    body = compose(scheme, scheme.notices["refused"], {"number": 1023, "reason": "这件事归区里管。" * 30})
    assert sms_segments(body) == 2
    assert body.endswith("还有想法请再打热线。")


def test_links_and_line_breaks_of_variables_stay_out_of_an_sms(scheme: Scheme) -> None:
    template = Template(text="{note}")
    body = compose(scheme, template, {"note": "照片\n在 https://example.org/a?b=c 这里，看www.example.org。好"})
    assert body == "【城北社区】照片 在 这里，看。好"


@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        ("", 0, 1),
        ("好" * 70, 70, 1),
        ("好" * 71, 71, 2),
        ("好" * 134, 134, 2),
        ("好" * 135, 135, 3),
        ("👍" * 35, 70, 1),
        ("👍" * 36, 72, 2),
    ],
)
def test_an_sms_is_as_long_as_a_phone_counts_it(text: str, units: int, segments: int) -> None:
    assert sms_units(text) == units
    assert sms_segments(text) == segments


@pytest.mark.parametrize(
    ("priority", "medium", "now", "leaves"),
    [
        (Priority.ROUTINE, Medium.SMS, "2026-03-09 08:00", "2026-03-09 08:00"),
        (Priority.ROUTINE, Medium.SMS, "2026-03-09 20:29", "2026-03-09 20:29"),
        (Priority.ROUTINE, Medium.SMS, "2026-03-09 20:30", "2026-03-10 08:00"),
        (Priority.ROUTINE, Medium.SMS, "2026-03-09 23:59", "2026-03-10 08:00"),
        (Priority.ROUTINE, Medium.SMS, "2026-03-09 00:00", "2026-03-09 08:00"),
        (Priority.ROUTINE, Medium.SMS, "2026-03-09 07:59", "2026-03-09 08:00"),
        (Priority.REPLY, Medium.SMS, "2026-03-09 23:00", "2026-03-09 23:00"),
        (Priority.EMERGENCY, Medium.SMS, "2026-03-09 03:00", "2026-03-09 03:00"),
        (Priority.ROUTINE, Medium.CALL, "2026-03-09 08:30", "2026-03-09 09:00"),
        (Priority.ROUTINE, Medium.CALL, "2026-03-09 11:29", "2026-03-09 11:29"),
        (Priority.ROUTINE, Medium.CALL, "2026-03-09 11:30", "2026-03-09 14:30"),
        (Priority.ROUTINE, Medium.CALL, "2026-03-09 18:00", "2026-03-10 09:00"),
        (Priority.REPLY, Medium.CALL, "2026-03-09 22:00", "2026-03-09 22:00"),
        (Priority.EMERGENCY, Medium.CALL, "2026-03-09 03:00", "2026-03-09 03:00"),
    ],
)
def test_a_notice_leaves_when_people_are_awake(priority: Priority, medium: Medium, now: str, leaves: str) -> None:
    assert not_before(priority, shanghai(now), medium) == shanghai(leaves)


def test_an_answer_later_than_ten_minutes_keeps_quiet_at_night() -> None:
    did = shanghai("2026-03-09 21:00")
    assert reply_priority(did, shanghai("2026-03-09 21:10")) is Priority.REPLY
    assert reply_priority(did, shanghai("2026-03-09 21:11")) is Priority.ROUTINE


def test_a_mobile_gets_an_sms_with_number_and_day(session: Session, scheme: Scheme, clock: FakeClock) -> None:
    case = opened(session, scheme, clock)
    notice = queued(session, f"received:{case.id}")
    assert notice.medium is Medium.SMS
    assert notice.to_number == MOBILE
    assert notice.body == (
        "【城北社区】您的建议已收到，编号1001。志愿者先核对，3月18日前答复您。回“进度”可查办理情况。"
    )
    assert sms_segments(notice.body) == 1
    assert notice.prompts[0] == "callback_greeting", "should the carrier find that it takes none"
    assert notice.next_try_at == clock.now()


def test_a_landline_gets_a_call_that_says_it_twice(session: Session, scheme: Scheme, clock: FakeClock) -> None:
    case = opened(session, scheme, clock, phone=LANDLINE)
    notice = queued(session, f"received:{case.id}")
    said = ["your_case", "digit_1", "digit_0", "digit_0", "digit_1", "state_review"]
    said += ["expected", "month_3", "day_18", "answer_by"]
    assert notice.medium is Medium.CALL
    assert notice.prompts == ["callback_greeting", *said, "callback_again", *said, "callback_bye"]


def test_a_landline_is_not_rung_about_points(session: Session, scheme: Scheme, clock: FakeClock) -> None:
    resident = find_or_add_resident(session, LANDLINE, clock.now())
    told = queue_notice(
        session,
        scheme,
        key="points",
        template="awarded",
        resident=resident,
        priority=Priority.ROUTINE,
        variables={"points": 10, "balance": 10},
        now=clock.now(),
    )
    assert told is None


def test_what_cannot_be_spoken_needs_a_person(session: Session, scheme: Scheme, clock: FakeClock) -> None:
    told = queue_notice(
        session,
        scheme,
        key="help",
        template="help",
        resident=find_or_add_resident(session, LANDLINE, clock.now()),
        priority=Priority.ROUTINE,
        now=clock.now(),
    )
    assert told is not None
    assert told.medium is Medium.PERSON


def test_the_same_key_is_queued_once(session: Session, scheme: Scheme, clock: FakeClock) -> None:
    resident = Resident(phone=MOBILE, created_at=clock.now())
    session.add(resident)

    def queue() -> Notice | None:
        return queue_notice(
            session,
            scheme,
            key="once",
            template="help",
            resident=resident,
            priority=Priority.REPLY,
            now=clock.now(),
        )

    first = queue()
    assert first is not None
    assert first.resident is resident
    assert (first.tries, first.state.value) == (0, "queued")
    assert queue() is None


def test_nobody_behind_a_withheld_number_is_told_anything(
    session: Session, scheme: Scheme, clock: FakeClock
) -> None:
    opened(session, scheme, clock, phone="")
    assert session.query(Notice).count() == 0


def test_a_promise_is_not_spoken_once_it_is_broken_or_kept(
    session: Session, scheme: Scheme, clock: FakeClock
) -> None:
    case = opened(session, scheme, clock)
    sentence = ["your_case", "digit_1", "digit_0", "digit_0", "digit_1", "state_review"]
    assert status_prompts(scheme, case, clock.now())[6:] == ["expected", "month_3", "day_18", "answer_by"]
    assert status_prompts(scheme, case, shanghai("2026-03-18 18:01")) == sentence
    case.state = SuggestionState.DONE
    assert status_prompts(scheme, case) == [*sentence[:-1], "state_done"]


def test_a_merged_suggestion_stands_as_the_one_that_carries_it_on(
    session: Session, scheme: Scheme, clock: FakeClock
) -> None:
    first = opened(session, scheme, clock)
    second = opened(session, scheme, clock, phone=LANDLINE)
    second.state = SuggestionState.MERGED
    second.merged_into_id = first.id
    first.state = SuggestionState.HANDLING
    assert status_prompts(scheme, second)[4:6] == ["digit_2", "state_handling"]


@pytest.mark.parametrize(
    ("wish", "template", "priority", "medium"),
    [
        ("", "reviewed", Priority.ROUTINE, Medium.SMS),
        ("call", "reviewed", Priority.ROUTINE, Medium.CALL),
        ("person", "reviewed", Priority.ROUTINE, Medium.PERSON),
        ("person", "received_ring", Priority.EMERGENCY, Medium.SMS),
        ("call", "balance", Priority.REPLY, Medium.SMS),
    ],
)
def test_a_resident_is_told_as_they_wish(
    session: Session,
    scheme: Scheme,
    clock: FakeClock,
    wish: str,
    template: str,
    priority: Priority,
    medium: Medium,
) -> None:
    resident = find_or_add_resident(session, MOBILE, clock.now())
    assert resident is not None
    resident.reach_by = wish
    notice = queue_notice(
        session,
        scheme,
        key="k",
        template=template,
        resident=resident,
        priority=priority,
        variables={"number": 1001, "level": "A类", "promise": "", "ring": "119", "balance": 1, "state": ""},
        now=clock.now(),
    )
    assert notice is not None
    assert notice.medium is medium


@pytest.mark.parametrize(
    ("hours", "leaves"),
    [
        (("", ""), (9, 9, 0)),
        (("14:00", "16:00"), (9, 14, 0)),
        (("06:00", "08:30"), (10, 8, 0)),
        (("21:00", "23:00"), (9, 9, 0)),
    ],
)
def test_routine_notices_keep_the_hours_that_a_resident_asked_for(
    session: Session, clock: FakeClock, hours: tuple[str, str], leaves: tuple[int, int, int]
) -> None:
    resident = find_or_add_resident(session, MOBILE, clock.now())
    assert resident is not None
    resident.reach_from, resident.reach_until = hours
    moment = not_before(Priority.ROUTINE, clock.now(), Medium.SMS, resident).astimezone(SHANGHAI)
    assert (moment.day, moment.hour, moment.minute) == leaves
    assert not_before(Priority.EMERGENCY, clock.now(), Medium.SMS, resident) == clock.now()
