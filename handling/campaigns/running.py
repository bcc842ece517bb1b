"""专项征集 from draft to report: who may change what, and when. `paused_at` stops invitations, never answers."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handling.campaigns.queries import today
from handling.commands import parse_command
from handling.deeds import note_event
from handling.residents import normal_number
from models import Campaign, CampaignState, Participation, ParticipationState, Resident, Suggestion, User

LONGEST_TITLE = 12
LONGEST_PERIOD = timedelta(days=366)
FASTEST = 60
OPEN_STATES = (ParticipationState.WAITING, ParticipationState.INVITED, ParticipationState.ANSWERING)
# 短信: texts alone; 都用: landlines are rung; 电话: everybody is rung.
WAYS = {"sms": "只发短信", "both": "手机发短信，座机打电话", "call": "都打电话"}


class CampaignInvalid(Exception):
    """What was typed in cannot be. errors: field -> what is wrong, in Chinese."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


class CampaignNotAllowed(Exception):
    """Not in this state of the campaign; the text says why, in Chinese."""


@dataclass(frozen=True)
class Target:
    """Who is invited. Empty lists mean everybody. served_days: only those whose matter was closed in the last
    days, 0 for all. way: a key of WAYS."""

    courtyards: list[int] = field(default_factory=list)
    stations: list[int] = field(default_factory=list)
    care: list[str] = field(default_factory=list)
    served_days: int = 0
    way: str = "sms"


@dataclass(frozen=True)
class Plan:
    """What a coordinator decides before the start. number: E.164 or as dialled; None for the usual number."""

    title: str
    purpose: str
    starts_on: date
    ends_on: date
    number: str = ""
    keyword: str = ""
    per_minute: int = 10
    target: Target = field(default_factory=Target)


def target_of(campaign: Campaign) -> Target:
    return Target(**campaign.target)


def create_campaign(session: Session, plan: Plan, user: User, now: datetime, template: str = "") -> Campaign:
    """A draft. Raises CampaignInvalid."""
    campaign = Campaign(created_by=user, created_at=now, template=template)
    _write(session, campaign, plan)
    session.add(campaign)
    session.flush()
    return campaign


def change_campaign(session: Session, campaign: Campaign, plan: Plan) -> None:
    """Everything in a draft; of a running campaign the end, the pace and the words about it.

    Raises CampaignInvalid, CampaignNotAllowed."""
    if campaign.state is CampaignState.DRAFT:
        _write(session, campaign, plan)
        return
    if campaign.state is not CampaignState.RUNNING:
        raise CampaignNotAllowed("已经结束，不能再改")
    errors = {name: text for name, text in _mistakes(session, campaign, plan).items() if name in _STILL_OPEN}
    if errors:
        raise CampaignInvalid(errors)
    campaign.purpose, campaign.ends_on, campaign.per_minute = plan.purpose.strip(), plan.ends_on, plan.per_minute


_STILL_OPEN = ("purpose", "ends_on", "per_minute")


def _write(session: Session, campaign: Campaign, plan: Plan) -> None:
    if errors := _mistakes(session, campaign, plan):
        raise CampaignInvalid(errors)
    campaign.title, campaign.purpose = plan.title.strip(), plan.purpose.strip()
    campaign.starts_on, campaign.ends_on = plan.starts_on, plan.ends_on
    campaign.number = normal_number(plan.number) if plan.number.strip() else None
    campaign.keyword = plan.keyword.strip()
    campaign.per_minute = plan.per_minute
    campaign.target = asdict(plan.target)


def _mistakes(session: Session, campaign: Campaign, plan: Plan) -> dict[str, str]:
    errors = {}
    if not 1 <= len(plan.title.strip()) <= LONGEST_TITLE:
        errors["title"] = f"题目写 1 到 {LONGEST_TITLE} 个字，短信里要放得下"
    if plan.ends_on < plan.starts_on:
        errors["ends_on"] = "结束的日子在开始以前"
    elif plan.ends_on - plan.starts_on > LONGEST_PERIOD:
        errors["ends_on"] = "最长一年"
    if not 1 <= plan.per_minute <= FASTEST:
        errors["per_minute"] = f"每分钟 1 到 {FASTEST} 个"
    if plan.target.way not in WAYS:
        errors["way"] = "请选怎么邀请"
    errors |= _mark_mistakes(session, campaign, plan)
    return errors


