"""Mediation platforms with a time of their own, and who may read what is confidential."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.assistance import ask_for_help
from handling.casework import StepNotAllowed
from handling.deeds import may_lead
from handling.disputes import flag_platforms, may_read, next_platform, platform_is_over, readable_by
from handling.ledger import LedgerFilter, ledger_page
from handling.similar_cases import hot_matters, similar_cases
from handling.stories import public_stories
from models import Suggestion, User
from tests.fakes.clock import FakeClock
from tests.handling.desk import opened
from tests.handling.story import Story, begin


@pytest.fixture
def dispute(session: Session, clock: FakeClock) -> Story:
    story = begin(session, clock, "shiniuyan", "物业乱收停车费，跟他们扯不清楚", level="B")
    form = {"level": "B", "handler": str(story.handler.id), "parties": "居民与物业"}
    story.act(story.coordinator, "to_mediation", **form)
    return story


def listed(session: Session, user: User) -> list[int]:
    return list(session.scalars(select(Suggestion.number).where(readable_by(user.id, leads=may_lead(user)))))


def test_a_dispute_is_confidential_from_its_first_platform_on(session: Session, dispute: Story) -> None:
    guide, other = dispute.handler, dispute.person("孙书记", "secretary")
    assert dispute.case.confidential
    assert dispute.case.events[-1].changes["confidential"] == [False, True]
    readers = {user.name: may_read(session, dispute.case, user) for user in (guide, other, dispute.coordinator)}
    assert readers == {"王芳": True, "孙书记": False, "刘统筹": True}
    assert [listed(session, user) for user in (guide, other, dispute.coordinator)] == [[1001], [], [1001]]
    ask = {"task": "讲一讲合同", "due": None, "now": dispute.clock.now()}
    ask_for_help(session, dispute.scheme, dispute.case, guide, helper=other, **ask)  # type: ignore[arg-type]
    assert may_read(session, dispute.case, other), "who helps must read it"
    assert listed(session, other) == [1001]


def test_what_was_settled_in_confidence_is_never_published(dispute: Story) -> None:
    dispute.act(dispute.handler, "settle", agreement="物业退钱")
    dispute.case.step = "close"
    with pytest.raises(StepNotAllowed, match="保密"):
        dispute.act(dispute.coordinator, "publish", feedback="物业退了钱")


def test_a_platform_whose_time_is_over_proposes_the_next_once(session: Session, dispute: Story) -> None:
    case, clock = dispute.case, dispute.clock
    assert next_platform(dispute.scheme, case) is not None
    assert flag_platforms(session, dispute.scheme, clock.now()) == 0
    clock.advance(days=8)
    assert platform_is_over(dispute.scheme, case, clock.now())
    assert [flag_platforms(session, dispute.scheme, clock.now()) for _ in range(2)] == [1, 0]
    assert case.events[-1].form == {"proposed": "没有谈成，转两新组织平台"}
    officer = dispute.person("赵强", "property_officer")
    dispute.act(dispute.handler, "escalate", handler=str(officer.id), reason="谈不成")
    clock.advance(days=12)
    assert flag_platforms(session, dispute.scheme, clock.now()) == 1, "each platform has its own time"


def test_while_one_waits_for_somebody_no_platform_is_over(session: Session, dispute: Story) -> None:
    dispute.case.paused_at = dispute.clock.now()
    dispute.clock.advance(days=8)
    assert flag_platforms(session, dispute.scheme, dispute.clock.now()) == 0


def test_no_list_of_others_ever_shows_it(session: Session, dispute: Story) -> None:
    """Similar cases, hot matters, the board, the ledger of somebody else."""
    others = [opened(session, dispute.scheme, dispute.clock, phone=f"+861390000000{i}") for i in range(3)]
    for case in others:
        case.text = case.standard_text = dispute.case.text
    dispute.case.published_at = dispute.clock.now()
    session.flush()
    now = dispute.clock.now()
    assert {found.case.number for found in similar_cases(session, others[0], now=now)} == {1003, 1004}
    shown = {case.number for matter in hot_matters(session, now=now) for case in matter.cases}
    assert shown == {1002, 1003, 1004}
    assert public_stories(session, dispute.scheme).total == 0
    readers = (dispute.person("孙书记", "secretary"), dispute.handler, dispute.coordinator)
    rows = [readable_by(user.id, leads=may_lead(user)) for user in readers]
    totals = [ledger_page(session, LedgerFilter(), now=now, page=1, readable=row).total for row in rows]
    assert totals == [3, 4, 4]
