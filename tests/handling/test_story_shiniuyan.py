"""石牛堰社区: a property dispute climbs the three platforms; vegetables on a roof go to the 爱邻协商议事会."""

from datetime import datetime

from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from models import SuggestionState
from tests.fakes.clock import FakeClock
from tests.handling.story import Story, begin


def due_day(story: Story) -> str:
    assert isinstance(story.case.due, datetime)
    return f"{story.case.due.astimezone(SHANGHAI):%m-%d}"


def test_a_dispute_moves_up_when_it_is_not_settled_and_stays_confidential(
    session: Session, clock: FakeClock
) -> None:
    story = begin(session, clock, "shiniuyan", "物业乱收停车费，跟他们扯不清楚", level="B")
    lead, guide = story.coordinator, story.handler
    officer, secretary = story.person("物业专管员赵强", "property_officer"), story.person("孙书记", "secretary")

    story.act(lead, "to_mediation", level="B", handler=str(guide.id), parties="居民与物业")
    assert (story.scheme.step(story.case.step).name, due_day(story)) == ("小区和解", "03-16")
    story.act(guide, "mediate", held_on="2026-03-09", note="物业经理没有来")
    story.act(guide, "escalate", handler=str(officer.id), reason="物业不认")
    assert (story.scheme.step(story.case.step).name, due_day(story)) == ("两新组织和解", "03-18")
    assert story.may(guide) == [], "it is the next platform's now"
    story.act(officer, "escalate", handler=str(secretary.id), reason="差二百元谈不拢")
    assert (story.scheme.step(story.case.step).name, due_day(story)) == ("社区调解", "03-23")
    assert "escalate" not in story.may(secretary), "there is no platform above"
    story.act(secretary, "settle", agreement="物业退二百元")
    seen = []
    while story.case.state is SuggestionState.HANDLING:
        seen += [
            action for action in story.may(lead) if story.scheme.step(story.case.step).action(action).publishes
        ]  # type: ignore[union-attr]
        story.act(lead, "close_private", visited_on="2026-03-10")
    assert seen == []
    assert (story.case.state, story.case.published_at) == (SuggestionState.DONE, None)

    assert story.told()[2:] == [
        "1001号的事由王芳来调解，3月16日前答复您。内容保密。",
        "1001号的事还没有谈拢，改由物业专管员赵强接着调解，3月18日前答复您。",
        "1001号的事还没有谈拢，改由孙书记接着调解，3月23日前答复您。",
        "1001号的事谈好了。约定没有做到的，请打热线告诉我们。",
        "1001号已办结。您满意吗？请回1到5的数字，5是最满意。谢谢您！",
    ]


def test_vegetables_on_the_roof_go_to_the_council_and_are_published(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "shiniuyan", "楼顶有人种菜，天天漏水下来", level="B")
    lead, convener = story.coordinator, story.handler
    story.act(lead, "to_council", topic="楼顶种菜", handler=str(convener.id))
    story.act(
        convener, "council_meeting", held_on="2026-03-09", present="18", agreed="15", resolution="菜搬到共享菜园"
    )
    story.act(convener, "carry_out")
    story.act(convener, "finish", result="菜搬到共享菜园，楼顶防水补好了")
    story.act(lead, "publish", feedback="楼顶的菜搬进了共享菜园。")
    assert (story.case.state, story.case.published_at) == (SuggestionState.DONE, story.clock.now())
    assert story.told()[2:5] == [
        "1001号的事要上爱邻协商议事会，由王芳召集，3月18日前答复您。",
        "1001号的事开了爱邻协商议事会，15人同意，通过：菜搬到共享菜园",
        "1001号办好了：菜搬到共享菜园，楼顶防水补好了",
    ]
