"""成都市 (S6): 收集 – 转办 – 督办 – 反馈 across departments, a small project in five steps, both tracks."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from handling.clock import SHANGHAI
from models import Database, Role, SuggestionState
from tests.end_to_end.town import Town, town
from tests.fakes.carrier import CarrierFake, carrier_fixture  # noqa: F401
from tests.fakes.clock import FakeClock

GRANDMOTHER, WANG, LI, STRANGER = (f"+861380013800{n}" for n in range(4))
JING, LU, LIN = (f"+861390000000{n}" for n in range(1, 4))


@pytest.fixture
def chengdu(database: Database, clock: FakeClock, carrier: CarrierFake, tmp_path: Path) -> Iterator[Town]:
    made = town("chengdu", database, clock, carrier, tmp_path / "home")
    made.person("chen", "陈志愿", Role.VOLUNTEER)
    made.person("he", "何统筹", Role.COORDINATOR, "social_work")
    made.person("lin", "林信访", Role.HANDLER, "petition", phone=LIN)
    made.person("jing", "井交管", Role.HANDLER, "department", unit="traffic_police", phone=JING)
    made.person("lu", "陆交通", Role.HANDLER, "department", unit="transport", phone=LU)
    yield made
    made.close()


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def forwards(chengdu: Town, number: int, department: str, handler: str, **values: str) -> None:
    """转办: the coordinator chooses the department and who of it."""
    chengdu.clock.advance(hours=1)
    page = chengdu.at("he").get(f"/desk/cases/{number}")
    form = next(form for form in page.forms.values() if str(form.action).endswith("/actions/forward"))
    form["department"].select(text=department)
    chengdu.sends(form, handler=str(chengdu.users[handler]), **values)


def test_the_road_of_xijie_primary_school(chengdu: Town) -> None:
    # 收集
    chengdu.calls(GRANDMOTHER, "西街小学门口的路烂了，下雨娃娃上学要踩水，请修一哈")
    number = chengdu.newest()
    chengdu.reviews("chen", number, level="B")
    # 转办: first to the wrong department, which says whose it is.
    assert "井交管（市级职能部门，公安交管部门）" in chengdu.reads("he", f"/desk/cases/{number}")
    forwards(chengdu, number, "公安交管部门", "jing")
    told = f"{number}号建议转给公安交管部门，由井交管办理，3月30日前答复您。"
    assert chengdu.inbox(GRANDMOTHER)[-1] == told
    chengdu.acts("jing", number, "reject", reason="路面归交通运输部门")
    forwards(chengdu, number, "交通运输部门", "lu")
    chengdu.acts("lu", number, "accept", person="陆交通")
    assert f"{number} 号" not in chengdu.reads("jing", "/desk/mine")
    # 协办: the traffic police answer a part.
    page = chengdu.at("lu").get(f"/desk/cases/{number}")
    form = next(form for form in page.forms.values() if str(form.action).endswith("/help"))
    form["helper"].select(text="公安交管部门")
    chengdu.sends(form, task="施工那几天请指挥交通")
    assert f"{number}" in chengdu.reads("jing", "/desk/help")
    chengdu.fills("jing", f"/desk/cases/{number}", "/help/1", answer="派两个人")
    # 督办: late, the petition office hears of it, and the coordinator urges.
    chengdu.waits(at(3, 30, 19, 30))
    assert f"{number}号B类已超期1小时，请马上办，把进展告诉居民。" in chengdu.inbox(LU)
    chengdu.waits(at(4, 3, 9))
    assert any(f"督办：{number}号B类已超期" in text for text in chengdu.inbox(LIN))
    chengdu.acts("he", number, "urge", reason="居民又打电话来问")
    assert chengdu.inbox(GRANDMOTHER)[-1].startswith(f"{number}号建议还没有答复，我们催了承办部门")
    # 反馈
    chengdu.acts("lu", number, "answer", adopted="采纳", result="路面修好了", project="具体整改")
    assert chengdu.inbox(GRANDMOTHER)[-1] == f"{number}号有答复了（采纳）：路面修好了"
    chengdu.acts("he", number, "publish", feedback="西街小学门口的路修好了。")
    assert "西街小学门口的路修好了。" in chengdu.board().get("/board/").text
    chengdu.texts(GRANDMOTHER, "5")
    case = chengdu.case(number)
    assert case.state is SuggestionState.DONE
    assert case.converted_at is not None


def test_a_small_project_in_five_steps(chengdu: Town) -> None:
    """征集 确定 实施 评议 监督."""
    page = chengdu.at("he").get("/desk/deliberations/new")
    form = next(form for form in page.forms.values() if "title-0" in form.fields)
    project = {"kind": "small_project", "title": "红旗村院落改造", "entitled": "48", "title-0": "新建活动设施"}
    page = chengdu.sends(form, **project)
    address = page.request.path
    form = next(f for f in page.forms.values() if "begin" in f.fields)
    page = chengdu.sends(form, "begin=1", observer="周观察员")
    stages = [step.get_text(strip=True)[:2] for step in page.html.select("ol.steps li")]
    assert stages == ["征集", "确定", "实施", "评议", "监督"]
    remark = {"text": "还要有老年人坐的地方", "by_observer": True}
    chengdu.fills("he", address, "/remarks", **remark)
    # 确定: 34 of 48 households are there.
    chengdu.waits(at(3, 17))
    topic = voted_topic(chengdu, address)
    chengdu.fills("he", address, "/hands", **{f"yes-{topic}": "30", f"no-{topic}": "4"})
    # 实施, then 评议 by those who use it.
    chengdu.waits(at(3, 25))
    assert "实施（到" in chengdu.reads("he", address)
    chengdu.waits(at(6, 1))
    chengdu.fills("he", address, "/done")
    chengdu.fills("he", address, "/hands", **{f"yes-{topic}": "28", f"no-{topic}": "2"})
    chengdu.waits(at(6, 9))
    # 监督: for all to read.
    shown = chengdu.reads("he", address)
    assert "监督（到" in shown
    assert "还要有老年人坐的地方" in shown
    public = chengdu.board().get("/board/deliberations").text
    assert "新建活动设施" in public


def voted_topic(chengdu: Town, address: str) -> str:
    form = next(f for f in chengdu.at("he").get(address).forms.values() if str(f.action).endswith("/hands"))
    return next(name.removeprefix("yes-") for name in form.fields if name and name.startswith("yes-"))


def test_the_traffic_campaign_beside_the_routine(chengdu: Town) -> None:
    """问卷发布 – 数据分析 – 转化运用; 常态 and 专项 in the same figures."""
    for phone in (WANG, LI, STRANGER):
        chengdu.texts(phone, "家门口的路灯坏了")
    files = {WANG: 1, LI: 2}
    for resident in files.values():
        chengdu.fills("he", f"/desk/residents/{resident}", "/consents/invitations")
    # 问卷发布
    page = chengdu.at("he").get("/desk/campaigns/new?template=traffic")
    form = next(form for form in page.forms.values() if "keyword" in form.fields)
    page = chengdu.sends(form, keyword="出行", ends_on="2026-03-22")
    address = page.request.path
    assert "短信 2 人" in page.html.get_text(" ", strip=True)
    chengdu.fills("he", address, "/steps/start")
    chengdu.clock.set(at(3, 9, 21))
    chengdu.fills("he", address, "/steps/invite")
    chengdu.waits(minutes=1)
    # Quiet hours: nobody is asked at night.
    assert not any("问卷" in text for text in chengdu.inbox(WANG))
    chengdu.waits(at(3, 10, 9))
    invited = "“交通出行”问卷，5个问题，一两分钟。愿意答请回1，不愿意请回2；也可以直接回短信说您的想法。"
    assert [chengdu.inbox(phone)[-1] == invited for phone in (WANG, LI, STRANGER)] == [True, True, False]
    for answer in ("好", "第二个嘛", "大概五天", "1", "三分"):
        chengdu.clock.advance(seconds=40)
        chengdu.texts(WANG, answer)
    chengdu.texts(WANG, "西街路口的红绿灯太短了，老年人走不过去")
    lights = chengdu.newest()
    assert f"编号{lights}" in chengdu.inbox(WANG)[-1]
    chengdu.texts(LI, "2")
    assert chengdu.inbox(LI)[-1] == "好的，不再问您了。您照样可以打电话、发短信来说事。"
    # A 特约建议人's opinion, and then the department's answer: the suggestion is traced to its adoption.
    chengdu.clock.advance(hours=1)
    chengdu.reviews("chen", lights, level="C")
    forwards(chengdu, lights, "公安交管部门", "jing")
    assert "部门答复：C类要先有专家可行性意见" in chengdu.reads("jing", f"/desk/cases/{lights}")
    advice = {"advisers": "大学教授、企业专家、基层代表", "advice": "绿灯加长到四十秒"}
    chengdu.acts("jing", lights, "adviser_opinion", **advice)
    chengdu.acts("jing", lights, "answer", adopted="采纳", result="绿灯加长了十秒", project="具体整改")
    assert chengdu.inbox(WANG)[-1] == f"{lights}号有答复了（采纳）：绿灯加长了十秒"
    # 数据分析, 转化运用
    chengdu.waits(at(3, 23))
    decided = {"analysis": "过马路最难", "decision": "11条建议直接采纳并转化实施"}
    chengdu.fills("he", f"{address}/results", "/report", **decided)
    report = chengdu.prints("he", f"{address}.docx")
    for words in (
        "一、问卷发布",
        "二、数据分析",
        "三、转化运用",
        "11条建议直接采纳并转化实施",
        "已采纳",
        "红绿灯太短",
    ):
        assert words in report
    assert WANG[-8:] not in report
    # Both tracks: the street lamp is the routine's, the traffic light the campaign's.
    chengdu.reviews("chen", chengdu.newest() - 1, level="B")
    rows = chengdu.at("he").get("/desk/figures?by=track").html.select("main table tbody tr")
    tracks = [row.get_text(" ", strip=True) for row in rows]
    # Valid, done, 办结率, 转化率.
    for track in ("专项征集 1 0 0% 100%", "常态征集 1 0 0% 0%"):
        assert any(row.startswith(track) for row in tracks)
