"""A scheme that extends another: what it says is laid over what the other says. Every value remembers its file
and line, so that a mistake is found in the file that made it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from handling.scheme.base import TIME_UNITS
from nlp.toml_lines import Where

# Lists whose tables are matched by their `code`; every other list is replaced as a whole.
BY_CODE = frozenset(
    ("levels", "steps", "actions", "fields", "points", "channels", "forms", "indicators", "units")
) | {"deliberations", "rewards", "honours"}
# What says who a scheme is, and is never taken over.
OWN = ("name", "title", "extends")


class SchemeError(Exception):
    """A scheme that cannot be used. line: counted from 1; 0 when the file itself cannot be read."""

    def __init__(self, file: Path | str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = str(file)
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Node:
    """A value of a TOML file: dict[str, Node], list[Node], or plain."""

    value: Any
    file: Path
    line: int


def traced(data: Any, file: Path, lines: dict[Where, int], where: Where = (), line: int = 1) -> Node:
    """`data` with the place of each value; what has no line of its own has that of what it stands in."""
    line = lines.get(where, line)
    if isinstance(data, dict):
        return Node({key: traced(v, file, lines, (*where, key), line) for key, v in data.items()}, file, line)
    if isinstance(data, list):
        return Node([traced(v, file, lines, (*where, i), line) for i, v in enumerate(data)], file, line)
    return Node(data, file, line)


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(part) for key, part in node.value.items()}
    return [plain(part) for part in node.value] if isinstance(node.value, list) else node.value


def place_of(node: Node, where: Where) -> tuple[Path, int]:
    """File and line of the innermost value on the way to `where` that the scheme has."""
    for part in where:
        known = node.value if isinstance(node.value, dict) else dict(enumerate(_items(node)))
        if part not in known:
            break
        node = known[part]
    return node.file, node.line


def extended(base: Node, own: Node) -> Node:
    """The whole scheme of a file that extends another. SchemeError when it removes what is not there."""
    taken = {key: part for key, part in base.value.items() if key not in OWN}
    return laid_over(replace(base, value=taken), own)


def laid_over(base: Node, own: Node) -> Node:
    """Tables are joined key by key; `remove = true` in a table takes the other's away, and a time limit takes the
    place of one in another unit."""
    parts = dict(base.value)
    if any(unit in own.value for unit in TIME_UNITS):
        parts = {key: part for key, part in parts.items() if key not in TIME_UNITS}
    for key, part in own.value.items():
        if _removed(part):
            if parts.pop(key, None) is None:
                raise SchemeError(part.file, part.line, f"there is no “{key}” to remove")
        elif key in BY_CODE and key in parts and _tables(parts[key]) and _tables(part):
            parts[key] = replace(part, value=_matched(parts[key].value, part.value))
        elif key in parts and isinstance(parts[key].value, dict) and isinstance(part.value, dict):
            parts[key] = laid_over(parts[key], part)
        else:
            parts[key] = part
    return replace(own, value=parts)


def _matched(base: list[Node], own: list[Node]) -> list[Node]:
    """The same code changes an entry where it stands; a new one stands behind the one above it in the own
    list, or last when there is none above."""
    result = list(base)
    place = len(result)
    for part in own:
        at = next((i for i, old in enumerate(result) if _code(old) == _code(part) is not None), None)
        if _removed(part):
            if at is None:
                raise SchemeError(part.file, part.line, f"there is no “{_code(part)}” to remove")
            del result[at]
            place = at
        elif at is None:
            result.insert(place, part)
            place += 1
        else:
            result[at] = laid_over(result[at], part)
            place = at + 1
    return result


def _tables(node: Node) -> bool:
    return isinstance(node.value, list) and all(isinstance(part.value, dict) for part in node.value)


def _items(node: Node) -> list[Node]:
    return node.value if isinstance(node.value, list) else []


def _removed(node: Node) -> bool:
    return isinstance(node.value, dict) and "remove" in node.value and node.value["remove"].value is True


def _code(node: Node) -> Any:
    return node.value["code"].value if "code" in node.value else None
