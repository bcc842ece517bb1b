"""A scheme in the words of residents: time limits, who acts, and what they are told, with sample values."""

from collections import defaultdict
from dataclasses import dataclass

from handling.notices import compose
from handling.scheme import Action, Level, Scheme, Step
from handling.scheme.base import TimeLimit
from handling.scheme.notice_variables import VARIABLES
from handling.scheme.samples import SAMPLE
from handling.scheme.supervision import HANDLER
from models import Role

# Who somebody is. Whoever answers for one case is its 责任人, mostly a 办理人, at times a 统筹员.
ROLES = {
    Role.VOLUNTEER: "志愿者",
    Role.HANDLER: "办理人",
    Role.COORDINATOR: "统筹员",
    Role.ADMINISTRATOR: "管理员",
}


@dataclass(frozen=True)
class Told:
    """What a resident is told: when (the action's name), the SMS as a sample, and for which levels alone."""

    when: str
    text: str
    levels: tuple[str, ...] = ()


def time_limit(limit: TimeLimit) -> str:
    """ "3个工作日内", "24小时内", "2个工作小时内"; "" without a limit."""
    if limit.hours is not None:
        return f"{limit.hours}小时内"
    if limit.staffed_hours is not None:
        return f"{limit.staffed_hours}个工作小时内"
    if limit.working_days is None:
        return ""
    return f"{limit.working_days}个工作日内" if limit.working_days else "当天"


def staffed_words(scheme: Scheme) -> str:
    """ "工作日 9:00到12:00、14:00到17:30", when a person answers; "" in a community without such hours."""
    hours = [
        f"{one.opens.hour}:{one.opens:%M}到{one.closes.hour}:{one.closes:%M}" for one in scheme.community.staffed
    ]
    return f"工作日 {'、'.join(hours)}" if hours else ""


def supervision_words(scheme: Scheme) -> list[str]:
    """What happens to a case that is late, stage by stage: "超期3个工作日，社区书记督办"."""
    stages = scheme.supervision.stages if scheme.supervision else ()
    after = [(time_limit(stage).removesuffix("内"), _who_supervises(scheme, stage.tier)) for stage in stages]
    return [f"超期{late}，{who}" for late, who in after]


def _who_supervises(scheme: Scheme, tier: str) -> str:
    return "提醒责任人" if tier == HANDLER else f"{scheme.tier(tier).name}督办"


def responsible(scheme: Scheme, level: Level) -> str:
    return scheme.tier(level.tier).name


def who_acts(step: Step) -> list[str]:
    """An administrator may do what a coordinator may; that is nothing for residents."""
    acting = {role for action in step.actions for role in action.roles} - {Role.ADMINISTRATOR}
    return [name for role, name in ROLES.items() if role in acting]


def told_in(scheme: Scheme, step: Step) -> list[Told]:
    """In the order of the step's actions; the first step begins with the acknowledgement."""
    told = [Told("刚收到", sample_notice(scheme, "received"))] if step == scheme.first_step else []
    for action in step.actions:
        if action.notice:
            told.append(Told(action.name, sample_notice(scheme, action.notice, action), action.levels))
    return told


def sample_notice(scheme: Scheme, name: str, action: Action | None = None) -> str:
    """The SMS with sample values, a field of the action's form as 〔its name〕. No signature."""
    fields = (
        {f.code: f"〔{f.name.split('（')[0]}〕" for f in action.fields if f.code not in VARIABLES}
        if action
        else {}
    )
    points = {"points": str(scheme.points_rule(action.points).points)} if action and action.points else {}
    values = defaultdict(str, {"community": scheme.community.name, **SAMPLE, **points, **fields})
    return compose(scheme, scheme.notices[name], values).removeprefix(scheme.community.signature)
