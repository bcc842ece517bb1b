"""Experts: who is proposed, who has to stay away and why, and what an opinion opens."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.casework import blocked_actions, take_action
from handling.experts import (
    NotAsked,
    ask_opinion,
    coverage,
    directory,
    give_opinion,
    open_requests,
    propose_experts,
    requests_of,
    withdraw_request,
)
from handling.residents import find_or_add_resident
from handling.scheme import Scheme
from models import (
    Courtyard,
    Event,
    Expert,
    ExpertConflict,
    Notice,
    Suggestion,
    Unit,
    Verdict,
)
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People
from tests.handling.desk import case_row


@pytest.fixture
def case(session: Session, people: People, clock: FakeClock) -> Suggestion:
    return case_row(
        session,
        1001,
        clock.now(),
        resident=find_or_add_resident(session, MOBILE, clock.now()),
        text="院子里想装充电桩，电线够不够",
        domain="公共设施维护",
        courtyard=session.scalars(select(Courtyard).where(Courtyard.name == "天福苑")).one(),
        unit=Unit(code="power", name="电力公司"),
        level="B",
        handler=people.worker,
    )


def expert(session: Session, clock: FakeClock, name: str, *fields: str, **more: object) -> Expert:
    made = Expert(name=name, fields=list(fields), created_at=clock.now(), **more)
    session.add(made)
    session.flush()
    return made


def test_who_knows_the_field_and_owes_least_stands_first_and_who_is_biased_last_with_the_reason(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    busy = expert(session, clock, "甲工", "公共设施维护", "充电桩")
    free = expert(session, clock, "乙工", "公共设施维护", "充电桩")
    expert(session, clock, "丙师", "法律")
    expert(session, clock, "丁工", "充电桩", conflicts=[ExpertConflict(courtyard=case.courtyard)])
    expert(session, clock, "戊工", "充电桩", conflicts=[ExpertConflict(unit=case.unit)])
    expert(session, clock, "己工", "充电桩", away_until=date(2026, 3, 9))
    expert(session, clock, "庚工", "充电桩", phone=MOBILE)
    other = Suggestion(number=1002, channel="sms", received_at=clock.now(), scheme="x", step="x")
    session.add(other)
    due = clock.now() + timedelta(days=3)
    ask_opinion(session, scheme, other, busy, question="", due=due, user=people.coordinator, now=clock.now())

    proposals = propose_experts(session, case, clock.now())
    assert [(p.expert.name, p.why, p.waiting) for p in proposals[:3]] == [
        ("乙工", ("公共设施维护", "充电桩"), 0),
        ("甲工", ("公共设施维护", "充电桩"), 1),
        ("丙师", (), 0),
    ]
    assert {p.expert.name: p.against for p in proposals[3:]} == {
        "丁工": "和天福苑有利益关系，要回避",
        "戊工": "和电力公司有利益关系，要回避",
        "己工": "3月9日前不在",
        "庚工": "建议是本人提的，要回避",
    }
    for proposal in proposals[3:]:
        with pytest.raises(NotAsked, match=proposal.against):
            ask_opinion(
                session, scheme, case, proposal.expert, question="", due=due, user=people.worker, now=clock.now()
            )
    assert free.name == "乙工"


def test_an_opinion_of_the_directory_opens_what_waited_for_it(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    assert ("办理完成", "B类要先有专家可行性意见") in [
        (action.name, reason) for action, reason in blocked_actions(scheme, case, people.worker)
    ]
    wang = expert(session, clock, "王工", "公共设施维护", phone="+8613900000001")
    due = clock.now() + timedelta(days=7)
    request = ask_opinion(
        session, scheme, case, wang, question="电线够不够", due=due, user=people.worker, now=clock.now()
    )
    with pytest.raises(NotAsked, match="还在等"):
        ask_opinion(session, scheme, case, wang, question="", due=due, user=people.worker, now=clock.now())
    (notice,) = session.scalars(select(Notice))
    assert (notice.to_number, notice.body) == (
        "+8613900000001",
        "【城北社区】王工老师：请就1001号“天福苑公共设施维护”提意见：电线够不够。3月16日前回“1001 可行”"
        "（或有条件可行、不可行）加理由，有费用写“费用2000元”；有利益关系回“1001 回避”。",
    )
    assert open_requests(session) == [request]

    def answer(verdict: Verdict, reasons: str, conditions: str = "") -> None:
        what = {"cost": 300_000, "conditions": conditions, "user": people.worker, "now": clock.now()}
        give_opinion(session, request, verdict=verdict, reasons=reasons, **what)  # type: ignore[arg-type]

    with pytest.raises(NotAsked, match="要写明条件"):
        answer(Verdict.CONDITIONAL, "电线要换")
    with pytest.raises(NotAsked, match="请写论证意见"):
        answer(Verdict.FEASIBLE, " ")
    answer(Verdict.CONDITIONAL, "电线要换。", "先增容")
    with pytest.raises(NotAsked, match="已经记下了"):
        answer(Verdict.FEASIBLE, "再说一次")
    notes = {event.kind: event.note for event in session.scalars(select(Event))}
    assert notes == {
        "opinion_asked": "王工，3月16日前",
        "opinion_given": "王工：有条件可行。电线要换。估计费用3,000元。条件：先增容",
    }
    session.refresh(case, ["events"])
    take_action(session, scheme, case, people.worker, "finish", {"result": "装好了"}, now=clock.now())
    assert case.step == "feedback"


def test_who_cannot_answer_is_let_go_and_may_be_asked_again(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    wang = expert(session, clock, "王工")
    due = clock.now() + timedelta(days=7)

    def ask() -> object:
        return ask_opinion(session, scheme, case, wang, question="", due=due, user=people.worker, now=clock.now())

    request = requests_of(session, case.id) or [ask()]
    withdraw_request(session, request[0], people.worker, clock.now())  # type: ignore[arg-type]
    with pytest.raises(NotAsked, match="不再请"):
        withdraw_request(session, request[0], people.worker, clock.now())  # type: ignore[arg-type]
    ask()
    assert len(requests_of(session, case.id)) == 2


def test_the_directory_says_what_it_lacks(session: Session, scheme: Scheme, clock: FakeClock) -> None:
    """“在智慧社区建设、特色文化打造等领域缺乏专业人才”: the community's own words."""
    expert(session, clock, "甲", "公共设施维护", "特色文化")
    expert(session, clock, "乙", "智慧社区", away_until=date(2026, 4, 1))
    wanted = ["公共设施维护", *scheme.experts.wanted]
    found = coverage(wanted, directory(session), date(2026, 3, 9))
    assert [(one.field, one.experts) for one in found] == [("智慧社区", 0), ("公共设施维护", 1), ("特色文化", 1)]
    assert coverage(wanted, directory(session), date(2026, 4, 2))[0].experts == 1
