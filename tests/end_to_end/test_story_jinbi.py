"""金壁社区 (S4): 收集 – 研办 – 反馈. The self-management committee of 馨竹苑 raises topics, a board selects,
micro-grants pay, and points become goods at 三和供销社."""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from webtest import Upload

from handling.clock import SHANGHAI
from models import Database, Role, SuggestionState
from tests.end_to_end.town import Town, town
from tests.fakes.carrier import CarrierFake, carrier_fixture  # noqa: F401
from tests.fakes.clock import FakeClock

GRANDMOTHER, NEIGHBOUR = "+8613800138000", "+8613800138001"
LUO = "+8613900000001"


@pytest.fixture
def jinbi(database: Database, clock: FakeClock, carrier: CarrierFake, tmp_path: Path) -> Iterator[Town]:
    made = town("jinbi", database, clock, carrier, tmp_path / "home")
    made.person("chen", "陈志愿", Role.VOLUNTEER)
    made.person("he", "何干部", Role.COORDINATOR, "community")
    made.person("luo", "罗队长", Role.HANDLER, "committee_head", phone=LUO, station="green")
    made.person("qiu", "邱楼长", Role.HANDLER, "building_head", station="green")
    yield made
    made.close()


def test_from_a_topic_to_three_hundred_and_twenty_square_metres(jinbi: Town) -> None:
    # 收集
    jinbi.calls(GRANDMOTHER, "我是馨竹苑的，滑梯下面的地面烂了，娃娃要绊倒，能不能翻新一下嘛")
    slide = jinbi.newest()
    jinbi.reviews("chen", slide, level="B")
    assert jinbi.inbox(GRANDMOTHER)[-1] == f"{slide}号建议已核对，定为大问题，3月16日前答复您。"
    seats = jinbi.types("luo", source="committee", text="馨竹苑的80张座椅坏了，要翻新", phone=NEIGHBOUR)
    jinbi.reviews("chen", seats, level="C")
    # 研办: the head of the committee takes them up as topics; 大问题先协商, 难问题多协商.
    for number, topic in ((slide, "滑梯地面营造320平米"), (seats, "翻新维修座椅80张")):
        jinbi.acts("he", number, "raise_topic", topic=topic)
        assert jinbi.case(number).handler_id == jinbi.users["luo"]
    raised = f"您说的{slide}号成了小区议题，3月16日前答复您。送您5积分，共5分，可到三和供销社兑换。"
    assert jinbi.inbox(GRANDMOTHER)[-1] == raised
    assert "大问题" in jinbi.inbox(LUO)[0]
    for _ in range(2):
        jinbi.acts("luo", seats, "discuss", present="12", resources="绿意堂有木工师傅", opinion="先修最旧的")
    jinbi.acts("luo", slide, "discuss", present="15", opinion="铺软垫，居民自己动手")
    jinbi.acts("luo", slide, "propose", proposal="滑梯下面铺320平米软地面", asked="4000")
    assert jinbi.inbox(GRANDMOTHER)[-1] == f"{slide}号要上创投评审会：滑梯下面铺320平米软地面。3月16日前答复您。"
    jinbi.acts("luo", seats, "propose", proposal="翻新80张座椅", asked="6000")
    # The board must have decided before anything is selected.
    jinbi.waits(datetime(2026, 3, 10, 9, tzinfo=SHANGHAI))
    assert "评审选上：要先有议事通过的决定" in jinbi.reads("he", f"/desk/cases/{slide}")
    meeting = decides(jinbi, slide, seats)
    assert f"{slide} 号 通过，9人里7人打分，平均84分" in meeting
    assert f"{seats} 号 没有通过，9人里7人打分，平均44分" in meeting
    jinbi.acts("he", slide, "select", granted="3200", until="2026-04-30")
    told = f"{slide}号评审会选上了，给3,200元，4月30日前答复您。送您20积分，共25分。"
    assert jinbi.inbox(GRANDMOTHER)[-1] == told
    assert "评审选上：要先有议事通过的决定" in jinbi.reads("he", f"/desk/cases/{seats}")
    jinbi.acts("he", seats, "return_to_topic", reason="座椅的样式再听听老人的")
    assert jinbi.inbox(NEIGHBOUR)[-1].startswith(f"{seats}号还要再商量：座椅的样式再听听老人的")
    spends(jinbi, slide)
    # 反馈
    jinbi.acts("luo", slide, "finish", result="滑梯下面铺了320平米软地面")
    jinbi.waits(datetime(2026, 3, 12, 9, tzinfo=SHANGHAI))
    jinbi.acts("he", slide, "publish", feedback="馨竹苑滑梯地面营造320平米，种植150余棵绿植。")
    assert "馨竹苑滑梯地面营造320平米" in jinbi.board().get("/board/").text
    jinbi.texts(GRANDMOTHER, "5")
    case = jinbi.case(slide)
    assert case.state is SuggestionState.DONE
    assert case.confirmed_at is not None


def decides(jinbi: Town, slide: int, seats: int) -> str:
    """The review board of nine: the coordinator enters its marks; the page that says what was selected."""
    page = jinbi.at("he").get(f"/desk/deliberations/new?case={slide}")
    form = next(form for form in page.forms.values() if "title-0" in form.fields)
    board = {"kind": "review_board", "title": "一季度创投评审会", "entitled": "9", "title-0": "滑梯地面"}
    page = jinbi.sends(form, **board, **{"title-1": "翻新座椅", "case-1": str(seats)})
    page = jinbi.sends(next(f for f in page.forms.values() if "begin" in f.fields), "begin=1")
    form = next(f for f in page.forms.values() if str(f.action).endswith("/meeting"))
    first, second = (name for name in form.fields if name and name.startswith("scores-"))
    marks = [(f"评委{judge}", 80 + judge, 40 + judge) for judge in range(1, 8)]
    scores = {
        first: lines((who, good) for who, good, _ in marks),
        second: lines((who, poor) for who, _, poor in marks),
    }
    page = jinbi.sends(form, held_on="2026-03-10", attended="7", minutes="七位评委到会", **scores)
    return page.html.select_one("main").get_text(" ", strip=True)


