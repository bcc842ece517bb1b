"""What differs between two schemes, key by key; entries of lists are named by their code."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from handling.scheme import Scheme


@dataclass(frozen=True)
class Difference:
    """path: "steps.handle.actions.finish.next". before or after None: it is only in the other scheme."""

    path: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.path} = {self.after}"
        if self.after is None:
            return f"- {self.path} = {self.before}"
        return f"~ {self.path}: {self.before} → {self.after}"


def differences(one: Scheme, other: Scheme) -> Iterator[Difference]:
    """In the order of `one`, then what only `other` has; whole entries that come or go are one line."""
    yield from _between("", one.model_dump(mode="json"), other.model_dump(mode="json"))


def _between(path: str, one: Any, other: Any) -> Iterator[Difference]:
    before, after = _named(one), _named(other)
    if before is None or after is None:
        if one != other:
            yield Difference(path, _shown(one), _shown(other))
        return
    for key in dict.fromkeys((*before, *after)):
        inner = f"{path}.{key}".lstrip(".")
        if key not in after:
            yield Difference(inner, _shown(before[key]), None)
        elif key not in before:
            yield Difference(inner, None, _shown(after[key]))
        else:
            yield from _between(inner, before[key], after[key])
    common_before = [key for key in before if key in after]
    if isinstance(one, list) and common_before != [key for key in after if key in before]:
        yield Difference(f"{path} (order)", "、".join(before), "、".join(after))


def _named(value: Any) -> dict[str, Any] | None:
    """A table by its keys, a list of tables by their codes; None for what is compared as a whole."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and all(isinstance(part, dict) for part in value):
        names = [part.get("code") or part.get("name") for part in value]
        if all(names) and len(set(names)) == len(names):
            return dict(zip(names, value, strict=True))
    return None


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("name") or value.get("text") or value.get("code") or value)
    if isinstance(value, list):
        return "[" + ", ".join(_shown(part) for part in value) + "]"
    return str(value)
