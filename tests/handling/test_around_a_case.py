"""Help, pauses, wishes, links, splits and withdrawals: what happens beside the steps."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.assistance import answer_help, ask_for_help, helps_for, waive_help
from handling.casework import StepNotAllowed, blocked_actions
from handling.clock import SHANGHAI
from handling.forms import FormInvalid
from handling.inbound import handle_text
from handling.linking import kin_of, link_cases, links_of, split_case, unlink_cases
from handling.pauses import pause_case, resume_case
from handling.scheme import Scheme
from handling.status import state_name
from handling.wishes import ask_extension, ask_handover, decide_wish, open_wishes
from handling.withdrawal import withdraw
from models import Suggestion, SuggestionState, Unit, Urgency
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People, received_text
from tests.handling.desk import NEIGHBOUR, InHand, confirm, in_hand, opened

Understand = Callable[[str], Understanding]


@pytest.fixture
def hand(session: Session, scheme: Scheme, clock: FakeClock, people: People) -> InHand:
    return in_hand(session, scheme, clock, people)


def shanghai(month: int, day: int, hour: int = 18) -> datetime:
    return datetime(2026, month, day, hour, 0, tzinfo=SHANGHAI)


# ---------------------------------------------------------------- pauses


def test_while_a_case_waits_its_clock_stands_still_and_the_resident_knows_for_whom(hand: InHand) -> None:
    worker = hand.people.worker
    assert hand.case.due == shanghai(3, 10)
    pause_case(hand.session, hand.scheme, hand.case, worker, waits_for="水务公司", now=hand.clock.now())
    assert hand.told()[-1] == "1001号要等水务公司，等到了接着办，再告诉您。"
    blocked = {action.code: reason for action, reason in blocked_actions(hand.scheme, hand.case, worker)}
    assert blocked["finish"] == "还在等水务公司，先“接着办”"
    hand.act(worker, "progress", {"note": "水务公司说下周来"})
    hand.clock.set(shanghai(3, 13, 9))  # four working days later
    resume_case(hand.session, hand.scheme, hand.case, worker, now=hand.clock.now())
    assert (hand.case.due, hand.case.paused_at) == (shanghai(3, 16), None)
    assert hand.told()[-1] == "1001号接着办了，3月16日前答复您。"
    hand.act(worker, "finish", {"result": "修好了"})


def test_nobody_promises_an_answer_for_a_day_off(hand: InHand) -> None:
    now, people = hand.clock.now(), hand.people
    asked: dict[str, Any] = {"reason": "等材料", "now": now}
    # The Saturday before 国庆 is free, the one after it is worked.
    with pytest.raises(FormInvalid, match="10月3日不上班，请选上班的日子，最近的是10月8日"):
        ask_extension(hand.session, hand.case, people.worker, due=shanghai(10, 3), **asked)
    form = {"new_due": "2026-02-17", "reason": "等材料"}
    hand.clock.set(shanghai(2, 9, 9))
    with pytest.raises(FormInvalid, match="2月17日不上班，请选上班的日子，最近的是2月24日"):
        hand.act(people.coordinator, "extend", form)
    hand.clock.set(now)
    ask_extension(hand.session, hand.case, people.worker, due=shanghai(10, 10), **asked)


def test_holidays_are_not_given_back_twice(hand: InHand) -> None:
    """From Saturday to Sunday no working time is lost."""
    hand.clock.set(shanghai(3, 14, 9))
    pause_case(hand.session, hand.scheme, hand.case, hand.people.worker, waits_for="物业", now=hand.clock.now())
    resume_case(hand.session, hand.scheme, hand.case, hand.people.worker, now=shanghai(3, 15, 20))
    assert hand.case.due == shanghai(3, 10)


def test_only_who_works_on_it_may_stop_it_and_only_once(hand: InHand) -> None:
    now = hand.clock.now()
    with pytest.raises(StepNotAllowed, match="不是您的"):
        pause_case(hand.session, hand.scheme, hand.case, hand.people.secretary, waits_for="物业", now=now)
    with pytest.raises(FormInvalid, match="在等谁"):
        pause_case(hand.session, hand.scheme, hand.case, hand.people.worker, waits_for=" ", now=now)
    pause_case(hand.session, hand.scheme, hand.case, hand.people.worker, waits_for="物业", now=now)
    with pytest.raises(StepNotAllowed, match="已经在等物业"):
        pause_case(hand.session, hand.scheme, hand.case, hand.people.worker, waits_for="水务", now=now)


# ---------------------------------------------------------------- wishes


def test_more_time_is_asked_for_by_the_handler_and_granted_by_another_person(hand: InHand) -> None:
    worker, leader, now = hand.people.worker, hand.people.coordinator, hand.clock.now()
    with pytest.raises(FormInvalid, match="比现在的晚"):
        ask_extension(hand.session, hand.case, worker, due=hand.case.due, reason="等材料", now=now)
    wish = ask_extension(hand.session, hand.case, worker, due=shanghai(3, 20), reason="等材料", now=now)
    assert hand.case.due == shanghai(3, 10), "nobody has granted it"
    with pytest.raises(StepNotAllowed, match="统筹员"):
        decide_wish(hand.session, hand.scheme, wish, worker, granted=True, now=now)
    event = decide_wish(hand.session, hand.scheme, wish, leader, granted=True, now=now)
    assert (hand.case.due, wish.decided_by, event.actor) == (shanghai(3, 20), leader, leader)
    assert hand.told()[-1] == "1001号要多办几天，3月20日前答复您。原因：等材料"
    assert open_wishes(hand.session, hand.case.id) == []


def test_nobody_grants_the_own_wish(hand: InHand) -> None:
    leader, now = hand.people.coordinator, hand.clock.now()
    wish = ask_extension(hand.session, hand.case, leader, due=shanghai(3, 20), reason="等材料", now=now)
    with pytest.raises(StepNotAllowed, match="另一位"):
        decide_wish(hand.session, hand.scheme, wish, leader, granted=True, now=now)
    decide_wish(hand.session, hand.scheme, wish, hand.people.administrator, granted=True, now=now)
    assert hand.case.due == shanghai(3, 20)


def test_a_refused_wish_needs_a_reason_and_changes_nothing(hand: InHand) -> None:
    worker, leader, now = hand.people.worker, hand.people.coordinator, hand.clock.now()
    wish = ask_handover(hand.session, hand.case, worker, to=hand.people.secretary, reason="太难", now=now)
    with pytest.raises(StepNotAllowed, match="已经申请过转交"):
        ask_handover(hand.session, hand.case, worker, to=None, reason="太难", now=now)
    with pytest.raises(FormInvalid, match="为什么"):
        decide_wish(hand.session, hand.scheme, wish, leader, granted=False, now=now)
    told = hand.told()
    decide_wish(hand.session, hand.scheme, wish, leader, granted=False, answer="您最熟悉", now=now)
    assert (hand.case.handler, hand.told()) == (worker, told)


def test_a_handover_tells_the_resident_who_has_it_now(hand: InHand) -> None:
    worker, leader, now = hand.people.worker, hand.people.coordinator, hand.clock.now()
    wish = ask_handover(hand.session, hand.case, worker, to=None, reason="休假", now=now)
    with pytest.raises(FormInvalid, match="由谁"):
        decide_wish(hand.session, hand.scheme, wish, leader, granted=True, now=now)
    event = decide_wish(
        hand.session, hand.scheme, wish, leader, granted=True, handler=hand.people.secretary, now=now
    )
    assert event.changes["handler"] == ["王芳", "张书记"]
    assert hand.told()[-1] == "1001号建议改由张书记办理，3月10日前答复您。"


# ---------------------------------------------------------------- help


def test_a_case_waits_for_the_units_that_help_unless_a_coordinator_does_not(hand: InHand) -> None:
    worker, leader, now = hand.people.worker, hand.people.coordinator, hand.clock.now()
    property_company = hand.session.scalars(select(Unit).where(Unit.code == "property")).one()
    property_company.phone = "+8613700000001"
    police = hand.session.scalars(select(Unit).where(Unit.code == "police")).one()
    clerk = hand.people.secretary
    clerk.unit, clerk.phone = police, "+8613700000002"
    ask: dict[str, Any] = {"task": "查一查管网图", "due": shanghai(3, 11), "now": now}
    first = ask_for_help(hand.session, hand.scheme, hand.case, worker, helper=property_company, **ask)
    second = ask_for_help(hand.session, hand.scheme, hand.case, worker, helper=police, **ask)
    assert hand.told_staff() == [
        ("+8613700000001", "1001号请您协办：查一查管网图（3月11日前回复）。"),
        ("+8613700000002", "1001号请您协办：查一查管网图（3月11日前回复）。"),
    ]
    blocked = {a.code: reason for a, reason in blocked_actions(hand.scheme, hand.case, worker)}
    assert blocked["finish"] == "物业服务企业、城北派出所的协办还没有答复"
    assert helps_for(hand.session, clerk) == [second], "the people of the unit see its part"
    answer_help(hand.session, second, clerk, answer="图已发来", now=now)
    with pytest.raises(StepNotAllowed, match="统筹员"):
        waive_help(hand.session, first, worker, reason="不等了", now=now)
    waive_help(hand.session, first, leader, reason="物业换了人", now=now)
    hand.act(worker, "finish", {"result": "修好了"})
    assert helps_for(hand.session, clerk) == []
    assert [kind for kind in hand.kinds() if kind.startswith("help")] == [
        "help_asked",
        "help_asked",
        "help_answered",
        "help_waived",
    ]


def test_somebody_elses_part_is_not_answered(hand: InHand) -> None:
    worker, now = hand.people.worker, hand.clock.now()
    ask: dict[str, Any] = {"task": "量一量", "due": None, "now": now}
    part = ask_for_help(hand.session, hand.scheme, hand.case, worker, helper=hand.people.secretary, **ask)
    with pytest.raises(StepNotAllowed, match="不是您的"):
        answer_help(hand.session, part, worker, answer="量过了", now=now)
    with pytest.raises(FormInvalid, match="协办的人"):
        ask_for_help(hand.session, hand.scheme, hand.case, worker, helper=hand.people.volunteer, **ask)


# ---------------------------------------------------------------- splitting and linking


def test_one_message_with_two_matters_becomes_two_cases_and_the_resident_hears_once(
    session: Session, scheme: Scheme, clock: FakeClock, people: People, understand: Understand
) -> None:
    case = opened(session, scheme, clock, understand("天福苑的下水道堵了，还有三单元的路灯不亮"))
    fresh = split_case(
        session,
        scheme,
        case,
        people.volunteer,
        understand,
        kept="天福苑的下水道堵了",
        parts=["三单元的路灯不亮", " "],
        now=clock.now(),
    )
    assert [(part.number, part.text, part.state) for part in fresh] == [
        (1002, "三单元的路灯不亮", SuggestionState.REVIEW)
    ]
    part = fresh[0]
    assert (part.split_from_id, part.resident, part.received_at) == (case.id, case.resident, case.received_at)
    assert part.courtyard is not None, "the courtyard of the whole message"
    assert case.text == "天福苑的下水道堵了"
    told = InHand(session, scheme, clock, people, case).told()
    assert told[1:] == ["您说了几件事，分开来办，编号：1001号、1002号。每一件都会答复您。"]
    assert kin_of(session, case) == [part]
    assert kin_of(session, part) == [case]


def test_what_stays_is_read_anew_and_no_promise_is_taken_back(
    session: Session, scheme: Scheme, clock: FakeClock, people: People, understand: Understand
) -> None:
    case = opened(
        session, scheme, clock, understand("2栋门口垃圾没人收，臭得很；天福苑3栋的下水道堵了，污水冒出来")
    )
    before = (case.urgency, case.level, case.due)
    assert before[0] is Urgency.URGENT
    (part,) = split_case(
        session,
        scheme,
        case,
        people.volunteer,
        understand,
        kept="2栋门口垃圾没人收，臭得很",
        parts=["天福苑3栋的下水道堵了，污水冒出来"],
        now=clock.now(),
    )
    assert (case.domain, case.place) == ("环境卫生", "2栋")
    assert (part.domain, part.place) == ("公共设施维护", "天福苑 3栋")
    assert (case.urgency, case.level, case.due) == before


def test_what_is_said_after_a_split_brings_nothing_back(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, understand: Understand
) -> None:
    first = received_text(session, "2栋门口垃圾没人收，3栋的下水道堵了", clock.now())
    handle_text(session, scheme, first, understand, now=clock.now())
    case = first.suggestion
    assert case is not None
    kept, parts = "2栋门口垃圾没人收", ["3栋的下水道堵了"]
    split_case(session, scheme, case, people.volunteer, understand, kept=kept, parts=parts, now=clock.now())
    clock.advance(minutes=3)
    more = received_text(session, "路灯也不亮", clock.now())
    handle_text(session, scheme, more, understand, now=clock.now())
    assert case.text == kept
    assert more.suggestion is not None
    assert (more.suggestion.text, more.suggestion.number) == ("路灯也不亮", 1003)


def test_a_case_that_is_over_is_not_split(hand: InHand, understand: Understand) -> None:
    hand.close()
    with pytest.raises(StepNotAllowed):
        split_case(
            hand.session,
            hand.scheme,
            hand.case,
            hand.people.coordinator,
            understand,
            kept="一",
            parts=["二"],
            now=hand.clock.now(),
        )


def test_linked_cases_know_each_other(hand: InHand) -> None:
    other = opened(hand.session, hand.scheme, hand.clock, phone=NEIGHBOUR)
    worker, now = hand.people.worker, hand.clock.now()
    link = link_cases(hand.session, hand.case, worker, number=other.number, note="同一条管子", now=now)
    assert links_of(hand.session, other.id) == [link]
    assert other.events[-1].form == {"number": 1001}
    with pytest.raises(FormInvalid, match="已经关联"):
        link_cases(hand.session, hand.case, worker, number=other.number, note="", now=now)
    unlink_cases(hand.session, hand.case, link, worker, now=now)
    assert links_of(hand.session, hand.case.id) == []


# ---------------------------------------------------------------- withdrawal


def texted(hand: InHand, understand: Understand, body: str, sender: str = MOBILE) -> None:
    text = received_text(hand.session, body, hand.clock.now(), sender)
    handle_text(hand.session, hand.scheme, text, understand, now=hand.clock.now())


@pytest.mark.parametrize("body", ["撤回1001", "1001号不用办了", "我要撤回"])
def test_a_resident_takes_the_own_suggestion_back_by_text(hand: InHand, understand: Understand, body: str) -> None:
    hand.case.urgency = Urgency.URGENT
    texted(hand, understand, body)
    assert (hand.case.state, hand.case.done_at) == (SuggestionState.WITHDRAWN, hand.clock.now())
    assert hand.told()[-1] == "按您说的，1001号不再办了。以后要办，再打热线或发短信来。"
    assert state_name(hand.scheme, hand.case) == "按您说的不办了"


def test_somebody_elses_case_is_not_taken_back(hand: InHand, understand: Understand) -> None:
    texted(hand, understand, "撤回1001", NEIGHBOUR)
    assert hand.case.state is SuggestionState.HANDLING
    assert hand.told()[-1].startswith("没有查到您的这个编号")


def test_of_several_the_resident_is_asked_which(hand: InHand, understand: Understand) -> None:
    opened(hand.session, hand.scheme, hand.clock)
    texted(hand, understand, "撤回")
    assert hand.told()[-1] == "您有几件：1002号，1001号。要撤回哪一件，请回“撤回”加编号。"
    assert hand.case.state is SuggestionState.HANDLING


def test_what_neighbours_want_too_goes_on(hand: InHand, understand: Understand) -> None:
    neighbours = opened(hand.session, hand.scheme, hand.clock, phone=NEIGHBOUR)
    confirm(hand.session, hand.scheme, neighbours, hand.people.volunteer, hand.clock, merge_into=1001)
    texted(hand, understand, "撤回1001")
    assert hand.case.state is SuggestionState.HANDLING
    assert hand.told()[-1] == "1001号邻居也反映了，社区接着办，办好了告诉您。"
    texted(hand, understand, "撤回1002", NEIGHBOUR)
    assert (neighbours.state, neighbours.merged_into_id) == (SuggestionState.WITHDRAWN, None)
    texted(hand, understand, "撤回1001")
    assert hand.case.state is SuggestionState.WITHDRAWN


def test_an_emergency_is_asked_about_before_it_is_let_go(hand: InHand, understand: Understand) -> None:
    hand.case.urgency = Urgency.EMERGENCY
    hand.people.worker.phone = "+8613700000003"
    texted(hand, understand, "撤回1001")
    assert hand.case.state is SuggestionState.HANDLING
    assert hand.told()[-1].startswith("1001号是急事")
    assert hand.told_staff()[-1] == ("+8613700000003", f"紧急1001号居民发短信要撤回，请打{MOBILE}问清楚再定。")
    withdraw(hand.session, hand.scheme, hand.case, actor=hand.people.worker, reason="误报", now=hand.clock.now())
    assert hand.case.state is SuggestionState.WITHDRAWN
    with pytest.raises(StepNotAllowed, match="不能撤回"):
        withdraw(hand.session, hand.scheme, hand.case, actor=hand.people.worker, now=hand.clock.now())


def test_a_finished_neighbours_report_is_told_even_when_another_was_taken_back(hand: InHand) -> None:
    cases: list[Suggestion] = []
    for phone in (NEIGHBOUR, "+8613900000002"):
        cases.append(opened(hand.session, hand.scheme, hand.clock, phone=phone))
        confirm(hand.session, hand.scheme, cases[-1], hand.people.volunteer, hand.clock, merge_into=1001)
    withdraw(hand.session, hand.scheme, cases[0], actor=hand.people.coordinator, now=hand.clock.now())
    hand.clock.advance(minutes=1)
    before = len(hand.told())
    hand.act(hand.people.worker, "finish", {"result": "修好了"})
    assert hand.told()[before:] == ["1001号办好了：修好了", "1003号办好了：修好了"]


def test_short_waits_move_no_promise_for_a_day(hand: InHand) -> None:
    for _ in range(3):
        now = hand.clock.advance(hours=1)
        pause_case(hand.session, hand.scheme, hand.case, hand.people.worker, waits_for="物业", now=now)
        resume_case(hand.session, hand.scheme, hand.case, hand.people.worker, now=now + timedelta(minutes=30))
    assert hand.case.due == shanghai(3, 10)


def test_a_promise_for_an_hour_moves_by_the_time_that_passed(hand: InHand) -> None:
    hand.case.due = shanghai(3, 9, 12)
    pause_case(hand.session, hand.scheme, hand.case, hand.people.worker, waits_for="物业", now=shanghai(3, 9, 10))
    resume_case(hand.session, hand.scheme, hand.case, hand.people.worker, now=shanghai(3, 9, 11))
    assert hand.case.due == shanghai(3, 9, 13)
