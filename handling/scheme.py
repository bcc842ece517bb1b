"""Reading a scheme: from the bundled ones in `handling/schemes/`, or from a community's own file."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from handling.scheme_checks import problems
from handling.scheme_parts import (
    Action,
    Community,
    CourtyardEntry,
    Field,
    Hours,
    Level,
    PointsRule,
    Scheme,
    StationEntry,
    Step,
    Template,
    Tier,
)
from handling.toml_lines import Where, lines_of

__all__ = [
    "Action",
    "Community",
    "CourtyardEntry",
    "Field",
    "Hours",
    "Level",
    "PointsRule",
    "Scheme",
    "SchemeError",
    "StationEntry",
    "Step",
    "Template",
    "Tier",
    "bundled_schemes",
    "load_scheme",
]

FOLDER = Path(__file__).parent / "schemes"


class SchemeError(Exception):
    """A scheme that cannot be used. line: counted from 1; 0 when the file itself cannot be read."""

    def __init__(self, file: Path | str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = str(file)
        self.line = line
        self.reason = reason


def bundled_schemes() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scheme(name_or_path: str) -> Scheme:
    """A bundled scheme by its name, or a file by its path (with .toml or a slash). SchemeError when it is bad."""
    path = Path(name_or_path)
    if path.suffix != ".toml" and len(path.parts) == 1:
        path = FOLDER / f"{name_or_path}.toml"
        if not path.is_file():
            known = ", ".join(bundled_schemes())
            raise SchemeError(name_or_path, 0, f"no such scheme; bundled are: {known} (或写 .toml 文件的路径)")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SchemeError(path, 0, f"cannot be read: {error}") from error
    return read_scheme(text, path)


def read_scheme(text: str, path: Path) -> Scheme:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemeError(path, _line_of_syntax_error(error, text), f"not TOML: {error}") from error
    lines = lines_of(text)
    try:
        scheme = Scheme.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise SchemeError(path, _line(lines, first["loc"]), f"{_dotted(first['loc'])}: {first['msg']}") from error
    for where, reason in problems(scheme):
        raise SchemeError(path, _line(lines, where), f"{_dotted(where)}: {reason}")
    return scheme


def _line(lines: dict[Where, int], where: Where) -> int:
    """The line of the innermost table or key on the way to `where` that the file has."""
    for length in range(len(where), 0, -1):
        if where[:length] in lines:
            return lines[where[:length]]
    return 1


def _dotted(where: Where) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")


def _line_of_syntax_error(error: tomllib.TOMLDecodeError, text: str) -> int:
    # "... (at line 3, column 7)" or "... (at end of document)"; the attribute `lineno` came with Python 3.14.
    _, _, tail = str(error).rpartition("(at line ")
    number = tail.split(",")[0]
    return int(number) if number.isdigit() else text.count("\n") + 1
