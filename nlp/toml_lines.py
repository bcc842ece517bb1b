"""On which line of a TOML text each table, key and list item begins, for messages about its meaning."""

import re

Where = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*(\"[^\"]+\"|[A-Za-z0-9_.\-\"']+)\s*=(.*)$")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


def lines_of(text: str) -> dict[Where, int]:
    """Knows [tables], [[arrays of tables]], keys, and lists that have one item a line. `text` is valid TOML."""
    lines: dict[Where, int] = {}
    table: Where = ()
    listing: Where = ()
    depth = 0
    item = 0
    for number, line in enumerate(text.splitlines(), start=1):
        bare = _STRING.sub('""', line).split("#")[0]
        if depth > 0:
            if depth == 1 and bare.strip() and not bare.strip().startswith("]"):
                lines[(*listing, item)] = number
                item += 1
        elif header := _HEADER.match(line):
            table = _table(header[1] == "[[", header[2], lines)
            lines[table] = number
            continue
        elif key := _KEY.match(line):
            listing = (*table, *_parts(key[1]))
            lines[listing] = number
            item = 0
        depth += bare.count("[") - bare.count("]")
    return lines


def _table(repeated: bool, name: str, lines: dict[Where, int]) -> Where:
    """The place that a header opens: [[steps.actions]] is the next action of the last step."""
    parts = _parts(name)
    where: Where = ()
    for part in parts[:-1]:
        where = _last((*where, part), lines)
    where = (*where, parts[-1])
    if not repeated:
        return where
    return (*where, _count(where, lines))


def _last(where: Where, lines: dict[Where, int]) -> Where:
    count = _count(where, lines)
    return (*where, count - 1) if count else where


def _count(where: Where, lines: dict[Where, int]) -> int:
    count = 0
    while (*where, count) in lines:
        count += 1
    return count


def _parts(name: str) -> Where:
    return tuple(part.strip().strip("\"'") for part in name.split("."))
