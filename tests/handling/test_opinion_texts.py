"""An expert answers by text: what is noted, what is refused and why, and whose words are no opinion."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.casework import blocked_actions
from handling.experts import ask_opinion, propose_experts, requests_of
from handling.opinion_texts import OpinionText, conditions_in, cost_in, parse_opinion
from handling.scheme import Scheme
from models import Event, Expert, Notice, OpinionRequest, Suggestion, SuggestionState, TextKind, Verdict
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, Inbox, People
from tests.handling.desk import case_row

WANG, LI = "+8613900000001", "+8613900000002"
NOTED = "【城北社区】2001号您的意见“{}”记下了，谢谢！不是您发的，请马上告诉社区。"


@pytest.fixture
def case(session: Session, people: People, clock: FakeClock) -> Suggestion:
    return made(session, people, clock, 2001)


def made(session: Session, people: People, clock: FakeClock, number: int) -> Suggestion:
    about = {"text": "院子里想装充电桩，电线够不够", "domain": "公共设施维护"}
    return case_row(session, number, clock.now(), level="B", handler=people.worker, **about)


@pytest.fixture
def asks(session: Session, scheme: Scheme, people: People, clock: FakeClock) -> "Asks":
    return Asks(session, scheme, people, clock)


class Asks:
    """The handler asks an expert, who is found by the telephone."""

    def __init__(self, session: Session, scheme: Scheme, people: People, clock: FakeClock) -> None:
        self.session, self.scheme, self.people, self.clock = session, scheme, people, clock

    def expert(self, phone: str) -> Expert:
        known = self.session.scalars(select(Expert).where(Expert.phone == phone)).one_or_none()
        expert = known or Expert(name="王工", phone=phone, fields=[], created_at=self.clock.now())
        self.session.add(expert)
        self.session.flush()
        return expert

    def __call__(self, case: Suggestion, phone: str = WANG, question: str = "") -> OpinionRequest:
        return ask_opinion(
            self.session,
            self.scheme,
            case,
            self.expert(phone),
            question=question,
            due=self.clock.now() + timedelta(days=7),
            user=self.people.worker,
            now=self.clock.now(),
        )


@pytest.mark.parametrize(
    ("body", "number", "verdict", "said"),
    [
        ("1023 可行 费用2000元，电线够", 1023, Verdict.FEASIBLE, "费用2000元,电线够"),
        ("１０２３号，不可行：负荷不够。", 1023, Verdict.NOT_FEASIBLE, "负荷不够"),
        ("#1023有条件可行 条件是先增容", 1023, Verdict.CONDITIONAL, "条件是先增容"),
        ("1023 回避", 1023, None, ""),
        ("可行，电线够", None, Verdict.FEASIBLE, "电线够"),
    ],
)
def test_an_opinion_is_read(body: str, number: int | None, verdict: Verdict | None, said: str) -> None:
    assert parse_opinion(body) == OpinionText(number, verdict, said)


@pytest.mark.parametrize("body", ["1023", "1023 办结 可行", "我看可行", "路灯坏了", "2栋不可行走", ""])
def test_other_words_are_no_opinion(body: str) -> None:
    assert parse_opinion(body) is None


@pytest.mark.parametrize(
    ("said", "fen"),
    [
        ("费用2000元", 200_000),
        ("造价大概1.5万元", 1_500_000),
        ("预算:3,200.50", 320_050),
        ("每户交40元", None),
        ("电线够", None),
    ],
)
def test_a_cost_is_what_is_called_one(said: str, fen: int | None) -> None:
    assert cost_in(said) == fen


def test_conditions_stand_behind_the_word_or_are_all_of_it() -> None:
    assert conditions_in("电线老了,条件:先增容") == "先增容"
    assert conditions_in("先增容再装") == "先增容再装"


def test_the_answer_of_an_expert_is_the_opinion_that_the_case_waited_for(
    inbox: Inbox, session: Session, scheme: Scheme, people: People, case: Suggestion, asks: Asks
) -> None:
    request = asks(case)
    text = inbox.take("2001 有条件可行 费用2000元，条件先增容", sender=WANG)
    assert inbox.answer_to(text) == NOTED.format("有条件可行")
    assert (text.kind, text.suggestion) == (TextKind.COMMAND, None)
    assert (request.verdict, request.cost, request.conditions) == (Verdict.CONDITIONAL, 200_000, "先增容")
    assert (request.answered_at, request.entered_by) == (inbox.clock.now(), None)
    given = session.scalars(select(Event).where(Event.kind == "opinion_given")).one()
    assert given.note.startswith("王工（短信）：有条件可行。")
    session.refresh(case, ["events"])
    assert "办理完成" not in [action.name for action, _ in blocked_actions(scheme, case, people.worker)]
    again = inbox.take("2001 可行 我改主意了", sender=WANG)
    assert (
        inbox.answer_to(again)
        == "【城北社区】2001号的意见没有记下：这位专家的意见已经记下了。可以打电话告诉社区。"
    )
    assert request.verdict is Verdict.CONDITIONAL


def test_a_number_may_be_left_out_where_one_opinion_alone_is_owed(
    inbox: Inbox, session: Session, people: People, case: Suggestion, asks: Asks
) -> None:
    first = asks(case)
    second = asks(made(session, people, inbox.clock, 2002))
    assert inbox.take("可行 电线够", sender=WANG).suggestion is not None, "which of the two, nobody knows"
    inbox.take("2002 不可行 负荷不够", sender=WANG)
    inbox.take("可行 电线够", sender=WANG)
    assert (first.verdict, second.verdict) == (Verdict.FEASIBLE, Verdict.NOT_FEASIBLE)


def test_who_has_an_interest_stands_aside_and_the_case_still_waits(
    inbox: Inbox, session: Session, scheme: Scheme, people: People, case: Suggestion, asks: Asks
) -> None:
    request = asks(case)
    text = inbox.take("2001 回避 承包商是我亲戚", sender=WANG)
    assert inbox.answer_to(text) == "【城北社区】2001号您要回避，记下了，社区另请别人。谢谢！"
    assert (request.verdict, request.answered_at, request.reasons) == (None, None, "承包商是我亲戚")
    assert [proposal.waiting for proposal in propose_experts(session, case, inbox.clock.now())] == [0]
    session.refresh(case, ["events"])
    assert "办理完成" in [action.name for action, _ in blocked_actions(scheme, case, people.worker)]
    assert "不再请" in inbox.answer_to(inbox.take("2001 可行 还是我来", sender=WANG))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("2001 可行", "请在“可行”“不可行”后面写上理由"),
        ("2001 有条件可行", "请在“可行”“不可行”后面写上理由"),
        ("1077 可行 电线够", "没有请您提意见，请看看编号"),
    ],
)
def test_what_cannot_be_noted_is_said(inbox: Inbox, case: Suggestion, asks: Asks, body: str, why: str) -> None:
    request = asks(case)
    assert f"没有记下：{why}。" in inbox.answer_to(inbox.take(body, sender=WANG))
    assert request.answered_at is None


def test_another_expert_was_not_asked_and_a_resident_only_speaks_up(
    inbox: Inbox, case: Suggestion, asks: Asks
) -> None:
    request = asks(case)
    asks.expert(LI).name = "李工"
    assert "没有请您提意见" in inbox.answer_to(inbox.take("2001 可行 电线够", sender=LI))
    said = inbox.take("2001 可行 电线够", sender=MOBILE)
    assert said.suggestion is not None, "a neighbour's voice is kept"
    assert request.answered_at is None


def test_a_late_opinion_is_noted_and_one_on_a_closed_case_is_not(
    inbox: Inbox, case: Suggestion, asks: Asks
) -> None:
    request = asks(case)
    inbox.clock.advance(days=8)
    assert "过了日子才到，也记下了" in inbox.answer_to(inbox.take("2001 不可行 负荷不够", sender=WANG))
    assert request.verdict is Verdict.NOT_FEASIBLE
    second = asks(case, LI)
    case.state = SuggestionState.DONE
    assert "已经不用再论证了" in inbox.answer_to(inbox.take("2001 可行 电线够", sender=LI))
    assert second.answered_at is None


def test_nothing_of_a_confidential_case_leaves_the_house(
    inbox: Inbox, session: Session, case: Suggestion, asks: Asks
) -> None:
    case.confidential = True
    request = asks(case, question="张三家的纠纷怎么判")
    (asked,) = session.scalars(select(Notice))
    assert asked.body == "【城北社区】王工老师：2001号请您提意见，内容保密，请登录网页或到社区看，3月16日前答复。"
    text = inbox.take("2001 不可行 要先调解", sender=WANG)
    assert inbox.answer_to(text) == NOTED.format("不可行")
    assert request.reasons == "要先调解"
    assert {asked.id for asked in requests_of(session, case.id)} == {request.id}
