"""What the desk's templates know besides their own data: names of codes, the menu, masked numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handling.export import STATES, URGENCIES, channel_of, place_of
from handling.residents import mask
from handling.scheme import Level, Scheme
from handling.scheme.words import ROLES, time_limit
from hotline.current import current
from hotline.desk.access import EVERYBODY, LEADERS, REVIEWERS, STAFF, blueprint, may_help, me
from models import Role, User


@dataclass(frozen=True)
class Link:
    endpoint: str
    name: str
    key: str
    roles: tuple[Role, ...]
    # Pages below it: the menu shows where one is.
    below: tuple[str, ...] = ()
    # Its heading on “全部功能”; links without one stand in the bar on every page.
    group: str = ""

    @property
    def active(self) -> tuple[str, ...]:
        return (self.endpoint, *self.below)


WORK, PEOPLE, RULES, RECORDS = "日常办理", "居民和人员", "规则和设置", "记录和统计"
LINKS = (
    Link("desk.queue", "待核对", "alt+1", REVIEWERS, ("desk.review_page", "desk.finish_review")),
    Link("desk.mine", "我的案件", "alt+2", STAFF),
    Link("desk.ledger", "电子台账", "alt+3", STAFF, ("desk.case_page", "desk.act", "desk.money")),
    Link("desk.hot", "热点", "alt+7", EVERYBODY),
    Link("desk.new_suggestion", "代录建议", "alt+6", EVERYBODY, ("desk.enter_suggestion",)),
    Link("desk.overview", "全部功能", "alt+0", EVERYBODY),
    Link("desk.my_quality", "我的核对", "", REVIEWERS, (), WORK),
    Link("desk.practice_list", "练习核对", "", EVERYBODY, ("desk.practice", "desk.solve_practice"), WORK),
    Link("desk.quality", "核对质量", "", LEADERS, ("desk.second_look", "desk.save_second_look"), RECORDS),
    Link("desk.lights", "红黄绿灯", "", STAFF, (), WORK),
    Link("desk.digest", "每日清单", "", STAFF, (), WORK),
    Link("desk.helping", "请我协办", "", STAFF, (), WORK),
    Link("desk.visits", "回访", "", EVERYBODY, (), WORK),
    Link("desk.inspections", "长效维护", "", STAFF, (), WORK),
    Link(
        "desk.campaigns",
        "专项征集",
        "",
        LEADERS,
        ("desk.new_campaign", "desk.create", "desk.campaign", "desk.campaign_results"),
        WORK,
    ),
    Link("desk.alarms", "一键呼叫", "", EVERYBODY, (), WORK),
    Link("desk.deliberations", "议事", "", STAFF, ("desk.deliberation", "desk.new_deliberation"), WORK),
    Link("desk.agenda", "议程建议", "", STAFF, (), WORK),
    Link("desk.experts", "智囊团", "", STAFF, ("desk.expert_card", "desk.add_expert", "desk.save_expert"), PEOPLE),
    Link("desk.retention", "数据保存", "", LEADERS, (), RECORDS),
    Link("desk.rewards", "积分兑换", "", STAFF, ("desk.save_reward",), PEOPLE),
    Link("desk.honours", "评选荣誉", "", LEADERS, (), PEOPLE),
    Link("desk.paper_form", "空白建议表", "", EVERYBODY, (), RECORDS),
    Link("board.card", "大字卡片（打印）", "", EVERYBODY, (), RECORDS),
    Link("board.poster", "海报（打印）", "", EVERYBODY, (), RECORDS),
    Link("board.kiosk", "公示栏大屏", "", EVERYBODY, (), RECORDS),
    Link("desk.residents", "居民档案", "", STAFF, ("desk.resident_file",), PEOPLE),
    Link("desk.rules", "流程", "", LEADERS, ("desk.change_rules", "desk.rules_text", "desk.preview_rules"), RULES),
    Link("desk.notice_texts_page", "短信用语", "", LEADERS, ("desk.change_notice",), RULES),
    Link("desk.prompts_page", "话音", "", LEADERS, ("desk.record_prompt",), RULES),
    Link("desk.lexicon", "词表", "alt+8", LEADERS, ("desk.preview_words", "desk.save_words"), RULES),
    Link(
        "desk.stations_page",
        "征集点和院落",
        "",
        LEADERS,
        ("desk.keep_station", "desk.keep_courtyard", "desk.undo_place"),
        RULES,
    ),
    Link("desk.calendar", "工作日历", "alt+4", LEADERS, ("desk.add_day",), RULES),
    Link("desk.migration", "流程换新", "", LEADERS, ("desk.migrate_cases",), RULES),
    Link("desk.units", "单位", "", LEADERS, ("desk.add_unit", "desk.change_unit"), PEOPLE),
    Link("desk.places", "人员归属", "", LEADERS, ("desk.change_place",), PEOPLE),
    Link("desk.setup", "开通步骤", "", (Role.ADMINISTRATOR,), (), RULES),
    Link("desk.users", "人员", "alt+5", (Role.ADMINISTRATOR,), ("desk.add_person",), PEOPLE),
    Link("desk.figures", "统计", "", STAFF, ("desk.figure_list",), RECORDS),
    Link("desk.figure_map", "需求地图", "", STAFF, (), RECORDS),
    Link("desk.figure_assessment", "考核", "", STAFF, (), RECORDS),
    Link("desk.access_log", "访问记录", "", (Role.ADMINISTRATOR,), (), RECORDS),
)


@blueprint.context_processor
def words() -> dict[str, Any]:
    scheme = current().scheme
    now = current().clock.now()
    known = me().is_authenticated
    return {
        "scheme": scheme,
        "now": now,
        "me": me(),
        "menu": [link for link in my_links() if not link.group] if known else [],
        "roles": ROLES,
        "channel_of": lambda case: channel_of(scheme, case),
        "states": STATES,
        "urgencies": URGENCIES,
        "masked": mask,
        "may_help": may_help,
        "place_of": place_of,
        "level_of": lambda code: level_of(scheme, code),
        "step_name": lambda code: step_name(scheme, code),
        "rank_of": lambda user: rank_of(scheme, user),
        "time_limit": time_limit,
        "tier_name": lambda code: tier_name(scheme, code),
        "waited": lambda since: waited(since, now),
    }


def my_links() -> list[Link]:
    return [link for link in LINKS if me().role in link.roles]


def level_of(scheme: Scheme, code: str) -> Level | None:
    """None for no level, and for one that only an earlier scheme knew."""
    return next((level for level in scheme.levels if level.code == code), None)


def step_name(scheme: Scheme, code: str) -> str:
    return next((step.name for step in scheme.steps if step.code == code), code)


def rank_of(scheme: Scheme, user: User) -> str:
    """微网格员, 社区书记, ...; the role for people without a rank."""
    return next((tier.name for tier in scheme.tiers if tier.code == user.tier), ROLES[user.role])


def tier_name(scheme: Scheme, code: str) -> str:
    return next((tier.name for tier in scheme.tiers if tier.code == code), code)


def waited(since: datetime, now: datetime) -> str:
    minutes = max(0, int((now - since).total_seconds()) // 60)
    if minutes < 60:
        return f"等了 {minutes} 分钟"
    if minutes < 48 * 60:
        return f"等了 {minutes // 60} 小时"
    return f"等了 {minutes // 1440} 天"
