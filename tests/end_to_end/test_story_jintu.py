"""金土社区 (S3), 1+2+4+X: one mechanism, two channels, four tiers of people, 三单八步, four colours, 四早四快."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from handling.clock import SHANGHAI
from models import Database, Role, SuggestionState, User
from tests.end_to_end.town import Town, town
from tests.fakes.carrier import CarrierFake, carrier_fixture  # noqa: F401
from tests.fakes.clock import FakeClock

GRANDMOTHER, GRANDFATHER = "+8613800138000", "+8613800138001"
WANG, ZHAO, SUN, LI = "+8613900000001", "+8613900000002", "+8613900000003", "+8613900000004"
NAMES = ("做到", "没做到")
# “1+10+11+83”
TIERS = {"secretary": 1, "committee": 10, "grid": 11, "micro_grid": 83}


@pytest.fixture
def jintu(database: Database, clock: FakeClock, carrier: CarrierFake, tmp_path: Path) -> Iterator[Town]:
    made = town("jintu", database, clock, carrier, tmp_path / "home")
    made.person("chen", "陈志愿", Role.VOLUNTEER)
    made.person("zhou", "周统筹", Role.COORDINATOR)
    made.person("li", "李书记", Role.HANDLER, "secretary", phone=LI)
    made.person("sun", "孙委员", Role.HANDLER, "committee", phone=SUN)
    made.person("zhao", "赵网格", Role.HANDLER, "grid", phone=ZHAO, station="main")
    made.person("wang", "王微格", Role.HANDLER, "micro_grid", phone=WANG, station="box1")
    yield made
    made.close()


def all_people(jintu: Town) -> None:
    """The others of the four tiers: ten for the whole community, eleven grids, micro-grids at each box."""
    for tier, people in TIERS.items():
        for number in range(2, people + 1):
            station = {"micro_grid": f"box{number % 7 + 1}", "grid": "main"}.get(tier, "")
            made_up = f"{jintu.scheme.tier(tier).name}{number}"
            jintu.person(f"{tier}{number}", made_up, Role.HANDLER, tier, station=station)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def test_three_forms_and_eight_steps(jintu: Town) -> None:
    # 一、受理: on Monday morning a grandmother calls; a volunteer listens.
    jintu.calls(GRANDMOTHER, "我住书香云亭三栋，楼下那个艺术架松了，娃娃坐到上头要摔下来，你们来看一哈嘛")
    number = jintu.newest()
    jintu.reviews("chen", number)
    assert jintu.inbox(GRANDMOTHER) == [
        f"您的建议已收到，编号{number}。志愿者先核对，3月12日前答复您。回“进度”可查办理情况。",
        f"{number}号建议已核对，定为橙色，3月12日前答复您。",
    ]
    # 二、调研
    jintu.acts("zhou", number, "assign", handler=str(jintu.users["wang"]))
    assert f"{number} 号" in jintu.reads("wang", "/desk/mine")
    finding = {"finding": "艺术架的螺丝锈了，木条松动", "foreseen": "四栋的两个也一样"}
    jintu.acts("wang", number, "survey", surveyed_on="2026-03-09", **finding)
    # 三、评估: urgent and important is red, and the secretary's own.
    red = {"urgent": "急", "important": "重要", "level": "A", "handler": str(jintu.users["li"])}
    jintu.acts("zhou", number, "grade", **red)
    assert jintu.inbox(GRANDMOTHER)[-1] == f"{number}号建议看过了，定为红色，由李书记办，3月10日前答复您。"
    # 四、计划: X, those who help.
    partners = "物业、社区合伙人、社区基金"
    measure = {"measure": "拆掉旧架，改成带靠背的长椅", "partners": partners, "until": "2026-03-13"}
    jintu.acts("li", number, "planned_measure", **measure)
    told = f"{number}号打算这样办：拆掉旧架，改成带靠背的长椅。3月13日前答复您。"
    assert jintu.inbox(GRANDMOTHER)[-1] == told
    # 五、行动: the secretary cannot be there; the coordinator agrees to whom the case goes.
    sun = str(jintu.users["sun"])
    jintu.fills("li", f"/desk/cases/{number}", "/hand-over", handler=sun, reason="我去市里开会")
    assert "我去市里开会" in jintu.reads("zhou", "/desk/mine")
    asked = jintu.at("zhou").get(f"/desk/cases/{number}").html.select_one("p.note:not([hidden])")
    assert asked.get_text() == "李书记申请转交，等您来定。"
    jintu.fills("zhou", f"/desk/cases/{number}", "/wishes/1", "granted=1")
    assert jintu.case(number).handler_id == jintu.users["sun"]
    assert jintu.inbox(GRANDMOTHER)[-1] == f"{number}号建议改由孙委员办理，3月13日前答复您。"
    jintu.texts(SUN, f"{number} 进展 木工师傅进场了")
    assert jintu.inbox(GRANDMOTHER)[-1] == f"{number}号有新进展：木工师傅进场了"
    jintu.waits(at(12, 18))
    assert jintu.inbox(SUN)[-1] == f"提醒：{number}号红色还有24小时到期，请抓紧办。"
    jintu.acts("sun", number, "finish", result="三栋换了八张长椅")
    # 六、督查: somebody else looks; not all is done.
    jintu.acts("zhou", number, "send_back", reason="四栋的两个还没有换")
    assert jintu.case(number).step == "act"
    jintu.waits(at(13, 9))
    jintu.acts("sun", number, "finish", result="三栋、四栋的艺术架都换成了长椅")
    passed = {"note": "一张一张坐过，都稳当", "result": "三栋、四栋的艺术架都换成了长椅"}
    jintu.acts("zhou", number, "inspect", **passed)
    assert jintu.inbox(GRANDMOTHER)[-1] == f"{number}号办好了：三栋、四栋的艺术架都换成了长椅"
    # 七、反馈, for all to read, without name and number.
    jintu.acts("zhou", number, "publish", feedback="椅变新生：书香云亭的艺术架改成了长椅。")
    board = jintu.board().get("/board/").text
    assert "椅变新生：书香云亭的艺术架改成了长椅。" in board
    assert GRANDMOTHER[-4:] not in board
    # 八、评分: somebody visits her, and she gives five.
    visit = {"visited_on": "2026-03-13", "agreed": "认可", "opinion": "坐起安逸，谢谢"}
    jintu.acts("sun", number, "visit", **visit)
    jintu.acts("zhou", number, "close")
    assert "请回1到5的数字" in jintu.inbox(GRANDMOTHER)[-1]
    jintu.texts(GRANDMOTHER, "5")
    case = jintu.case(number)
    assert case.state is SuggestionState.DONE
    assert case.confirmed_at is not None
    assert jintu.inbox(GRANDMOTHER)[-1] == "收到您打的分，谢谢您！"
    # 三单
    for kind in ("pdf", "docx"):
        record, solution, follow_up = (
            jintu.prints("zhou", f"/desk/cases/{number}/forms/{form}.{kind}")
            for form in ("record", "solution", "follow_up")
        )
        assert_says(
            record, "金土社区", "建议征集记录单", str(number), "电话", "书香云亭", "娃娃坐到上头要摔下来", "红"
        )
        assert_says(solution, "问题解决白名单", finding["finding"], measure["measure"], partners, "孙委员")
        assert_says(solution, "3月13日", passed["result"])
        assert_says(follow_up, "办理回访追踪单", "一张一张坐过，都稳当", "认可", "坐起安逸，谢谢", "5")


def test_two_channels_and_four_tiers(jintu: Town) -> None:
    all_people(jintu)
    with jintu.database.read() as session:
        people = Counter(session.scalars(select(User.tier).where(User.tier != "")))
    assert people == TIERS
    # Offline: a note from box 2, and what is said on the secretary's Friday. Online: a building's chat group.
    jintu.waits(at(13, 9))
    deeds = jintu.types(
        "chen",
        source="box",
        text="同森锦熙1272户的产权证办了好久都办不下来",
        said_on="2026-03-12",
        station="2号征集箱",
    )
    aged = jintu.types(
        "chen",
        source="secretary_day",
        station="社区党群服务中心",
        text="三千多老人没得地方吃饭耍，建议办个养老综合体",
        phone=GRANDFATHER,
    )
    lamp = jintu.types("chen", source="chat", text="书香云亭二栋门口的路灯不亮了，老年人晚上要摔跤")
    assert "建议征集箱" in jintu.reads("zhou", f"/desk/cases/{deeds}")
    assert "书记接待日" in jintu.reads("zhou", "/desk/ledger?source=secretary_day")
    told = f"您的建议已收到，编号{aged}。志愿者先核对，4月3日前答复您。回“进度”可查办理情况。"
    assert jintu.inbox(GRANDFATHER) == [told]
    # The colour says which tier answers, the place who of it; the coordinator sees why and may choose another.
    proposed = {
        deeds: ("B", "橙色由两委干部负责；孙委员是全社区的两委干部，手上有0件"),
        aged: ("C", "黄色由网格员负责；赵网格是社区党群服务中心的网格员，手上有0件"),
        lamp: ("D", "蓝色由微网格员负责；王微格是1号征集箱的微网格员，手上有0件"),
    }
    for number, (level, reason) in proposed.items():
        jintu.reviews("chen", number, level=level)
        assert f"建议责任人：{reason}" in jintu.reads("zhou", f"/desk/cases/{number}")
        jintu.acts("zhou", number, "assign")
    assert [jintu.case(n).handler_id for n in proposed] == [jintu.users[n] for n in ("sun", "zhao", "wang")]
    # The lamp's own micro-grid worker forgets it: 督办 climbs the four tiers.
    jintu.acts("wang", lamp, "survey", surveyed_on="2026-03-13", finding="灯泡坏了", foreseen="没有")
    jintu.acts("zhou", lamp, "grade", urgent="不急", important="一般")
    jintu.acts("wang", lamp, "planned_measure", measure="请物业换灯", until="2026-03-18")
    late = f"{lamp}号蓝色已超期"
    heard = {WANG: at(18, 19, 30), ZHAO: at(19, 18, 30), SUN: at(20, 18, 30), LI: at(23, 18, 30)}
    for phone, moment in heard.items():
        assert not any(late in text for text in jintu.inbox(phone))
        jintu.waits(moment)
    assert f"{late}1小时，请马上办，把进展告诉居民。" in jintu.inbox(WANG)
    for phone, days in ((ZHAO, 1), (SUN, 2), (LI, 5)):
        assert f"督办：{late}{days}天，责任人王微格，请您督促。" in jintu.inbox(phone)
    assert f"{lamp} 号" in jintu.reads("li", "/desk/lights")
    # What is planned for later is looked at again on its day.
    jintu.waits(at(24, 9))
    jintu.acts("zhao", aged, "survey", surveyed_on="2026-03-23", finding="没有场地", foreseen="人还要多")
    jintu.acts("zhou", aged, "grade", urgent="不急", important="重要")
    jintu.acts("zhao", aged, "planned_later", plan="和党群服务中心一起改造", look_again="2026-04-13")
    assert jintu.inbox(GRANDFATHER)[-1] == f"{aged}号已列入计划：和党群服务中心一起改造。4月13日前再给您回话。"
    jintu.waits(datetime(2026, 4, 13, 8, 30, tzinfo=SHANGHAI))
    assert jintu.inbox(GRANDFATHER)[-1].startswith(f"{aged}号当时列入计划，现在重新看")


def test_four_early_and_four_quick(jintu: Town) -> None:
    """One that was quick in everything, and one that lies in the box's ledger from Monday to Friday."""
    quick = jintu.types("chen", source="visiting_day", text="书香云亭一栋的扶手松了", phone=GRANDMOTHER)
    slow = jintu.types("chen", source="box", text="同森锦熙的绿化带没有人管", station="2号征集箱")
    jintu.reviews("chen", quick)
    jintu.acts("zhou", quick, "assign", handler=str(jintu.users["wang"]))
    jintu.acts("wang", quick, "survey", finding="螺丝松了", foreseen="没有")
    jintu.acts("zhou", quick, "grade", urgent="急", important="一般")
    jintu.acts("wang", quick, "planned_measure", measure="请物业来紧", until="2026-03-10")
    jintu.acts("wang", quick, "finish", result="紧好了")
    jintu.acts("zhou", quick, "inspect", note="摇不动了", result="紧好了")
    jintu.acts("zhou", quick, "publish", feedback="一栋的扶手紧好了。")
    jintu.acts("zhou", quick, "close")
    jintu.waits(at(13, 16))
    jintu.reviews("chen", slow)
    rows = jintu.at("zhou").get("/desk/figures/indicators").html.select("main tbody tr")
    measured = {row.strong.text: [row.select_one(f'[data-name="{name}"]').text for name in NAMES] for row in rows}
    early = {name: ["1", "1"] for name in ("早受理", "早响应", "早预见", "早反馈")}
    quickly = {name: ["1", "0"] for name in ("快研判", "快办结", "快复盘", "快闭环")}
    assert measured == early | quickly
    missed = jintu.reads("zhou", "/desk/figures/indicators/early_accept?from=2026-03-01")
    assert f"{slow} 号" in missed
    assert f"{quick} 号" not in missed


def assert_says(paper: str, *words: str) -> None:
    paper = paper.replace("\n", "").replace("\r", "").replace(" ", "")
    assert [word for word in words if word not in paper] == []
