"""The history of a case as a story: who did what when, and what the resident was told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handling.export import STATES, URGENCIES, channel_of
from handling.forms import show_value
from handling.history import ENGINE_EVENTS
from handling.residents import mask
from handling.scheme import Action, Scheme
from handling.visits import KINDS, OUTCOMES
from hotline.desk.words import level_of
from hotline.web import moment
from models import (
    Event,
    Medium,
    Notice,
    NoticeState,
    Suggestion,
    SuggestionState,
    Urgency,
    VisitKind,
    VisitOutcome,
)

SYSTEM = "系统"
NOTICE_STATES = {
    NoticeState.QUEUED: "等着发",
    NoticeState.SENDING: "正在发",
    NoticeState.SENT: "已发出",
    NoticeState.DELIVERED: "已送达",
    NoticeState.FAILED: "没有送到",
    NoticeState.UNKNOWN: "不知道送到没有",
    NoticeState.CANCELLED: "没有发",
}
MEDIA = {Medium.SMS: "短信", Medium.CALL: "电话回话", Medium.PERSON: "请人转告"}
# Of the events that no action's form names.
ENGINE_FIELDS = {
    "score": "满意度（1 到 5）",
    "number": "并进来的编号",
    "who": "告诉了",
    "tier": "由谁督办",
    "hours_left": "还剩（小时）",
    "late_by": "超期",
    "whom": "请谁",
    "task": "做什么",
    "until": "到哪天",
    "reason": "原因",
    "answer": "答复",
    "waits_for": "在等",
    "numbers": "分出去的",
    "visit": "怎样回访",
    "outcome": "结果",
    "keeper": "由谁维护",
    "interval": "多少天看一次",
    "proposed": "建议",
    "from_step": "原来的步骤",
}
# Where "number" is the number of another case than the one that was merged in.
OTHER_NUMBERS = {
    "linked": "编号",
    "unlinked": "编号",
    "split_from": "从哪一件",
    "found": "维护的是",
    "reopened": "谁的",
}
CHANGED = {
    "state": "状态",
    "level": "级别",
    "due": "期限",
    "handler": "责任人",
    "urgency": "紧急程度",
    "domain": "领域",
    "demand_type": "诉求类型",
    "place": "地点",
    "text": "原话",
}


@dataclass(frozen=True)
class Entry:
    """`facts`: (name, value) beside the text; `failed`: why the resident was not reached, or ""."""

    at: datetime
    title: str
    who: str
    text: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    told: bool = False
    failed: str = ""


def story_of(scheme: Scheme, case: Suggestion, notices: Iterable[Notice]) -> list[Entry]:
    """Oldest first; what was done stands before what was told about it."""
    entries = [event_entry(scheme, case, event) for event in case.events]
    entries += [notice_entry(case, notice) for notice in notices]
    return sorted(entries, key=lambda entry: (entry.at, entry.told))


def event_entry(scheme: Scheme, case: Suggestion, event: Event) -> Entry:
    action = action_of(scheme, event)
    titles = {**ENGINE_EVENTS, "received": f"收到{channel_of(scheme, case)}"}
    return Entry(
        at=event.at,
        title=action.name if action else titles.get(event.kind, event.kind),
        who=event.actor.name if event.actor else SYSTEM,
        text=event.note,
        facts=list(dict([*_filled(action, event), *_changed(scheme, action, event)]).items()),
    )


def notice_entry(case: Suggestion, notice: Notice) -> Entry:
    whom = "告诉居民" if notice.resident_id else "提醒工作人员"
    return Entry(
        at=notice.created_at,
        title=f"{MEDIA[notice.medium]}{whom} · {NOTICE_STATES[notice.state]}",
        who=f"{SYSTEM} · {mask(notice.to_number)}",
        text=masked_body(case, notice),
        told=True,
        failed=failure_of(notice),
    )


def masked_body(case: Suggestion | None, notice: Notice) -> str:
    """The alert to the duty phones has the caller's whole number: pages show it masked."""
    if case is None or case.resident is None:
        return notice.body
    return notice.body.replace(case.resident.phone, mask(case.resident.phone))


def failure_of(notice: Notice) -> str:
    if notice.state is not NoticeState.FAILED:
        return ""
    if notice.medium is Medium.PERSON:
        return "这个号码收不了短信，也不能自动回话，请人转告。"
    code = f"（{notice.error_code}）" if notice.error_code else ""
    return f"没有送到{code}，请人转告。"


def action_of(scheme: Scheme, event: Event) -> Action | None:
    """The action in the step where it was taken: two steps may share a code."""
    step = next((step for step in scheme.steps if step.code == event.step), None)
    return (step.action(event.kind) if step else None) or scheme.action(event.kind)


def _filled(action: Action | None, event: Event) -> Iterable[tuple[str, str]]:
    # "办理结果（会告诉居民）" is advice for the form, not for the reader.
    names = {asked.code: asked.name.split("（")[0] for asked in action.fields} if action else _engine_names(event)
    for code, value in event.form.items():
        shown = show_value(action, code, value) if action else _engine_value(code, value)
        if shown:
            yield names.get(code, code), shown


def _engine_names(event: Event) -> dict[str, str]:
    number = OTHER_NUMBERS.get(event.kind)
    return ENGINE_FIELDS | ({"number": number} if number else {})


def _engine_value(code: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if code == "visit":
        return KINDS[VisitKind(value)]
    if code == "outcome":
        return OUTCOMES[VisitOutcome(value)]
    return moment(datetime.fromisoformat(value)) if code == "until" else str(value)


def _changed(scheme: Scheme, action: Action | None, event: Event) -> Iterable[tuple[str, str]]:
    # What the form already says is not said twice.
    told = {asked.sets for asked in action.fields} - {"level"} if action else set()
    for column, name in CHANGED.items():
        if column in event.changes and column not in told:
            before, after = (_value(scheme, column, value) for value in event.changes[column])
            yield name, f"{before} → {after}" if before else after


def _value(scheme: Scheme, column: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if column == "state":
        return STATES[SuggestionState(value)]
    if column == "urgency":
        return URGENCIES[Urgency(value)]
    if column == "due":
        return moment(datetime.fromisoformat(value))
    if column == "level":
        level = level_of(scheme, value)
        return f"{level.code} {level.shape} {level.colour}" if level else str(value)
    return str(value)
