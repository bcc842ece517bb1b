"""城北社区 (S1): the drain of 天福苑, from the call to the public feedback, as its own report tells it;
and what else the network 1+3+N does."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from webtest import TestResponse

from handling.clock import SHANGHAI
from handling.sms import sms_segments
from models import Database, Role
from tests.end_to_end.town import Town, photo, town, words
from tests.fakes.carrier import CarrierFake, carrier_fixture  # noqa: F401
from tests.fakes.clock import FakeClock

GRANDMOTHER, NEIGHBOUR = "+8613800138000", "+8613500000001"
WANG, HE = "+8613900000011", "+8613900000012"
DRAIN = "我是天福苑的，屋头下水道返水，臭得很，麻烦你们来看一哈"


@pytest.fixture
def chengbei(database: Database, clock: FakeClock, carrier: CarrierFake, tmp_path: Path) -> Iterator[Town]:
    made = town("chengbei", database, clock, carrier, tmp_path / "home")
    made.person("chen", "陈志愿", Role.VOLUNTEER)
    made.person("liu", "刘统筹", Role.COORDINATOR)
    made.person("wang", "王芳", Role.HANDLER, "micro_grid", station="mobile11", phone=WANG)
    made.person("he", "何军", Role.HANDLER, "micro_grid", station="mobile12", phone=HE)
    made.person("zhao", "赵网格长", Role.HANDLER, "grid", station="grid1")
    made.person("li", "李书记", Role.HANDLER, "secretary", station="main")
    yield made
    made.close()


def test_the_drain_of_tianfuyuan(chengbei: Town) -> None:
    # 精准收集: in the ledger the same day.
    assert chengbei.calls(GRANDMOTHER, DRAIN) == ["greeting", "consent", "speak"]
    number = chengbei.newest()
    chengbei.reviews("chen", number, level="A")
    entry = words(chengbei.at("liu").get("/desk/ledger"), "tbody")
    for word in (f"{number} 号", "红", "公共设施维护", "天福苑", "电话", "3月9日", "3月10日"):
        assert word in entry, entry

    # 分级研判: A, red; the courtyard's own micro-grid worker is proposed, with the reason.
    triage = chengbei.at("liu").get(f"/desk/cases/{number}")
    assert triage.forms[_form(triage, "/actions/assign")]["handler"].value == str(chengbei.users["wang"])
    assert "王芳是第一网格1号移动点的微网格员，手上有0件" in words(triage)
    for word in ("建议来源 电话", "领域 公共设施维护", "诉求类型 公共利益关联型", "红·立行立改"):
        assert word in words(triage), word
    chengbei.acts("liu", number, "assign", instruction="今天就去看")
    assert chengbei.inbox(WANG) == [
        f"{number}号A类请您3月10日前办：我是天福苑的，家里下水道返水，臭得很，麻烦你们来看一下"
    ]

    # 联动办理: checked, reported, agreed, paid.
    chengbei.photographs("wang", number, "before", "井口.jpg")
    chengbei.acts("wang", number, "check_on_site", note="三户返水，主管道堵塞")
    chengbei.acts("wang", number, "report", finding="不只一户，主管道淤积", proposal="全院疏通，开坝坝会议费用")
    met = chengbei.acts(
        "wang",
        number,
        "courtyard_meeting",
        households="48",
        agreed="48",
        share="40",
        resolution="每户40元疏通全院下水道",
    )
    assert "合计 1,920元" in words(met)
    assert "坝坝会 通过，48户里48户参与，48户同意、0户不同意" in words(met, "#deliberations")
    account = f"/desk/cases/{number}/money"
    chengbei.fills("wang", account, "/money/paid", doors="1-1-101 1-1-102 1-1-201")
    paid = chengbei.fills("wang", account, "/money/paid", households="45")
    assert "余额 1,920元" in words(paid)
    assert "已交（一共 48 户） 48 户" in words(paid)

    # The grid worker follows the work, from the courtyard by text.
    chengbei.acts("wang", number, "progress", note="施工队今天进场")
    chengbei.clock.advance(hours=2)
    chengbei.texts(WANG, f"{number} 进展 已清淤三分之二")
    chengbei.waits(datetime(2026, 3, 10, 8, 0, tzinfo=SHANGHAI))
    assert chengbei.inbox(WANG)[-1] == "今天到期1件，超期0件，等别人0件，新来1件，再看0件。"
    spent = chengbei.fills(
        "wang",
        account,
        "/money/entries",
        kind="spending",
        amount="1920",
        note="疏通全院下水道",
        receipt=photo("发票.jpg"),
    )
    assert "余额 0元" in words(spent)
    chengbei.photographs("wang", number, "after", "疏通后.jpg")
    chengbei.acts("wang", number, "finish", result="全院下水道清淤完成，不再返水", upkeep="居民")

    # 公开反馈, with the account.
    chengbei.acts("liu", number, "publish", feedback="天福苑48户共议，每户40元，全院下水道已疏通。")
    chengbei.fills("liu", account, "/money/publish")
    case_page = chengbei.at("liu").get(f"/desk/cases/{number}")
    for form in [f for f in case_page.forms.values() if str(f.action).endswith("/release")]:
        chengbei.sends(form)
    story = words(chengbei.board().get(f"/board/stories/{number}"))
    for word in ("全院下水道已疏通", "1 天", "微网格员", "1,920元", "48 户商量好每户 40元"):
        assert word in story, story
    public = words(chengbei.board().get("/board/money"))
    assert "48 户商量好每户 40元，合计 1,920元 ；已经交了 48 户" in public
    assert "1-1-101" not in public
    assert "王芳" not in public + story

    # 激励引导: credited once; the best idea, whose proposer supervises.
    chengbei.acts("liu", number, "award")
    best = chengbei.acts("liu", number, "best_idea", merit="一家返水，想到全院")
    assert "发放幸福种子：已经发过了" in words(best)
    chengbei.acts("liu", number, "close")
    chengbei.texts(GRANDMOTHER, "5")
    chengbei.texts(GRANDMOTHER, "兑换大米")
    chengbei.texts(GRANDMOTHER, "确认")
    assert chengbei.inbox(GRANDMOTHER) == [
        f"您的建议已收到，编号{number}。志愿者先核对，3月10日前答复您。回“进度”可查办理情况。",
        f"{number}号建议已核对，定为A类，3月10日前答复您。",
        f"{number}号建议交给王芳办理，3月10日前答复您。",
        f"{number}号的事开了坝坝会，48户同意，通过：每户40元疏通全院下水道",
        f"{number}号有新进展：施工队今天进场",
        f"{number}号有新进展：已清淤三分之二",
        f"{number}号办好了：全院下水道清淤完成，不再返水",
        "谢谢您的建议！送您10颗幸福种子，现在一共有10颗。",
        "谢谢您的建议！送您50颗幸福种子，现在一共有60颗。",
        f"谢谢您的金点子！{number}号怎么做、做得好不好，请您来监督和评议，社区会和您联系。",
        f"{number}号已办结。您满意吗？请回1到5的数字，5是最满意。谢谢您！",
        "收到您打的分，谢谢您！",
        "大米要50颗种子，您有60颗种子。要换请回“确认”。",
        "换好了：大米，用了50颗种子，还有10颗种子。带这部电话到社区来领。",
    ]
    signature = chengbei.scheme.community.signature
    assert {sms_segments(signature + body) for body in chengbei.inbox(GRANDMOTHER)} == {1}
    handed = chengbei.fills("liu", "/desk/rewards", "/handed")
    assert "居民手里 10，已经兑换 50，社区一共发了 60" in words(handed)

    # 回访 by somebody else, 居民确认, evaluation by the proposer.
    assert f"{number} 号" in words(chengbei.at("chen").get("/desk/visits"))
    assert f"{number} 号" not in words(chengbei.at("wang").get("/desk/visits")), "nobody visits for own work"
    for visit in _visits(chengbei, "chen", number):
        chengbei.fills("chen", f"/desk/cases/{number}", visit, outcome="confirmed", score="5", note="畅通，不臭了")
    visited = words(chengbei.at("liu").get(f"/desk/cases/{number}"), "#visits")
    assert "居民在 3月10日 确认办好了" in visited
    assert "提出人监督评议：居民说办好了，5 分" in visited

    # 长效维护: the residents keep it; three months later somebody looks, and finds something.
    assert "由 居民 维护" in words(chengbei.at("wang").get(f"/desk/cases/{number}"), "#upkeep")
    chengbei.waits(days=91)
    assert "天福苑 公共设施维护" in words(chengbei.at("wang").get("/desk/inspections"))
    chengbei.fills("wang", f"/desk/cases/{number}", "/inspections", in_order="0", note="天福苑一个井盖松了")
    finding = chengbei.newest()
    assert f"立了 {finding} 号" in words(chengbei.at("wang").get(f"/desk/cases/{number}"), "#upkeep")
    assert finding != number

    # 指标 and honours of the year.
    figures = words(chengbei.at("liu").get("/desk/figures?from=2026-03-01&until=2026-03-31"))
    for word in ("合计 1 件有效", "办结率 100% ✔ 绿灯 目标 90%", "转化率 100%", "满意率 100%", "满意度 5.00"):
        assert word in figures, figures
    assert "社区智囊之星" in words(chengbei.at("liu").get("/desk/honours?year=2026"))


def test_a_paper_form_is_planned_with_an_expert_and_looked_at_again(chengbei: Town) -> None:
    # 移动点: the simple paper form, typed in where it was filled.
    number = chengbei.types(
        "wang",
        source="mobile_point",
        text="天福苑空坝子以后规划一个老年人活动室",
        name="周婆婆",
        phone="13500000001",
    )
    chengbei.reviews("chen", number, level="C")
    page = words(chengbei.at("liu").get(f"/desk/cases/{number}"))
    for word in ("建议来源 移动征集点", "C ■ 蓝·规划参考", "征集点 第一网格1号移动点"):
        assert word in page, word
    chengbei.acts("liu", number, "assign", handler=str(chengbei.users["li"]))

    # 专家智囊团: nothing is planned without an opinion; the fields that nobody covers are shown.
    experts = chengbei.fills("liu", "/desk/experts", "/experts", name="吴工", fields="文体教育、养老助老")
    assert "智慧社区" in words(experts)
    assert "列入计划：" in words(chengbei.at("li").get(f"/desk/cases/{number}"), "section")
    asked = chengbei.fills("li", f"/desk/cases/{number}", "/opinions", question="地基行不行？")
    assert "请了吴工论证" in words(asked)
    opinion = next(str(f.action) for f in asked.forms.values() if "verdict" in f.fields)
    chengbei.fills(
        "li",
        f"/desk/cases/{number}",
        opinion,
        verdict="conditional",
        reasons="地面平整，要先迁走电表箱",
        cost="80000",
        conditions="供电公司同意迁表",
    )
    chengbei.acts("li", number, "plan", plan="列入明年微更新", look_again="2026-04-20")
    assert chengbei.inbox(NEIGHBOUR)[-1] == f"{number}号已列入计划：列入明年微更新。4月20日前再给您回话。"

    # On that day it comes back by itself, and the resident hears it.
    chengbei.waits(datetime(2026, 4, 17, 9, 0, tzinfo=SHANGHAI))
    assert chengbei.inbox(NEIGHBOUR)[-1].startswith(f"{number}号已列入计划")
    chengbei.waits(datetime(2026, 4, 20, 9, 0, tzinfo=SHANGHAI))
    assert chengbei.inbox(NEIGHBOUR)[-1].startswith(f"{number}号当时列入计划，现在重新看")
    assert f"{number} 号" in words(chengbei.at("li").get("/desk/mine"))


def test_a_grid_station_answers_a_simple_matter_at_once(chengbei: Town) -> None:
    chengbei.calls(NEIGHBOUR, "我想问一下天福苑的垃圾桶坏了找哪个换")
    number = chengbei.newest()
    chengbei.reviews("chen", number, level="A")
    refused = chengbei.at("he").get(f"/desk/cases/{number}")
    assert not [form for form in refused.forms.values() if str(form.action).endswith("/answer_now")]
    chengbei.acts("zhao", number, "answer_now", result="分站有备用的，下午就送去换")
    assert chengbei.inbox(NEIGHBOUR)[-1] == f"{number}号办好了：分站有备用的，下午就送去换"


def test_who_is_unhappy_is_handled_again_once_by_somebody_else(chengbei: Town) -> None:
    chengbei.calls(GRANDMOTHER, DRAIN)
    number = chengbei.newest()
    chengbei.reviews("chen", number, level="A")
    chengbei.acts("liu", number, "assign")
    chengbei.acts("wang", number, "finish", result="通了")
    _closes(chengbei, number)
    chengbei.texts(GRANDMOTHER, "1")
    assert chengbei.inbox(GRANDMOTHER)[-1].startswith(f"您说{number}号还没有办好，换赵网格长再办")
    again = words(chengbei.at("liu").get(f"/desk/cases/{number}"))
    assert "责任人 赵网格长" in again
    assert "因为居民不满意，重新办过一次" in again
    chengbei.acts("zhao", number, "finish", result="主管道也疏通了")
    _closes(chengbei, number)
    chengbei.texts(GRANDMOTHER, "2")
    assert chengbei.inbox(GRANDMOTHER)[-1] == "收到您打的分。没办好的地方，请打热线告诉我们，谢谢您！"
    assert "✓ 已办结" in words(chengbei.at("liu").get(f"/desk/cases/{number}")), "once, not for ever"


def _closes(made: Town, number: int) -> None:
    made.acts("liu", number, "publish", feedback="下水道疏通了。")
    made.acts("liu", number, "close")


def _form(page: TestResponse, action: str) -> int:
    return next(at for at, form in page.forms.items() if str(form.action).endswith(action))


def _visits(made: Town, username: str, number: int) -> list[str]:
    shown = made.at(username).get(f"/desk/cases/{number}")
    return [str(f.action) for f in shown.forms.values() if "/visits/" in str(f.action) and "outcome" in f.fields]
