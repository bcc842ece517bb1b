"""改过什么: the lines of a history, for the pages whose lists can be changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handling.changes import told
from models import Change


@dataclass(frozen=True)
class Line:
    change: Change
    # "改了", "加上", "去掉"
    deed: str
    # "别名：无 → 老缫丝厂"
    details: list[str]


def shown(
    change: Change, names: Mapping[str, str], values: Mapping[str, Callable[[Any], Any]] | None = None
) -> Line:
    """names: the Chinese name of each value; values: what is to be shown instead of a code."""
    deed = "加上" if change.before is None else "去掉" if change.after is None else "改了"
    details = []
    for name, before, after in told(change):
        called = names.get(name, name)
        words = (values or {}).get(name, lambda value: value)
        if deed == "改了":
            details.append(f"{called}：{_word(words(before))} → {_word(words(after))}")
        elif (value := after if deed == "加上" else before) not in (None, "", [], True):
            details.append(f"{called}：{_word(words(value))}")
    return Line(change, deed, details)


def _word(value: Any) -> str:
    if value is None or value in ("", []):
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
