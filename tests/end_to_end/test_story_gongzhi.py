"""社区共建共治 (S5): what its report adds to a community. Lights and 督办, 楼栋议事会 in four steps,
matching funds, the 15-minute circle, one file each, and the figures that residents' satisfaction leads."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from webtest import TestResponse

from handling.clock import SHANGHAI
from hotline.worker.alarms import repeat_alarms
from models import Database, Role
from tests.end_to_end.town import DUTY_PHONE, Town, town, words
from tests.fakes.carrier import CarrierFake, carrier_fixture  # noqa: F401
from tests.fakes.clock import FakeClock

FIRST, SECOND, THIRD, HUSBAND = (f"+861380013800{n}" for n in range(1, 5))
FENG, ZHAO, SUN, LI = (f"+861390000001{n}" for n in range(1, 5))
KEY_PHONE, DAUGHTER = "+862885555001", "+8613700000001"
DARK = "天福苑楼道灯坏了，晚上看不到路，怕摔倒"


@pytest.fixture
def gongzhi(database: Database, clock: FakeClock, carrier: CarrierFake, tmp_path: Path) -> Iterator[Town]:
    made = town("gongzhi", database, clock, carrier, tmp_path / "home")
    made.person("chen", "陈志愿", Role.VOLUNTEER)
    made.person("liu", "刘统筹", Role.COORDINATOR)
    made.person("feng", "冯经理", Role.HANDLER, "micro_grid", station="mobile11", phone=FENG, unit="property")
    made.person("zhao", "赵网格长", Role.HANDLER, "grid", station="grid1", phone=ZHAO)
    made.person("sun", "孙委员", Role.HANDLER, "committee", phone=SUN)
    made.person("li", "李书记", Role.HANDLER, "secretary", station="main", phone=LI)
    yield made
    made.close()


def test_a_unit_that_lags_turns_red_and_is_supervised_rank_by_rank(gongzhi: Town) -> None:
    gongzhi.texts(FIRST, DARK)
    number = gongzhi.newest()
    gongzhi.reviews("chen", number, level="A")
    gongzhi.acts("liu", number, "assign", handler=str(gongzhi.users["feng"]))
    assert "物业服务企业 ✔ 绿灯" in _lights(gongzhi)
    gongzhi.waits(_at(10, 15))
    assert gongzhi.inbox(FENG)[-1] == f"提醒：{number}号A类还有3小时到期，请抓紧办。"
    assert "物业服务企业 ◐ 黄灯" in _lights(gongzhi)
    # 督办 climbs by working days: the handler, 网格长, 两委干部, 社区书记.
    for day, hour, phone in ((10, 19, FENG), (11, 19, ZHAO), (12, 19, SUN), (13, 19, LI)):
        assert not [text for text in gongzhi.inbox(phone) if "已超期" in text], phone
        gongzhi.waits(_at(day, hour))
        assert [text for text in gongzhi.inbox(phone) if f"{number}号A类已超期" in text], phone
    assert gongzhi.inbox(LI)[-1].startswith(f"督办：{number}号A类已超期3天，责任人冯经理")
    lights = _lights(gongzhi)
    assert "物业服务企业 ✖ 红灯" in lights
    assert "社区书记督办" in lights

    # Closed and rated: 考核 of the unit, in which what residents say weighs most, and the quarter's 满意度测评.
    gongzhi.clock.set(_at(14, 9))
    gongzhi.acts("feng", number, "finish", result="楼道灯换好了")
    gongzhi.acts("liu", number, "publish", feedback="楼道灯换好了。")
    gongzhi.acts("liu", number, "close")
    gongzhi.texts(FIRST, "4")
    assessed = words(gongzhi.at("liu").get("/desk/figures/assessment"))
    assert "满分 100 分：办结率 30 分，及时率 30 分，满意率 40 分" in assessed
    assert "物业服务企业" in assessed
    assert "70" in assessed, "done and satisfied, but late"
    assert "2026年一季度 1 4.00 100.0%" in words(gongzhi.at("liu").get("/desk/figures/satisfaction"))


def test_the_building_council_in_four_steps_and_matching_funds(gongzhi: Town) -> None:
    for phone in (FIRST, SECOND, THIRD):
        gongzhi.texts(phone, DARK)
    number = gongzhi.newest() - 2
    for case in range(number, number + 3):
        gongzhi.reviews("chen", case, level="B")
    # One file each: who lives where. The husband's telephone belongs to the same household.
    doors = {FIRST: "1栋1单元101", SECOND: "1栋1单元102", THIRD: "1栋1单元201"}
    for phone, door in doors.items():
        _moves_in(gongzhi, phone, door)
    gongzhi.texts(HUSBAND, "进度")
    _moves_in(gongzhi, HUSBAND, "1栋1单元101")

    # AI议事助手: the hot matter becomes an item of the agenda, with figures and quotes, without personal data.
    agenda = gongzhi.at("liu").get("/desk/agenda")
    assert "3" in words(agenda)
    for phone in doors:
        assert phone[3:] not in agenda.text
    draft = gongzhi.fills(
        "liu",
        f"/desk/deliberations/new?case={number}",
        "/desk/deliberations",
        kind="building_council",
        **{"title-0": "楼道换声控灯"},
    )
    council = draft.request.path
    assert "要请一位社区观察员" in _refused(gongzhi, council)
    begun = gongzhi.fills("liu", council, "/draft", press="begin=1", observer="老钱", entitled="48")
    assert "要多少参与 2/3以上" in words(begun)

    # 议题公示 — 意见征集 — 表决公示 — 结果反馈, each with its dates on the public page.
    gongzhi.waits(minutes=1)
    assert gongzhi.inbox(FIRST)[-1] == (
        "楼栋议事会开始议题公示：楼道换声控灯。有话请打热线，或回短信“意见1001”加您的话，3月12日18点止。"
    )
    board = words(gongzhi.board().get("/board/deliberations"))
    assert "议题公示（到3月12日） 意见征集（约到3月19日） 表决公示（约到3月26日） 结果反馈（约到4月2日）" in board
    gongzhi.waits(_at(12, 19))
    gongzhi.texts(SECOND, "意见1001 灯要亮一点")
    assert gongzhi.inbox(SECOND)[-1] == (
        "您对“楼道换声控灯”的意见记下了，议的时候会给大家看。还有话可以再发。谢谢您！"
    )
    gongzhi.calls(THIRD, "楼道换声控灯这个事情，我家出钱")
    heard = words(gongzhi.at("liu").get(council))
    assert "意见 2 条" in heard
    assert "灯要亮一点" in heard
    assert f"{gongzhi.newest()} 号建议" in heard, "a voicemail is a case as ever, and stands beside the topic"
    gongzhi.fills("feng", council, "/remarks", text="灯要亮一点，安静一点")
    gongzhi.fills("liu", council, "/remarks", text="公示满三天了", by_observer=True)
    gongzhi.waits(_at(19, 19))
    gongzhi.waits(_at(20, 9))
    assert gongzhi.inbox(SECOND)[-1] == (
        "请您家表决：楼道换声控灯。同意就回“同意”，不然回“不同意”，3月26日18点截止，一户一票。"
    )
    gongzhi.texts(FIRST, "不同意")
    gongzhi.texts(HUSBAND, "同意")
    gongzhi.texts(SECOND, "同意")
    gongzhi.texts(THIRD, "不同意")
    assert gongzhi.inbox(THIRD)[-1] == "记下了：楼道换声控灯，您家投“不同意”。3月26日18点前可以改。谢谢您！"
    voting = gongzhi.at("liu").get(council)
    assert "已经有 3 户表决：举手 0，短信、电话 3" in words(voting), "a household has one vote"
    topic = next(
        name for form in voting.forms.values() for name in form.fields if name and name.startswith("yes-")
    )[4:]
    gongzhi.fills("liu", council, "/hands", **{f"yes-{topic}": "28", f"no-{topic}": "0"})
    assert "已经有 31 户表决" in words(gongzhi.at("liu").get(council))
    gongzhi.fills("liu", council, "/hands", **{f"yes-{topic}": "28", f"no-{topic}": "1"})
    gongzhi.waits(_at(26, 19))
    gongzhi.waits(_at(27, 9))
    assert gongzhi.inbox(SECOND)[-1] == "表决通过：楼道换声控灯。30户同意，2户不同意。谢谢您！"
    public = words(gongzhi.board().get("/board/deliberations"))
    assert "通过，48户里32户参与，30户同意、2户不同意" in public
    assert "老钱" not in public

    # 居民众筹: 30 % is not above 30 %; ten yuan more, and the fund adds as much again.
    gongzhi.acts("liu", number, "assign", level="B", handler=str(gongzhi.users["feng"]))
    account = f"/desk/cases/{number}/money"
    gongzhi.fills("feng", account, "/money/plan", item="声控灯24盏", cost="4000")
    gongzhi.fills("feng", account, "/money/shares", households="48", share="25")
    gongzhi.fills("feng", account, "/money/paid", households="48")
    assert "现在最多配套0元" in _refused(gongzhi, account, "/entries", kind="match", amount="1200")
    gongzhi.fills("feng", account, "/money/entries", kind="donation", amount="10", note="便民店")
    matched = gongzhi.fills("liu", account, "/money/entries", kind="match", amount="1210", note="社区发展基金")
    assert "余额 2,420元 居民出的 1,210元" in words(matched)
    gongzhi.fills("liu", account, "/money/publish")
    assert "1,210元" in words(gongzhi.board().get("/board/money"))

    # 需求地图: where residents' needs are.
    assert "天福苑 3 件有效建议" in words(gongzhi.at("liu").get("/desk/figures/map"))


def test_the_key_phone_rings_until_somebody_is_there(gongzhi: Town) -> None:
    gongzhi.texts(FIRST, DARK)
    number = gongzhi.newest()
    gongzhi.reviews("chen", number, level="B")
    # 一人一档, which the coordinator keeps and a handler without a case of hers does not see.
    file = _moves_in(gongzhi, FIRST, "1栋1单元101", name="周婆婆")
    gongzhi.fills("liu", file, "/numbers", phone="02885555001", label="床头", is_key=True)
    gongzhi.fills(
        "liu", file, "/relatives", relative_name="周敏", relative_relation="女儿", relative_phone=DAUGHTER[3:]
    )
    agreed = gongzhi.fills("liu", file, "/consents/honours", how="书面签字")
    assert "✓ 在公示栏公布姓名和荣誉" in words(agreed)
    assert "✕ 录音用来教机器听懂家乡话 没有同意" in words(agreed)
    assert gongzhi.at("feng").get(file, status="*").status_int == 403

    assert "help_coming" in gongzhi.calls(KEY_PHONE, "哎哟我摔了")
    alarm = gongzhi.newest()
    alert = f"一键呼叫！周婆婆，天福苑 1栋1单元101，电话{KEY_PHONE}。请马上去看，到了回“到了{alarm}”。"
    first, words_of_hers = gongzhi.inbox(DUTY_PHONE)
    assert first == alert
    assert "哎哟我摔了" in words_of_hers
    assert gongzhi.inbox(DAUGHTER) == [alert]
    assert gongzhi.inbox(LI) == []
    for _ in range(3):
        gongzhi.clock.advance(minutes=5, seconds=1)
        repeat_alarms(gongzhi.worker)
        gongzhi.work()
    # The circle is over: the highest rank hears of it too, and nothing but a person there ends it.
    assert gongzhi.inbox(LI) == [
        f"还没有人到！周婆婆按了一键呼叫，已经15分钟：天福苑 1栋1单元101，电话{KEY_PHONE}。"
        f"请马上去看，到了回“到了{alarm}”。"
    ]
    assert "超过 15 分钟" in words(gongzhi.at("feng").get("/desk/alarms"))
    gongzhi.texts(DAUGHTER, "我在路上")
    assert "1 个没有人到" in words(gongzhi.at("feng").get("/desk/alarms"))
    gongzhi.texts(DAUGHTER, f"到了{alarm}")
    assert gongzhi.inbox(DAUGHTER)[-1] == f"记下了，{alarm}号您到了。需要急救请马上打120。"
    assert gongzhi.inbox(LI)[-1] == f"{alarm}号一键呼叫已经有人到了，不用再赶去，谢谢您！"
    told = len(gongzhi.inbox(DUTY_PHONE))
    gongzhi.clock.advance(minutes=30)
    repeat_alarms(gongzhi.worker)
    gongzhi.work()
    assert len(gongzhi.inbox(DUTY_PHONE)) == told
    assert "0 个没有人到" in words(gongzhi.at("feng").get("/desk/alarms"))


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, 0, tzinfo=SHANGHAI)


def _lights(made: Town) -> str:
    return words(made.at("liu").get("/desk/lights"))


def _moves_in(made: Town, phone: str, door: str, name: str = "") -> str:
    """The coordinator writes down where this number lives; the address of the file."""
    found = made.at("liu").get(f"/desk/residents?search={phone[-4:]}")
    file = next(link["href"] for link in found.html.select("main a[href^='/desk/residents/']"))
    forms = made.at("liu").get(file).forms.values()
    form = next(form for form in forms if "courtyard_id" in form.fields and form.method == "post")
    form["courtyard_id"].select(text="天福苑")
    made.sends(form, name=name, address=door)
    return file


def _refused(made: Town, page: str, action: str = "/draft", **values: str) -> str:
    """What the page says to the coordinator against this."""
    shown = made.at("liu").get(page)
    form = next(form for form in shown.forms.values() if str(form.action).endswith(action))
    for name, value in values.items():
        form[name] = value
    button = "begin" if action == "/draft" else None
    answer: TestResponse = form.submit(button, headers={"Referer": str(shown.request.url)}, status=422)
    return words(answer)
