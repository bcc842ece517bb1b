"""A desk in full swing, cases in all states, a meeting, an account, a campaign, an alarm; every page it has."""

from dataclasses import dataclass
from unittest.mock import patch

from sqlalchemy import select

from handling.campaigns.surveys import record_answer, take_part
from handling.community import add_units
from handling.residents import find_or_add_resident
from models import AnswerMeans, Campaign, Channel, Courtyard, Resident, Review
from tests.hotline.desk.deeds import ENTRIES, PLAN, WANG, books, met, pays, photo, press, publish, saver, upload
from tests.hotline.desk.live import LiveDesk, practice

VOICE, OTHER_VOICE = "drain", "gas"
WAITING = (
    ("李家大院门口的路灯坏了，晚上看不见", "normal", "公共设施维护", 190),
    ("三栋楼下有人堆纸板，怕起火", "urgent", "安全隐患", 50),
    ("李家大院路灯坏了好几天", "normal", "公共设施维护", 400),
    ("李家大院的路灯坏了，没有人来修", "normal", "公共设施维护", 700),
    ("隔壁广场舞声音太大，睡不着", "normal", "邻里纠纷", 1500),
)
OPEN = (
    ("电梯三天两头坏，老人下不了楼", "B", "公共设施维护"),
    ("能不能给院子加装健身器材", "C", "文体活动"),
    ("垃圾桶满了没人收，苍蝇多得很", "A", "环境卫生"),
    ("停车把消防通道堵死了", "A", "停车交通"),
)


@dataclass(frozen=True)
class Shown:
    """A page as somebody sees it. who: a username, empty for the public."""

    name: str
    title: str
    path: str
    who: str = "liu"


@dataclass
class Busy:
    """What the addresses of the pages need."""

    voice: int
    case: int
    closed: int
    account: int
    story: int
    campaign: int
    deliberation: int
    expert: int
    resident: int
    review: int

    def path(self, page: Shown) -> str:
        return page.path.format(**vars(self))


