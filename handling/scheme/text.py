"""Single values written into the desk's text of a scheme; everything else in it, comments too, stays as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.items import AoT, Array, InlineTable

from handling.scheme.base import TIME_UNITS
from handling.scheme.merge import BY_CODE


@dataclass(frozen=True)
class Value:
    """path: keys of tables; behind the name of a list its entry's code: ("steps", "handle", "working_days").
    value: str, int, float, bool, a time, a list of them, a list of tables, or None to take it away."""

    path: tuple[str, ...]
    value: Any


def limited(path: tuple[str, ...], unit: str, amount: int | None) -> list[Value]:
    """A time limit in one unit; no unit: none of its own."""
    others = [Value((*path, other), None) for other in TIME_UNITS if other != unit]
    return [*others, Value((*path, unit), amount)] if unit in TIME_UNITS else others


def written(text: str, values: Iterable[Value]) -> str:
    """`text` is valid TOML."""
    document = tomlkit.parse(text)
    for value in values:
        _write(document, value)
    return tomlkit.dumps(document)


def _write(document: Any, change: Value) -> None:
    table, path = document, list(change.path)
    while len(path) > 1:
        key = path.pop(0)
        # A notice may be called like a list: notices.rewards.
        listed = key in BY_CODE and change.path[0] != "notices"
        table = _entry(table, key, path.pop(0)) if listed else _table(table, key)
    if not path:
        table.update(change.value)
    elif change.value is None:
        table.pop(path[0], None)
    else:
        table[path[0]] = _item(change.value)


def _table(parent: Any, key: str) -> Any:
    if key not in parent:
        parent[key] = tomlkit.inline_table() if isinstance(parent, InlineTable) else tomlkit.table()
    return parent[key]


def _entry(parent: Any, key: str, code: str) -> Any:
    """The entry of a list with this code, added at its end when it is not there."""
    if key not in parent:
        parent[key] = _array() if isinstance(parent, InlineTable) else tomlkit.aot()
    entries = parent[key]
    for entry in entries:
        if entry.get("code") == code:
            return entry
    added = tomlkit.table() if isinstance(entries, AoT) else tomlkit.inline_table()
    added["code"] = code
    entries.append(added)
    return parent[key][-1]


def _item(value: Any) -> Any:
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        array = _array()
        for part in value:
            inline = tomlkit.inline_table()
            inline.update(part)
            array.append(inline)
        return array
    return list(value) if isinstance(value, tuple) else value


def _array() -> Array:
    return tomlkit.array().multiline(True)
