"""What changed in a case, for its append-only history."""

from datetime import UTC, datetime
from typing import Any

from models import Suggestion

# The events that no scheme's action names.
ENGINE_EVENTS = {
    "attached": "加了照片或材料",
    "detached": "拿掉了照片或材料",
    "told_public": "改公示栏上的话",
    "taken_off_board": "从公示栏撤下",
    "put_back_on_board": "放回公示栏",
    "photo_released": "公开了照片",
    "photo_withheld": "收回了公开的照片",
    "received": "收到",
    "alarm_raised": "一键呼叫",
    "alarm_repeated": "又按了一键呼叫",
    "arrived": "有人到场",
    "extended": "居民补充",
    "reviewed": "核对",
    "joined": "并入同一件事",
    "rated": "居民评分",
    "campaign_marked": "改征集方式",
    "migrated": "换用新的办理流程",
    "help_asked": "请人协办",
    "help_answered": "协办答复",
    "help_waived": "不再等协办",
    "extension_asked": "申请延期",
    "extension_granted": "批准延期",
    "extension_declined": "没有批准延期",
    "handover_asked": "申请转交",
    "handover_granted": "同意转交",
    "handover_declined": "没有同意转交",
    "paused": "停下来等",
    "resumed": "接着办",
    "split": "分出别的事",
    "split_from": "从另一件分出来",
    "linked": "关联",
    "unlinked": "不再关联",
    "withdrawn": "居民撤回",
    "withdrawal_asked": "居民发短信要撤回急事，要打电话问清楚",
    "visited": "回访",
    "confirmed": "居民确认办好了",
    "reopened": "居民不满意，重新办理",
    "invited": "请提出人监督评议",
    "upkeep_set": "落实长效维护",
    "inspected": "巡查",
    "found": "巡查发现",
    "limit_over": "调解时限到了",
    "opinion_asked": "请专家论证",
    "opinion_given": "专家意见",
    "opinion_aside": "专家回避",
    "opinion_withdrawn": "不再请这位专家论证",
    "deliberation_begun": "开始议事",
    "deliberation_passed": "议事通过",
    "deliberation_rejected": "议事没有通过",
    "deliberation_no_quorum": "参与议事的不够数",
    "deliberation_stopped": "议事取消",
    "money": "记账",
    "told": "打电话或上门转告了",
    "reminded": "快到期，提醒",
    "supervised": "超期督办",
    "relieved": "督办解除",
    "looked_again": "到了日子，重新看",
}
COLUMNS = (
    "state",
    "step",
    "level",
    "due",
    "handler_id",
    "courtyard_id",
    "text",
    "place",
    "domain",
    "demand_type",
    "urgency",
    "feedback",
    "published_at",
    "merged_into_id",
    "scheme_version_id",
    "unit_id",
    "paused_at",
    "paused_for",
    "confirmed_at",
    "reopened",
    "confidential",
    "split_from_id",
    "supervised_by",
)


def snapshot(suggestion: Suggestion) -> dict[str, Any]:
    """The columns as JSON values, and the handler's name for people who read the history."""
    values = {column: _plain(getattr(suggestion, column)) for column in COLUMNS}
    return values | {"handler": suggestion.handler.name if suggestion.handler else ""}


def changes_since(before: dict[str, Any], suggestion: Suggestion) -> dict[str, list[Any]]:
    """{"column": [from, to]} of what differs; the session must be flushed, so that keys follow objects."""
    after = snapshot(suggestion)
    return {column: [before[column], after[column]] for column in after if before[column] != after[column]}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return getattr(value, "value", value)