PUBLIC = (
    Shown("board", "公示栏", "/board/", ""),
    Shown("board-stories", "办好的事", "/board/stories", ""),
    Shown("board-story", "一件办好的事", "/board/stories/{story}", ""),
    Shown("board-figures", "统计", "/board/figures", ""),
    Shown("board-scheme", "我们怎么办理", "/board/scheme", ""),
    Shown("board-money", "资金公示", "/board/money", ""),
    Shown("board-deliberations", "议事", "/board/deliberations", ""),
    Shown("board-campaigns", "专项征集", "/board/campaigns", ""),
    Shown("board-campaign", "一次专项征集的结果", "/board/campaigns/{campaign}", ""),
    Shown("board-honours", "荣誉", "/board/honours", ""),
    Shown("board-kiosk", "公示栏大屏", "/board/kiosk", ""),
    Shown("phone", "电话机（演示）", "/phone/", ""),
    Shown("login", "登录", "/desk/login", ""),
)
VOLUNTEER = (
    Shown("queue", "待核对", "/desk/review", "zhiyuan"),
    Shown("review", "核对一通来电", "/desk/review/{voice}", "zhiyuan"),
    Shown("volunteer-case", "案件（志愿者看到的）", "/desk/cases/{case}", "zhiyuan"),
    Shown("my-quality", "我的核对", "/desk/quality/mine", "zhiyuan"),
    Shown("practice-list", "练习核对", "/desk/practice", "zhiyuan"),
    Shown("practice", "一个练习", "/desk/practice/1", "zhiyuan"),
    Shown("new", "代录建议", "/desk/new", "zhiyuan"),
    Shown("paper", "空白建议表", "/desk/paper", "zhiyuan"),
    Shown("alarms", "一键呼叫", "/desk/alarms", "zhiyuan"),
    Shown("visits", "回访", "/desk/visits", "zhiyuan"),
    Shown("hot", "热点", "/desk/hot", "zhiyuan"),
    Shown("volunteer-all", "全部功能（志愿者）", "/desk/all", "zhiyuan"),
)
HANDLER = (
    Shown("mine", "我的案件", "/desk/mine", "wangfang"),
    Shown("case", "案件", "/desk/cases/{case}", "wangfang"),
    Shown("money", "案件的资金", "/desk/cases/{account}/money", "wangfang"),
    Shown("helping", "请我协办", "/desk/help", "zhang"),
    Shown("inspections", "长效维护", "/desk/inspections", "wangfang"),
    Shown("handler-residents", "居民档案（办理人）", "/desk/residents", "wangfang"),
    Shown("handler-all", "全部功能（办理人）", "/desk/all", "wangfang"),
)
COORDINATOR = (
    Shown("coordinator-mine", "我的案件（统筹员）", "/desk/mine"),
    Shown("coordinator-case", "案件（统筹员）", "/desk/cases/{case}"),
    Shown("closed-case", "办结的案件", "/desk/cases/{closed}"),
    Shown("ledger", "电子台账", "/desk/ledger"),
    Shown("lights", "红黄绿灯", "/desk/lights"),
    Shown("digest", "每日清单", "/desk/digest"),
    Shown("figures", "统计", "/desk/figures"),
    Shown("figure-cases", "一个数字背后的案件", "/desk/figures/cases?set=valid"),
    Shown("figure-map", "需求地图", "/desk/figures/map"),
    Shown("figure-indicators", "时间指标", "/desk/figures/indicators"),
    Shown("figure-deliberations", "议事统计", "/desk/figures/deliberations"),
    Shown("figure-held", "一个数字背后的议事", "/desk/figures/deliberations/held"),
    Shown("figure-assessment", "考核", "/desk/figures/assessment"),
    Shown("assessed-helps", "考核的协办", "/desk/figures/assessment/helps?by=unit&key=1"),
    Shown("figure-satisfaction", "满意度测评", "/desk/figures/satisfaction"),
    Shown("satisfaction-cases", "打了分的建议", "/desk/figures/satisfaction/cases"),
    Shown("campaigns", "专项征集", "/desk/campaigns"),
    Shown("campaign-new", "新的专项征集", "/desk/campaigns/new"),
    Shown("campaign", "一次专项征集", "/desk/campaigns/{campaign}"),
    Shown("campaign-results", "专项征集的结果", "/desk/campaigns/{campaign}/results"),
    Shown("deliberations", "议事", "/desk/deliberations"),
    Shown("deliberation-new", "新的议事", "/desk/deliberations/new?case={case}"),
    Shown("deliberation", "一次坝坝会", "/desk/deliberations/{deliberation}"),
    Shown("agenda", "议程建议", "/desk/agenda"),
    Shown("experts", "智囊团", "/desk/experts"),
    Shown("expert", "一位专家", "/desk/experts/{expert}"),
    Shown("quality", "核对质量", "/desk/quality"),
    Shown("second-look", "再看一次", "/desk/quality/{review}"),
    Shown("residents", "居民档案", "/desk/residents"),
    Shown("resident", "一人一档", "/desk/residents/{resident}"),
    Shown("rewards", "积分兑换", "/desk/rewards"),
    Shown("honours", "评选荣誉", "/desk/honours"),
    Shown("lexicon", "词表", "/desk/lexicon"),
    Shown("calendar", "工作日历", "/desk/calendar"),
    Shown("migration", "流程换新", "/desk/migration"),
    Shown("units", "单位", "/desk/units"),
    Shown("places", "人员归属", "/desk/places"),
    Shown("retention", "数据保存", "/desk/retention"),
    Shown("coordinator-all", "全部功能（统筹员）", "/desk/all"),
)
ADMINISTRATOR = (
    Shown("users", "人员", "/desk/users", "zhou"),
    Shown("setup", "开通步骤", "/desk/setup", "zhou"),
    Shown("setup-community", "开通步骤：社区名称", "/desk/setup/community", "zhou"),
    Shown("setup-prompts", "开通步骤：话音", "/desk/setup/prompts", "zhou"),
    Shown("rules", "流程", "/desk/scheme", "zhou"),
    Shown("rules-text", "流程的整个文字", "/desk/scheme/text", "zhou"),
    Shown("prompts", "话音", "/desk/prompts", "zhou"),
    Shown("stations", "征集点和院落", "/desk/stations", "zhou"),
    Shown("notices", "短信用语", "/desk/notices", "zhou"),
    Shown("design", "样式（演示）", "/desk/design", "zhou"),
    Shown("access", "访问记录", "/desk/access", "zhou"),
    Shown("all", "全部功能（管理员）", "/desk/all", "zhou"),
    Shown("forbidden", "身份不能看的页面", "/desk/users", "wangfang"),
    Shown("missing", "没有的页面", "/desk/nothing", "liu"),
)
ROLES = {
    "居民和邻居": PUBLIC,
    "志愿者": VOLUNTEER,
    "办理人": HANDLER,
    "统筹员": COORDINATOR,
    "管理员": ADMINISTRATOR,
}
PAGES = tuple(page for pages in ROLES.values() for page in pages)


def make_busy(desk: LiveDesk) -> Busy:
    """Fill the desk as a week of work would; the clock ends two days later."""
    with desk.database.write() as session:
        add_units(session, desk.scheme)
        for courtyard in session.scalars(select(Courtyard)):
            courtyard.households = 48
    with patch("handling.quality.in_sample", lambda _id, percent: percent > 0):
        closed, story, account = finished(desk)
        opened = [
            desk.handled_case(text=text, level=level, domain=domain, phone=f"+861381110000{n}")
            for n, (text, level, domain) in enumerate(OPEN)
        ]
    worked_on(desk, opened[0])
    money(desk, account)
    deliberation = met(desk, opened[0])
    campaign = asked_the_neighbours(desk)
    expert(desk)
    resident = known_resident(desk)
    desk.clock.advance(days=2, hours=1)
    voice, _other = waiting(desk)
    press(desk)
    with desk.database.read() as session:
        review = session.scalars(select(Review.id).order_by(Review.id.desc()).limit(1)).one()
    return Busy(voice, opened[0], closed, account, story, campaign, deliberation, 1, resident, review)


