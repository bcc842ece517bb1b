"""金土社区: 三单八步. The art frame of 书香云亭 is a hazard; the eight steps carry it to the follow-up."""

from sqlalchemy.orm import Session

from handling.calendar import WorkCalendar
from handling.scheme import load_scheme
from handling.scheme.forms import filled_form
from handling.scheme.indicators import standings
from models import SuggestionState
from tests.fakes.clock import FakeClock
from tests.handling.story import begin


def test_the_scheme_is_1_2_4_x_in_the_terms_of_the_report() -> None:
    scheme = load_scheme("jintu")
    assert [step.name for step in scheme.steps] == ["受理", "调研", "评估", "计划", "行动", "督查", "反馈", "评分"]
    assert [level.colour for level in scheme.levels] == ["红", "橙", "黄", "蓝"]
    assert [tier.people for tier in scheme.tiers] == [83, 11, 10, 1]
    assert [form.name for form in scheme.forms] == ["建议征集记录单", "问题解决白名单", "办理回访追踪单"]
    early, quick = "早受理 早响应 早预见 早反馈", "快研判 快办结 快复盘 快闭环"
    assert [indicator.name for indicator in scheme.indicators] == f"{early} {quick}".split()
    assert {channel.online for channel in scheme.channels} == {True, False}
    assert [station.tier for station in scheme.community.stations].count("box") == 7


def test_the_art_frame_of_shuxiang_yunting_from_the_call_to_the_rating(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "jintu", "书香云亭的艺术架松了，要垮下来了，砸到人咋个办", level="B")
    assert story.case.courtyard is not None
    assert story.case.courtyard.name == "书香云亭"
    micro, committee = story.handler, story.person("李主任", "committee")
    lead = story.coordinator

    story.act(lead, "assign", handler=str(micro.id))
    story.act(micro, "survey", surveyed_on="2026-03-09", finding="架子锈断两根", foreseen="大风天会整个倒")
    assert story.may(micro) == [], "the evaluation is not the surveyor's"
    story.act(lead, "grade", urgent="急", important="重要", level="A", handler=str(committee.id))
    assert (story.scheme.level(story.case.level).colour, story.case.step) == ("红", "plan")
    story.act(
        committee, "planned_measure", measure="拆掉旧架，改成座椅", partners="物业、社区基金", until="2026-03-12"
    )
    story.act(committee, "progress", note="旧架已拆")
    story.act(committee, "finish", result="改成了座椅")
    story.act(lead, "send_back", reason="还有两颗钉子露在外面")
    story.act(committee, "finish", result="改成了座椅，钉子也拔了")
    story.act(lead, "inspect", note="到现场看过", result="旧架拆了，改成了座椅")
    story.act(lead, "publish", feedback="书香云亭的旧艺术架改成了座椅。")
    story.act(committee, "visit", visited_on="2026-03-09", agreed="认可", opinion="坐起舒服")
    story.act(lead, "close")
    assert story.case.state is SuggestionState.DONE
    assert [rating.score for rating in story.case.ratings] == [None], "asked for"

    assert story.told() == [
        "您的建议已收到，编号1001。志愿者先核对，3月12日前答复您。回“进度”可查办理情况。",
        "1001号建议已核对，定为橙色，3月12日前答复您。",
        "1001号建议由王芳来办，3月12日前答复您。",
        "1001号建议看过了，定为红色，由李主任办，3月10日前答复您。",
        "1001号打算这样办：拆掉旧架，改成座椅。3月12日前答复您。",
        "1001号有新进展：旧架已拆",
        "1001号办好了：旧架拆了，改成了座椅",
        "1001号已办结。您满意吗？请回1到5的数字，5是最满意。谢谢您！",
    ]


def test_the_three_forms_are_filled_from_the_case(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "jintu", "书香云亭的艺术架松了", level="B")
    lead, handler = story.coordinator, story.handler
    story.act(lead, "assign", handler=str(handler.id))
    story.act(handler, "survey", surveyed_on="2026-03-09", finding="锈断", foreseen="会倒")
    story.act(lead, "grade", urgent="急", important="重要", level="A", handler=str(handler.id))
    story.act(handler, "planned_measure", measure="改成座椅", until="2026-03-12")
    session.expire(story.case, ["events"])
    record, solution, follow_up = (dict(filled_form(story.scheme, f, story.case)) for f in story.scheme.forms)
    assert record["建议内容"] == "书香云亭的艺术架松了"
    assert (record["联系电话"], record["类别"], record["记录人签字"]) == ("138****8000", "红", "")
    assert (solution["问题"], solution["解决措施"], solution["责任人"]) == ("锈断", "改成座椅", "王芳")
    assert (solution["完成时限"], solution["办理结果"]) == ("3月12日", "")
    assert follow_up["居民是否认可"] == ""
    story.act(handler, "finish", result="改成了座椅")
    session.expire(story.case, ["events"])
    assert dict(filled_form(story.scheme, story.scheme.form("follow_up"), story.case))["办理结果"] == "改成了座椅"


def test_the_early_and_quick_times_are_measured(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "jintu", "书香云亭的艺术架松了", level="B")
    lead, handler = story.coordinator, story.handler
    story.clock.advance(days=2)
    story.act(lead, "assign", handler=str(handler.id))

    def measured() -> dict[str, bool | None]:
        session.expire(story.case, ["events"])
        found = standings(story.scheme, story.case, WorkCalendar({}), story.clock.now())
        return {standing.indicator.name: standing.met for standing in found}

    first = measured()
    assert (first["早受理"], first["早响应"]) == (True, False), "reviewed the same day, answered two days later"
    assert (first["早预见"], first["快研判"]) == (None, None), "still running; not begun"
    story.clock.advance(days=1)
    assert measured()["早预见"] is False, "the time is over"
    story.act(handler, "survey", surveyed_on="2026-03-12", finding="锈断", foreseen="会倒")
    story.act(lead, "grade", urgent="急", important="重要", level="A", handler=str(handler.id))
    assert measured()["快研判"] is True


def test_who_does_not_agree_is_handled_again_by_somebody_else(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "jintu", "书香云亭的艺术架松了", level="B")
    lead, handler = story.coordinator, story.handler
    story.act(lead, "assign", handler=str(handler.id))
    story.act(handler, "survey", surveyed_on="2026-03-09", finding="锈断", foreseen="会倒")
    story.act(lead, "grade", urgent="急", important="重要", level="A", handler=str(handler.id))
    story.act(handler, "planned_measure", measure="加固", until="2026-03-12")
    story.act(handler, "finish", result="加固了")
    story.act(lead, "inspect", note="看过", result="加固了")
    story.act(lead, "keep_private", reason="居民不愿公开")
    story.act(handler, "visit", visited_on="2026-03-10", agreed="不认可", opinion="还在晃")
    other = story.person("李主任", "committee")
    story.act(lead, "reopen", handler=str(other.id), new_due="2026-03-16")
    assert (story.case.step, story.case.handler) == ("act", other)
    assert story.may(handler) == []
    assert story.told()[-1] == "您说1001号还没有办好，换李主任再办，3月16日前答复您。"