def lines(marks: Iterable[tuple[str, int]]) -> str:
    return "\n".join(f"{who} {points}" for who, points in marks)


def spends(jinbi: Town, number: int) -> None:
    """The grant comes in, the ground is paid with a receipt, and the neighbours read the account."""
    page = f"/desk/cases/{number}/money"
    jinbi.fills("he", page, "/money/plan", item="软地面320平米", cost="3200")
    jinbi.fills("he", page, "/money/entries", kind="grant", source="micro", amount="3200", note="评审会批准")
    paper = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(paper, "JPEG")
    receipt = Upload("receipt.jpg", paper.getvalue())
    jinbi.fills(
        "luo", page, "/money/entries", kind="spending", amount="3150.50", note="软地面材料", receipt=receipt
    )
    account = jinbi.reads("he", page)
    assert "余额 49.50元" in account
    assert "花了 3,150.50元" in account
    form = next(form for form in jinbi.at("luo").get(page).forms.values() if str(form.action).endswith("/entries"))
    assert "grant" not in [value for value, _, _ in form["kind"].options]


def test_an_urgent_matter_is_agreed_on_fast(jinbi: Town) -> None:
    """急问题快协商: one working day, no grant, no board."""
    jinbi.texts(GRANDMOTHER, "馨竹苑门口井盖翻了，老人要掉下去")
    number = jinbi.newest()
    jinbi.reviews("chen", number, level="A")
    assert jinbi.inbox(GRANDMOTHER)[-1] == f"{number}号建议已核对，定为急问题，3月10日前答复您。"
    jinbi.acts("he", number, "raise_topic", topic="井盖", handler=str(jinbi.users["he"]))
    jinbi.acts("he", number, "discuss", present="5", opinion="先围起来，马上换")
    jinbi.acts("he", number, "do_now")
    jinbi.acts("he", number, "finish", result="井盖换好了")
    assert jinbi.inbox(GRANDMOTHER)[-1] == f"{number}号办好了：井盖换好了"


def test_points_become_soap_and_oil_at_the_shop(jinbi: Town) -> None:
    """三和供销社: by text, by key and at the desk; the stock goes down, and nobody has less than nothing."""
    jinbi.calls(GRANDMOTHER, "馨竹苑的休闲区太小了，建议扩大25平米")
    number = jinbi.newest()
    jinbi.reviews("chen", number, level="D")
    jinbi.acts("he", number, "raise_topic", topic="扩大休闲区域25平米", handler=str(jinbi.users["qiu"]))
    file = "/desk/residents/1"
    for _ in range(5):
        jinbi.fills("he", file, "/points", rule="volunteer")
    given = "谢谢您：参加志愿服务。送您10积分，共55分，可到三和供销社兑换。"
    assert jinbi.inbox(GRANDMOTHER)[-1] == given
    assert stock(jinbi) == {"洗衣皂": "100", "食盐": "100", "菜油": "20"}
    jinbi.texts(GRANDMOTHER, "兑换")
    assert "洗衣皂5、食盐5、菜油40。您有55积分" in jinbi.inbox(GRANDMOTHER)[-1]
    jinbi.texts(GRANDMOTHER, "兑换 洗衣皂")
    assert jinbi.inbox(GRANDMOTHER)[-1] == "洗衣皂要5积分，您有55积分。要换请回“确认”。"
    jinbi.texts(GRANDMOTHER, "确认")
    booked = "换好了：洗衣皂，用了5积分，还有50积分。带这部电话到三和供销社来领。"
    assert jinbi.inbox(GRANDMOTHER)[-1] == booked
    jinbi.fills("he", "/desk/rewards", "/handed")
    jinbi.texts(GRANDMOTHER, "兑换 食盐")
    asked, question = jinbi.presses(GRANDMOTHER, "/twilio/voice/keys", "3")
    assert asked == ["points_are", "number_50", "reward_costs", "digit_5", "reward_confirm"]
    for _ in range(2):
        assert "reward_booked" in jinbi.presses(GRANDMOTHER, question, "1")[0], "a webhook that comes twice"
    assert jinbi.inbox(GRANDMOTHER)[-1] == "换好了：食盐，用了5积分，还有45积分。带这部电话到三和供销社来领。"
    shown = jinbi.at("he").get(file)
    form = next(form for form in shown.forms.values() if str(form.action).endswith("/redeem"))
    form["reward"].select(text="菜油（40）")
    jinbi.sends(form)
    assert "还有5积分" in jinbi.inbox(GRANDMOTHER)[-1]
    assert stock(jinbi) == {"洗衣皂": "99", "食盐": "99", "菜油": "19"}
    jinbi.texts(GRANDMOTHER, "兑换 菜油")
    assert "换不了" in jinbi.inbox(GRANDMOTHER)[-1]


def stock(jinbi: Town) -> dict[str, str]:
    """What the shop has left, as its page says."""
    rows = [row.find_all("td") for row in jinbi.at("he").get("/desk/rewards").html.select("main tbody tr")]
    return {cells[0].get_text(strip=True): cells[2].get_text(strip=True) for cells in rows}
