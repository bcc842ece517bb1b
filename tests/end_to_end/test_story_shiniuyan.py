"""石牛堰社区 (S2): vegetables on a roof before the 爱邻协商议事会, which grew out of the five-party meeting;
and a dispute with the property firm that climbs the three platforms, confidential throughout."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from webtest import Form, TestResponse

from handling.clock import SHANGHAI
from models import Database, Role
from tests.end_to_end.town import Town, town, words
from tests.fakes.carrier import CarrierFake, carrier_fixture  # noqa: F401
from tests.fakes.clock import FakeClock

BELOW_THE_ROOF, OWNER = "+8613800138001", "+8613800138002"
QIAN, ZHOU, LI = "+8613900000021", "+8613900000022", "+8613900000023"


@pytest.fixture
def shiniuyan(database: Database, clock: FakeClock, carrier: CarrierFake, tmp_path: Path) -> Iterator[Town]:
    made = town("shiniuyan", database, clock, carrier, tmp_path / "home")
    made.person("chen", "陈志愿", Role.VOLUNTEER)
    made.person("he", "何志愿", Role.VOLUNTEER)
    made.person("liu", "刘统筹", Role.COORDINATOR)
    made.person("wang", "王芳", Role.HANDLER, "micro_grid", station="estate1")
    made.person("qian", "钱指导员", Role.HANDLER, "party_guide", station="estate1", phone=QIAN)
    made.person("zhou", "周专管员", Role.HANDLER, "property_officer", station="new", phone=ZHOU)
    made.person("li", "李书记", Role.HANDLER, "secretary", station="centre", phone=LI)
    yield made
    made.close()


def test_vegetables_on_the_roof_before_the_council(shiniuyan: Town) -> None:
    shiniuyan.calls(BELOW_THE_ROOF, "我们第一小区楼顶有人种菜，天天漏水下来")
    number = shiniuyan.newest()
    shiniuyan.reviews("chen", number, level="B")
    shiniuyan.acts("liu", number, "to_council", topic="楼顶种菜")
    assert shiniuyan.inbox(QIAN) == [f"{number}号B类请您3月18日前办：我们第一小区楼顶有人种菜，天天漏水下来"]

    # 五方会议: four of five are enough to meet; who came is written down.
    draft = shiniuyan.fills(
        "liu",
        f"/desk/deliberations/new?case={number}",
        "/desk/deliberations",
        kind="five_party",
        **{"title-0": "楼顶的菜怎么办"},
    )
    meeting = draft.request.path
    convened = shiniuyan.fills("liu", meeting, "/draft", press="begin=1", place="蓉城驿站")
    topic = next(name for name in _form(convened, "/meeting").fields if name and name.startswith("yes-"))[4:]
    held = shiniuyan.fills(
        "liu",
        meeting,
        "/meeting",
        attended="4",
        attendees="社区党组织\n居委会\n物业\n居民代表",
        minutes="业委会请假",
        **{f"yes-{topic}": "4", f"no-{topic}": "0", f"resolution-{topic}": "提交爱邻协商议事会，请种菜的几家都来"},
    )
    assert "通过，5人里4人参与，4人同意、0人不同意" in words(held)
    assert "社区党组织 居委会 物业 居民代表" in words(held)

    # 爱邻协商议事会: those concerned; what it resolved is carried out and told to all.
    shiniuyan.acts("qian", number, "council_meeting", present="18", agreed="15", resolution="菜搬到共享菜园")
    shiniuyan.acts("qian", number, "carry_out")
    shiniuyan.acts("qian", number, "finish", result="菜搬到共享菜园，楼顶防水补好了")
    shiniuyan.acts("liu", number, "publish", feedback="楼顶的菜搬进了共享菜园，楼顶防水补好了。")
    assert shiniuyan.inbox(BELOW_THE_ROOF)[2:5] == [
        f"{number}号的事要上爱邻协商议事会，由钱指导员召集，3月18日前答复您。",
        f"{number}号的事开了爱邻协商议事会，15人同意，通过：菜搬到共享菜园",
        f"{number}号办好了：菜搬到共享菜园，楼顶防水补好了",
    ]
    public = words(shiniuyan.board().get("/board/deliberations"))
    assert "爱邻协商议事会 第一小区" in public
    assert "通过，18人里18人参与，15人同意" in public
    assert "五方会议 第一小区" in public
    assert "共享菜园" in words(shiniuyan.board().get(f"/board/stories/{number}"))


def test_a_dispute_climbs_three_platforms_and_nobody_else_reads_it(shiniuyan: Town) -> None:
    shiniuyan.texts(OWNER, "第一小区物业乱收停车费，跟他们扯不清楚")
    number = shiniuyan.newest()
    shiniuyan.reviews("chen", number, level="B")
    shiniuyan.acts("liu", number, "to_mediation", parties="居民与物业")
    assert shiniuyan.inbox(QIAN) == [f"{number}号B类请您3月16日前办：内容保密，请在网页上看"]
    _is_kept_from(shiniuyan, number, "chen", "he", "wang", "zhou", "li")

    # 小区: five working days; when they are over the page proposes the next platform and whom to ask there.
    shiniuyan.acts("qian", number, "mediate", note="物业经理没有来")
    shiniuyan.waits(datetime(2026, 3, 17, 9, 0, tzinfo=SHANGHAI))
    over = shiniuyan.at("qian").get(f"/desk/cases/{number}")
    assert "这一级平台的时限到了，还没有谈成" in words(over)
    assert _form(over, "/actions/escalate")["handler"].value == str(shiniuyan.users["zhou"])
    shiniuyan.acts("qian", number, "escalate", reason="物业不认账")

    # 两新组织: seven, counted anew.
    assert shiniuyan.inbox(ZHOU) == [f"{number}号B类请您3月26日前办：内容保密，请在网页上看"]
    _is_kept_from(shiniuyan, number, "chen", "he", "wang", "li")
    shiniuyan.acts("zhou", number, "mediate", note="物业愿意退一半")
    up = shiniuyan.at("zhou").get(f"/desk/cases/{number}")
    assert _form(up, "/actions/escalate")["handler"].value == str(shiniuyan.users["li"])
    shiniuyan.acts("zhou", number, "escalate", reason="居民要求全退")

    # 社区: ten; settled, visited, closed; the board never hears of it.
    last = shiniuyan.at("li").get(f"/desk/cases/{number}")
    assert not [form for form in last.forms.values() if str(form.action).endswith("/escalate")]
    shiniuyan.acts("li", number, "settle", agreement="物业退二百元，以后公示收费")
    shiniuyan.acts("liu", number, "close_private")
    shiniuyan.texts(OWNER, "4")
    assert shiniuyan.inbox(OWNER) == [
        f"您的建议已收到，编号{number}。志愿者先核对，3月18日前答复您。回“进度”可查办理情况。",
        f"{number}号建议已核对，定为B类，3月18日前答复您。",
        f"{number}号的事由钱指导员来调解，3月16日前答复您。内容保密。",
        f"{number}号的事还没有谈拢，改由周专管员接着调解，3月26日前答复您。",
        f"{number}号的事还没有谈拢，改由李书记接着调解，3月31日前答复您。",
        f"{number}号的事谈好了。约定没有做到的，请打热线告诉我们。",
        f"{number}号已办结。您满意吗？请回1到5的数字，5是最满意。谢谢您！",
        "收到您打的分，谢谢您！",
    ]
    _is_kept_from(shiniuyan, number, "chen", "he", "wang", "qian", "zhou")
    board = shiniuyan.board()
    assert board.get(f"/board/stories/{number}", status="*").status_int == 404
    for page in ("/board/", "/board/stories", "/board/deliberations", "/board/money", "/board/feed.xml"):
        assert "停车费" not in board.get(page).text, page
        assert str(number) not in board.get(page).text, page
    # It counts in the figures all the same.
    assert "合计 1 件有效" in words(shiniuyan.at("liu").get("/desk/figures?from=2026-03-01&until=2026-03-31"))


def test_a_quarrel_is_settled_within_seven_days_and_kept_private_from_the_review_on(shiniuyan: Town) -> None:
    shiniuyan.calls(OWNER, "我们第一小区楼上邻居半夜吵架放音响，跟他说了几回都不听")
    number = shiniuyan.newest()
    shiniuyan.reviews("chen", number, level="B", domain="邻里纠纷")
    _is_kept_from(shiniuyan, number, "chen", "he", "wang", "qian")
    shiniuyan.acts("liu", number, "to_mediation", parties="楼上楼下")
    shiniuyan.waits(datetime(2026, 3, 11, 9, 0, tzinfo=SHANGHAI))
    shiniuyan.acts("qian", number, "settle", agreement="晚上十点以后不放音响")
    shiniuyan.waits(datetime(2026, 3, 13, 9, 0, tzinfo=SHANGHAI))
    shiniuyan.acts("liu", number, "close_private")
    figures = words(shiniuyan.at("liu").get("/desk/figures?from=2026-03-01&until=2026-03-31"))
    assert "办结用时 4.0天 ✔ 绿灯 目标 7.0天" in figures, figures


def _is_kept_from(made: Town, number: int, *usernames: str) -> None:
    """Neither the page nor a list nor a search of theirs tells of it."""
    for username in usernames:
        assert made.at(username).get(f"/desk/cases/{number}", status="*").status_int == 403, username
        for page in ("/desk/ledger?search=" + quote("停车费"), "/desk/mine", "/desk/hot", "/desk/visits"):
            shown = made.at(username).get(page, status="*")
            assert f"/desk/cases/{number}" not in shown.text, (username, page)
            assert "乱收" not in shown.text, (username, page)


def _form(page: TestResponse, action: str) -> Form:
    return next(form for form in page.forms.values() if str(form.action).endswith(action))