def finished(desk: LiveDesk) -> tuple[int, int, int]:
    """Cases that are closed, told as a story, and paid for together."""
    story = publish(desk, "院落下水道返水，48户每户分摊40元，全院疏通，现已畅通。")
    lead = desk.browser("liu")
    for kind in ("before", "after"):
        upload(lead, story, photo(800, 600), f"{kind}.jpg", kind)
    lead.get(f"/desk/cases/{story}")
    for one in (1, 2):
        lead.post(f"/desk/files/{one}/release")
    desk.act(story, "liu", "close")
    closed = desk.handled_case(text="三单元门口井盖松了", phone="+8613900139111")
    desk.act(closed, "wangfang", "finish", result="井盖换好了", upkeep="物业")
    desk.act(closed, "liu", "keep_private", reason="小事")
    desk.act(closed, "liu", "close")
    noise = desk.case("卖保健品的广告", phone="+8613700137000", channel=Channel.SMS)
    desk.review(noise, valid=False, note="广告")
    return closed, story, story


def worked_on(desk: LiveDesk, number: int) -> None:
    """One case with everything around it: help, a wait, a wish for more time, a photo, progress."""
    worker = desk.browser("wangfang")
    desk.act(number, "wangfang", "check_on_site", checked_on="2026-03-09", note="钢丝绳磨损，物业没有维修记录")
    desk.act(number, "wangfang", "progress", note="维保公司周三来换配件")
    upload(worker, number, photo(800, 600), "现场.jpg", "before")
    worker.get(f"/desk/cases/{number}")
    worker.post(f"/desk/cases/{number}/help", helper=f"user-{desk.users['zhang'].id}", task="请协调维修资金")
    worker.post(f"/desk/cases/{number}/more-time", due="2026-03-30", reason="配件要从外地发货")


def money(desk: LiveDesk, number: int) -> None:
    lead = desk.browser("liu")
    lead.get(f"/desk/cases/{number}/money")
    lead.post(f"/desk/cases/{number}/money/shares", households="48", share="40")
    pays(lead, number, households="48")
    lead.get(f"/desk/cases/{number}/money")
    lead.post(f"/desk/cases/{number}/money/plan", item="疏通下水道", cost="1,900")
    books(lead, number, photo(300, 200), kind="spending", amount="1900", note="管道疏通公司")
    lead.get(f"/desk/cases/{number}/money")
    lead.post(f"/desk/cases/{number}/money/publish")


def asked_the_neighbours(desk: LiveDesk) -> int:
    liu = desk.browser("liu")
    liu.get("/desk/campaigns/new?template=traffic")
    place = liu.post("/desk/campaigns/new", template="traffic", **PLAN).location
    liu.get(place)
    liu.post(f"{place}/steps/start")
    answered(desk)
    liu.get(place)
    liu.post(f"{place}/steps/close")
    liu.get(f"{place}/results")
    liu.post(f"{place}/report", analysis="公交最难等", decision="加一个公交站")
    liu.post(f"{place}/results/release")
    liu.get("/desk/campaigns/new?template=satisfaction")
    draft = {**PLAN, "template": "satisfaction", "title": "办事满意度", "keyword": "办事"}
    liu.post("/desk/campaigns/new", **draft)
    return int(place.rsplit("/", 1)[1])


def answered(desk: LiveDesk) -> None:
    """Nine neighbours answer all questions of the first campaign that are numbers."""
    now = desk.clock.now()
    with desk.database.write() as session:
        campaign = session.scalars(select(Campaign).order_by(Campaign.id)).first()
        assert campaign
        for n in range(9):
            resident = find_or_add_resident(session, f"+861383330000{n}", now)
            assert resident
            row = take_part(session, campaign, resident)
            for question in campaign.questions[:2]:
                record_answer(session, row, question, AnswerMeans.SMS, now, value=1 + n % 3)


def expert(desk: LiveDesk) -> None:
    liu = desk.browser("liu")
    liu.get("/desk/experts")
    liu.post("/desk/experts", **WANG)


def known_resident(desk: LiveDesk) -> int:
    saver(desk)
    with desk.database.read() as session:
        resident = session.scalars(select(Resident.id).order_by(Resident.id)).first()
    assert resident
    liu = desk.browser("liu")
    liu.get(f"/desk/residents/{resident}")
    liu.post(f"/desk/residents/{resident}", **{**ENTRIES, "name": "刘大爷"})
    return resident


def waiting(desk: LiveDesk) -> tuple[int, int]:
    """The queue: two voices, texts of all urgencies, a missed call."""
    for n, (text, urgency, domain, minutes) in enumerate(WAITING):
        phone = f"+861382220000{n}"
        desk.case(text, urgency=urgency, domain=domain, minutes_ago=minutes, channel=Channel.SMS, phone=phone)
    voices = desk.voice(practice(VOICE), minutes_ago=12), desk.voice(practice(OTHER_VOICE), phone="+8613600136000")
    browser = desk.browser("zhiyuan")
    browser.get("/desk/review")
    browser.get(f"/desk/review/{voices[0]}")
    browser.post(f"/desk/review/{voices[0]}/take")
    desk.missed_call()
    return voices
