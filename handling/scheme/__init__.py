"""Reading a scheme: from the bundled ones in `handling/schemes/`, or from a community's own file, with what it
extends."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from handling.scheme.casework import UnitEntry, UpkeepRule, Visits
from handling.scheme.checks import problems
from handling.scheme.merge import Node, SchemeError, extended, laid_over, place_of, plain, traced
from handling.scheme.parts import (
    Action,
    ChannelEntry,
    Community,
    CourtyardEntry,
    Field,
    FormLine,
    Hours,
    Indicator,
    Level,
    PaperForm,
    PointsRule,
    Scheme,
    StationEntry,
    Step,
    Template,
    Tier,
)
from nlp.toml_lines import Where, lines_of

__all__ = [
    "Action",
    "ChannelEntry",
    "Community",
    "CourtyardEntry",
    "Field",
    "FormLine",
    "Hours",
    "Indicator",
    "Level",
    "PaperForm",
    "PointsRule",
    "Scheme",
    "SchemeError",
    "StationEntry",
    "Step",
    "Template",
    "Tier",
    "UnitEntry",
    "UpkeepRule",
    "Visits",
    "bundled_schemes",
    "load_scheme",
    "read_over",
]

FOLDER = Path(__file__).parent.parent / "schemes"
# Stands for the file in messages about a text that was written on the desk.
DESK = "desk"


def bundled_schemes() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scheme(name_or_path: str) -> Scheme:
    """A bundled scheme by its name, or a file by its path (with .toml or a slash). SchemeError when it is bad."""
    path = _path_of(name_or_path, Path())
    if path is None:
        raise SchemeError(name_or_path, 0, _unknown())
    return read_scheme(_text_of(path), path)


def read_scheme(text: str, path: Path) -> Scheme:
    """`path` names the file in messages, and what the scheme extends is looked for beside it."""
    return _validated(_whole(text, path, ()))


def read_over(text: str, ground: str) -> Scheme:
    """What the desk wrote, over the scheme `ground` (a name or path as for `load_scheme`). A text with a `name`
    is a scheme of its own and takes the place of the ground. Raises SchemeError; its file is DESK where the
    mistake is in the text."""
    under = _path_of(ground, Path())
    if under is None:
        raise SchemeError(ground, 0, _unknown())
    path = under.with_name(DESK)
    own = _parsed(text, path)
    if "name" in own.value:
        return _validated(_whole(text, path, ()))
    if "extends" in own.value:
        raise SchemeError(path, own.value["extends"].line, "extends: a scheme of its own needs a name")
    return _validated(laid_over(_whole(_text_of(under), under, ()), own))


def text_of_ground(ground: str) -> str:
    """The file that the desk's text lies over, as it is written. Raises SchemeError."""
    path = _path_of(ground, Path())
    if path is None:
        raise SchemeError(ground, 0, _unknown())
    return _text_of(path)


def _validated(whole: Node) -> Scheme:
    try:
        scheme = Scheme.model_validate(plain(whole))
    except ValidationError as error:
        first = error.errors()[0]
        raise _error(whole, first["loc"], first["msg"]) from error
    for where, reason in problems(scheme):
        raise _error(whole, where, reason)
    return scheme


def _whole(text: str, path: Path, heirs: tuple[Path, ...]) -> Node:
    """The file with everything that it extends. heirs: the files that led here, to find a circle."""
    own = _parsed(text, path)
    extends = own.value.get("extends")
    if extends is None or not isinstance(extends.value, str):
        return own
    base = _path_of(extends.value, path.parent)
    if base is None:
        raise SchemeError(path, extends.line, f"extends “{extends.value}”: {_unknown()}")
    known = [heir.resolve() for heir in (*heirs, path)]
    if base.resolve() in known:
        circle = [*heirs, path, base][known.index(base.resolve()) :]
        raise SchemeError(path, extends.line, f"extends itself: {' → '.join(part.stem for part in circle)}")
    if not base.is_file():
        raise SchemeError(path, extends.line, f"extends “{extends.value}”: there is no file {base}")
    return extended(_whole(_text_of(base), base, (*heirs, path)), own)


def _parsed(text: str, path: Path) -> Node:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemeError(path, _line_of_syntax_error(error, text), f"not TOML: {error}") from error
    return traced(data, path, lines_of(text))


def _path_of(name_or_path: str, folder: Path) -> Path | None:
    """A path counts from the folder; None for a name that no bundled scheme has."""
    path = Path(name_or_path)
    if path.suffix == ".toml" or len(path.parts) != 1:
        return folder / path
    return FOLDER / f"{name_or_path}.toml" if name_or_path in bundled_schemes() else None


def _unknown() -> str:
    return f"no such scheme; bundled are: {', '.join(bundled_schemes())} (或写 .toml 文件的路径)"


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SchemeError(path, 0, f"cannot be read: {error}") from error


def _error(whole: Node, where: Where, reason: str) -> SchemeError:
    file, line = place_of(whole, where)
    return SchemeError(file, line, f"{_dotted(where)}: {reason}")


def _dotted(where: Where) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")


def _line_of_syntax_error(error: tomllib.TOMLDecodeError, text: str) -> int:
    # "... (at line 3, column 7)" or "... (at end of document)"; the attribute `lineno` came with Python 3.14.
    _, _, tail = str(error).rpartition("(at line ")
    number = tail.split(",")[0]
    return int(number) if number.isdigit() else text.count("\n") + 1