def _mark_mistakes(session: Session, campaign: Campaign, plan: Plan) -> dict[str, str]:
    """A number or keyword means one campaign at a time, and never a command."""
    errors = {}
    number, keyword = normal_number(plan.number), plan.keyword.strip()
    if plan.number.strip() and number is None:
        errors["number"] = "电话号码不对，要写成 028… 或 +8628… 的样子"
    if keyword and (not 2 <= len(keyword) <= 12 or not keyword.isalnum() or keyword.isdigit()):
        errors["keyword"] = "暗号要 2 到 12 个字，不带标点，不能全是数字"
    elif keyword and parse_command(keyword) is not None:
        errors["keyword"] = f"“{keyword}”已经是热线的指令，请换一个"
    for name, column, value in (("number", Campaign.number, number), ("keyword", Campaign.keyword, keyword)):
        taken = select(Campaign.title).where(
            column == value,
            Campaign.state.in_((CampaignState.DRAFT, CampaignState.RUNNING)),
            Campaign.starts_on <= plan.ends_on,
            Campaign.ends_on >= plan.starts_on,
            Campaign.id != (campaign.id or 0),
        )
        if value and name not in errors and (other := session.scalar(taken.limit(1))):
            errors[name] = f"同一时间“{other}”也在用"
    return errors


def start_campaign(campaign: Campaign, now: datetime) -> None:
    """From now on it takes answers; invitations are another step. Raises CampaignNotAllowed."""
    _expect(campaign, CampaignState.DRAFT, "已经开始过了")
    if campaign.ends_on < today(now):
        raise CampaignNotAllowed("结束的日子已经过了，请先改日期")
    campaign.state, campaign.started_at = CampaignState.RUNNING, now


def pause_campaign(campaign: Campaign, now: datetime) -> None:
    """No further invitation leaves, those in the outbox included."""
    _expect(campaign, CampaignState.RUNNING, "不在进行中")
    campaign.paused_at = campaign.paused_at or now


def resume_campaign(campaign: Campaign) -> None:
    _expect(campaign, CampaignState.RUNNING, "不在进行中")
    campaign.paused_at = None


def close_campaign(session: Session, campaign: Campaign, now: datetime) -> None:
    """No more answers; whoever was not yet invited is not."""
    _expect(campaign, CampaignState.RUNNING, "不在进行中")
    campaign.state, campaign.closed_at, campaign.paused_at = CampaignState.CLOSED, now, None
    session.flush()
    session.execute(
        update(Participation)
        .where(Participation.campaign_id == campaign.id, Participation.state.in_(OPEN_STATES))
        .values(state=ParticipationState.LAPSED, question_id=None, finished_at=now)
    )


def report_campaign(campaign: Campaign, *, analysis: str, decision: str, now: datetime) -> None:
    """数据分析 and 转化运用, in words. May be written anew as decisions follow. Raises CampaignInvalid."""
    if campaign.state not in (CampaignState.CLOSED, CampaignState.REPORTED):
        raise CampaignNotAllowed("要先结束征集，才能写报告")
    if not decision.strip():
        raise CampaignInvalid({"decision": "请写这次征集怎么用：定了哪些措施，哪些没采纳，为什么"})
    campaign.analysis, campaign.decision = analysis.strip(), decision.strip()
    campaign.state, campaign.reported_at = CampaignState.REPORTED, campaign.reported_at or now


def release_results(campaign: Campaign, released: bool, now: datetime) -> None:
    """Show the results on the public board, or take them away."""
    if campaign.state not in (CampaignState.CLOSED, CampaignState.REPORTED):
        raise CampaignNotAllowed("要先结束征集，才能公开结果")
    campaign.released_at = (campaign.released_at or now) if released else None


def close_finished_campaigns(session: Session, now: datetime) -> int:
    """Those whose last day is over. How many."""
    over = select(Campaign).where(Campaign.state == CampaignState.RUNNING, Campaign.ends_on < today(now))
    closed = list(session.scalars(over.with_for_update()))
    for campaign in closed:
        close_campaign(session, campaign, now)
    return len(closed)


def mark_suggestion(
    session: Session, suggestion: Suggestion, campaign: Campaign | None, user: User, now: datetime
) -> None:
    """A person decides which campaign it came with; None: the everyday track."""
    before = suggestion.campaign
    if before is campaign:
        return
    suggestion.campaign = campaign
    tracks = [f"专项“{marked.title}”" if marked else "常态" for marked in (before, campaign)]
    note_event(session, suggestion, "campaign_marked", actor=user, now=now, note=" → ".join(tracks))


def stop_questionnaires(session: Session, resident: Resident, now: datetime) -> None:
    """The resident wants no more texts: nothing of any campaign is asked any more."""
    session.flush()
    session.execute(
        update(Participation)
        .where(Participation.resident_id == resident.id, Participation.state.in_(OPEN_STATES))
        .values(state=ParticipationState.STOPPED, question_id=None, finished_at=now)
    )


def _expect(campaign: Campaign, state: CampaignState, otherwise: str) -> None:
    if campaign.state is not state:
        raise CampaignNotAllowed(otherwise)
