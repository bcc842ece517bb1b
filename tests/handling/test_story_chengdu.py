"""成都市: 收集 — 转办 — 督办 — 反馈 across departments, on both tracks."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.assistance import answer_help, ask_for_help
from handling.casework import StepNotAllowed
from handling.scheme import load_scheme
from models import SuggestionState, Unit
from tests.fakes.clock import FakeClock
from tests.handling.story import begin


def unit(session: Session, name: str) -> str:
    """As the form sends it."""
    return str(session.scalars(select(Unit.id).where(Unit.name == name)).one())


def test_the_loop_is_that_of_the_report() -> None:
    assert [step.name for step in load_scheme("chengdu").steps] == ["收集", "转办", "督办", "反馈"]


def test_the_road_of_xijie_primary_school_goes_to_the_right_department_in_the_end(
    session: Session, clock: FakeClock
) -> None:
    story = begin(session, clock, "chengdu", "西街小学门口的路烂了，接娃娃走不得", level="B")
    lead, school, roads = story.coordinator, story.handler, story.person("交通局周工", "department")
    to = {"level": "B"}
    story.act(lead, "forward", **to, department=unit(session, "教育部门"), handler=str(school.id))
    assert (story.case.unit.name if story.case.unit else "") == "教育部门"
    story.act(school, "reject", reason="校门外的路归交通运输部门")
    assert story.case.step == "forward"
    story.act(lead, "forward", **to, department=unit(session, "交通运输部门"), handler=str(roads.id))
    assert story.may(school) == []
    story.act(roads, "accept", person="周工")
    education = session.scalars(select(Unit).where(Unit.code == "education")).one()
    school.unit, now = education, clock.now()
    help_asked = ask_for_help(
        session, story.scheme, story.case, roads, helper=education, task="什么时候修合适", due=None, now=now
    )
    answer = {"adopted": "采纳", "result": "路面修好了", "project": "具体整改"}
    with pytest.raises(StepNotAllowed, match="教育部门的协办还没有答复"):
        story.act(roads, "answer", **answer)
    answer_help(session, help_asked, school, answer="放假期间修", now=now)
    story.act(lead, "urge", reason="还没有答复")
    story.act(roads, "answer", **answer)
    story.act(lead, "return_to_department", reason="还有一段没有修", new_due="2026-04-10")
    story.act(roads, "answer", adopted="采纳", result="路面全部修好了", project="具体整改")
    story.act(lead, "publish", feedback="西街小学门口的路修好了。")
    assert story.case.state is SuggestionState.DONE

    assert story.told()[2:] == [
        "1001号建议转给教育部门，由王芳办理，3月30日前答复您。",
        "1001号建议转给交通运输部门，由交通局周工办理，3月30日前答复您。",
        "1001号建议还没有答复，我们催了承办部门，3月30日前答复您。",
        "1001号有答复了（采纳）：路面修好了",
        "1001号有答复了（采纳）：路面全部修好了",
        "1001号已办结。您满意吗？请回1到5的数字，5是最满意。谢谢您！",
    ]


def test_a_campaign_on_traffic_hears_the_invited_advisers_before_it_is_answered(
    session: Session, clock: FakeClock
) -> None:
    story = begin(session, clock, "chengdu", "建议以后多修几个立体停车场", level="C")
    lead, traffic = story.coordinator, story.handler
    story.act(lead, "forward", department=unit(session, "公安交管部门"), level="C", handler=str(traffic.id))
    answer = {"adopted": "列入计划", "result": "三处立体停车场列入计划", "project": "小微民生项目"}
    with pytest.raises(StepNotAllowed, match="C类要先有专家"):
        story.act(traffic, "answer", **answer)
    session.expire(story.case, ["events"])
    story.act(traffic, "adviser_opinion", advisers="大学教授、企业专家、基层代表", advice="先修三处")
    story.act(traffic, "answer", **answer)
    story.act(lead, "close")
    assert story.case.state is SuggestionState.DONE
    assert story.told()[-2] == "1001号有答复了（列入计划）：三处立体停车场列入计划"
