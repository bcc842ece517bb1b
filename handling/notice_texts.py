"""短信用语 as the desk edits them: who sends each, what it may and must say, how long it is, how it reads."""

from collections import defaultdict
from dataclasses import dataclass

from handling.notice_occasions import OCCASIONS
from handling.notices import compose
from handling.scheme import Action, Scheme, SchemeError, Template
from handling.scheme.notice_variables import known_in, senders_of, variables_of
from handling.scheme.samples import SAMPLE
from handling.sms import ONE_SEGMENT, SEGMENT_OF_MANY, sms_segments, sms_units

# Where the file's wording has one of these, the resident or the people on duty cannot do without it.
ESSENTIAL = ("number", "ring", "caller", "survey_options", "task_due")
MEANINGS = {
    "number": "编号",
    "due": "答复的日子",
    "promise": "承诺答复的话",
    "handler_name": "责任人",
    "level": "级别",
    "state": "状态",
    "place": "地点",
    "quote": "居民的原话",
    "caller": "来电号码",
    "ring": "要打的电话",
    "points": "积分",
    "balance": "积分余额",
    "cases": "各件进展",
    "community": "社区名称",
    "waits_for": "等什么",
    "reason": "原因",
    "task": "请办的事",
    "task_due": "请办的期限",
    "deed": "做了什么",
    "stage": "现在的步骤",
    "why": "为什么",
    "count": "几件",
    "who": "哪一位",
    "waited": "等了多久",
    "reward": "兑换的东西",
    "rewards": "能换的东西",
    "price": "要多少分",
    "survey": "征集的名称",
    "survey_count": "几个问题",
    "survey_place": "第几个问题",
    "survey_question": "问题",
    "survey_options": "怎么回答",
    "hours_left": "还剩几小时",
    "late_by": "超期多久",
    "count_today": "今天到期几件",
    "count_late": "超期几件",
    "count_waiting": "等别人几件",
    "count_new": "新增几件",
    "count_again": "再看几件",
    "soon": "多快",
    "matter": "什么事",
    "until": "截止的日子",
    "mark": "短信开头写什么",
    "kind": "哪种议事",
    "yes": "同意怎么回",
    "no": "不同意怎么回",
    "choice": "投的票",
    "votes": "几件表决",
    "result": "结果",
    "agreed": "同意几户",
    "decided": "议成没有",
    "against": "不同意几户",
    "expert": "专家",
    "question": "想问什么",
    "verdict": "专家的结论",
    "points_for": "为什么得分",
}


@dataclass(frozen=True)
class NoticeText:
    """occasion: when it is sent; "" for never. senders: the actions that send it; none: the engine does.
    variables: code and meaning of what it may say. units: of the sample as the resident gets it, signature
    included; room: for the whole SMS."""

    name: str
    occasion: str
    template: Template
    senders: tuple[Action, ...]
    variables: tuple[tuple[str, str], ...]
    essential: tuple[str, ...]
    example: str
    units: int
    segments: int
    room: int


def notice_texts(scheme: Scheme, ground: Scheme) -> list[NoticeText]:
    """Those of residents' cases first, as the scheme has them. ground: the file below."""
    return [notice_text(scheme, ground, name) for name in scheme.notices]


def notice_text(scheme: Scheme, ground: Scheme, name: str, text: str | None = None) -> NoticeText:
    """text: other wording than that in force. ValueError when its braces do not pair."""
    template = scheme.notices[name]
    if text is not None:
        template = template.model_copy(update={"text": text})
    senders = tuple(senders_of(scheme, name))
    example = example_of(scheme, template, senders)
    return NoticeText(
        name=name,
        occasion=_occasion(name, senders),
        template=template,
        senders=tuple({action.name: action for action in senders}.values()),
        variables=tuple((code, _meaning(senders, code)) for code in sorted(known_in(scheme, name))),
        essential=essential(ground, name),
        example=example,
        units=sms_units(example),
        segments=sms_segments(example),
        room=ONE_SEGMENT if template.segments == 1 else SEGMENT_OF_MANY * template.segments,
    )


def essential(ground: Scheme, name: str) -> tuple[str, ...]:
    said = variables_of(ground.notices[name].text) if name in ground.notices else set()
    return tuple(code for code in ESSENTIAL if code in said)


def example_of(scheme: Scheme, template: Template, senders: tuple[Action, ...]) -> str:
    """With the signature; a field of the action's form as 〔its name〕."""
    fields = {field.code: f"〔{field.name.split('（')[0]}〕" for a in senders for field in a.fields}
    values = {name: f"〔{MEANINGS.get(name, name)}〕" for name in variables_of(template.text)} | fields
    return compose(scheme, template, defaultdict(str, {**values, **SAMPLE, "community": scheme.community.name}))


def check_texts(ground: Scheme, before: Scheme, proposed: Scheme) -> None:
    """That no notice has lost what its reader cannot do without. Raises SchemeError (without a line)."""
    for name, template in proposed.notices.items():
        if name not in before.notices or before.notices[name].text == template.text:
            continue
        for variable in essential(ground, name):
            if variable not in variables_of(template.text):
                raise SchemeError("desk", 0, f"notices.{name}.text: the variable “{{{variable}}}” is missing")


def _occasion(name: str, senders: tuple[Action, ...]) -> str:
    told = [OCCASIONS[name]] if name in OCCASIONS else []
    return "、".join(dict.fromkeys([*told, *(action.name for action in senders)]))


def _meaning(senders: tuple[Action, ...], code: str) -> str:
    named = {field.code: field.name for action in senders for field in action.fields}
    return MEANINGS.get(code) or named.get(code, code)
