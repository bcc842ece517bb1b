"""What the keys of a scheme are called on the desk: "levels.A.working_days" is “级别 A 时限（工作日）”."""

from handling.scheme import Scheme

KEYS = {
    "title": "名称",
    "community": "社区",
    "signature": "短信签名",
    "staffed": "值守时间",
    "households": "户数",
    "stations": "征集点",
    "station_tiers": "征集点层级",
    "courtyards": "院落",
    "tiers": "人员级别",
    "levels": "级别",
    "steps": "步骤",
    "actions": "动作",
    "fields": "表格",
    "roles": "谁可以做",
    "next": "下一步",
    "state": "状态",
    "notice": "发短信",
    "notices": "短信用语",
    "text": "文字",
    "segments": "最多几条",
    "spoken": "电话里说",
    "working_days": "时限（工作日）",
    "hours": "时限（小时）",
    "staffed_hours": "时限（工作小时）",
    "tier": "谁负责",
    "experts": "要专家意见",
    "points": "积分",
    "rewards": "兑换",
    "honours": "荣誉",
    "channels": "渠道",
    "forms": "单子",
    "indicators": "指标",
    "lights": "红黄绿灯",
    "yellow": "黄灯",
    "red": "红灯",
    "team_yellow": "班组黄灯",
    "team_red": "班组红灯",
    "target_yellow": "目标黄灯",
    "supervision": "督办",
    "stages": "各级",
    "remind_hours": "提前提醒（小时）",
    "digest": "每日清单",
    "deliberations": "议事",
    "units": "单位",
    "visits": "回访",
    "upkeep": "长效维护",
    "retention": "数据保存",
    "targets": "目标",
    "assessment": "考核",
    "money": "经费",
    "domains": "领域",
    "confidential_domains": "保密领域",
    "review_sample_percent": "抽查比例（%）",
    "proposals": "建议定级",
    "name": "名称",
    "note": "说明",
    "help": "说明",
    "(order)": "顺序",
}


def name_of_path(path: str, scheme: Scheme) -> str:
    """path: as `handling.scheme.diff` writes it. Codes that the scheme names are shown by their names."""
    named = {step.code: step.name for step in scheme.steps}
    named |= {action.code: action.name for step in scheme.steps for action in step.actions}
    words: list[str] = []
    above = ""
    for part in path.replace(" (order)", ".(order)").split("."):
        words.append(named.get(part, part) if above in ("steps", "actions") else KEYS.get(part, part))
        above = part
    return " · ".join(words)
