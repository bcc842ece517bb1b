"""The lexicon: what is listened for. TOML files in folders, one folder a taxonomy; see README.md beside this file.

A taxonomy is a folder with at least domains.toml; what it lacks it takes from `default`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from nlp.toml_lines import Where, lines_of

FOLDER = Path(__file__).parent
# In a checkout: taxonomies that only measure (the seven labels of the petitions).
WITH_TESTS = FOLDER.parents[1] / "tests" / "data"
DEFAULT = "default"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
MAX_EXPANSION = 3000
# The lists of an entry and what their words weigh.
WORD_LISTS = {"strong": 3, "usual": 2, "weak": 1, "against": -2}


Model = TypeVar("Model", bound=BaseModel)


class LexiconError(Exception):
    """A lexicon file cannot be used: `file` and `reason` say which and why."""

    def __init__(self, file: Path | str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Entry(_Strict):
    """One value with the words that speak for it (weights 3, 2, 1) or against it (-2).

    Words are separated by blanks. A word may be a template: (a|b|) alternatives, {name} a concept.
    A rule is several templates joined by " + ", which must stand near each other.
    """

    value: str = Field(min_length=1)
    strong: str = ""
    usual: str = ""
    weak: str = ""
    against: str = ""
    rules: tuple[str, ...] = ()

    def weighted(self) -> list[tuple[int, str]]:
        return [
            (weight, template) for key, weight in WORD_LISTS.items() for template in getattr(self, key).split()
        ]


class Emergency(Entry):
    """`strong` words and rules are enough alone; `usual` ones need another sign. `ring` the number to dial."""

    ring: Literal["119", "120", "110"]
    domain: str = ""
    # Its words say whom to ring, whatever experience heard beside them.
    certain: bool = False


class Guard(_Strict):
    """Words that take the force out of a sign of danger near them.

    `side`: before or after the sign, or anywhere. `within` characters, not across a full stop (`comma` also
    not across a comma). `effect`: "drop" the sign, or take it as a "risk" (urgent, no emergency).
    """

    name: str
    words: str
    side: Literal["before", "after", "anywhere"]
    within: int = Field(default=200, ge=0)
    comma: bool = False
    effect: Literal["drop", "risk"] = "drop"
    # A word of the concept "此刻" (now) near the sign lifts this guard.
    now_lifts: bool = False
    # Values of emergency.toml that it guards, separated by blanks; empty: all signs.
    only: str = ""


class _EntryFile(_Strict):
    fallback: str
    entries: tuple[Entry, ...] = Field(min_length=1)

    @field_validator("entries")
    @classmethod
    def _each_value_once(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        values = [entry.value for entry in entries]
        if repeated := {value for value in values if values.count(value) > 1}:
            raise ValueError(f"listed twice: {', '.join(sorted(repeated))}")
        return entries


class _EmergencyFile(_Strict):
    entries: tuple[Emergency, ...] = ()


class _GuardFile(_Strict):
    masks: str = ""
    # Words whose sound is too common: they count only as written.
    as_written: str = ""
    # Expressions that take a guard back: 不是演习, 没骗你.
    earnest: str = ""
    # Big words for something else, which experience is not to hear either: 群里炸了锅.
    figurative: str = ""
    # Is it so? (是不是煤气漏了), and what answers in another clause that it is (脑壳昏).
    doubts: str = ""
    confirms: str = ""
    guards: tuple[Guard, ...] = ()


class _ConceptFile(_Strict):
    concepts: dict[str, str]


class _DialectFile(_Strict):
    wording: dict[str, str]


class Lexicon(_GuardFile):
    """Everything that understanding listens for, validated; what stands in guards.toml is its own."""

    taxonomy: str
    domains: _EntryFile
    demand_types: _EntryFile
    urgency: _EntryFile
    emergency: tuple[Emergency, ...]
    concepts: dict[str, str]
    wording: dict[str, str]
    # What the community added, and what it said shall not count (nlp.lexicon.additions).
    own_words: frozenset[str] = frozenset()
    silenced: frozenset[str] = frozenset()
    # Most templates are asked for more than once, and expanding them takes half of the loading.
    _expanded: dict[str, tuple[str, ...]] = PrivateAttr(default_factory=dict)

    def expand(self, template: str) -> tuple[str, ...]:
        """Every word that a template stands for, longest first."""
        if template not in self._expanded:
            self._expanded[template] = tuple(expand(template, self.concepts))
        return self._expanded[template]


def taxonomy_folder(taxonomy: str | Path, home: Path | None = None) -> Path:
    """A taxonomy by its name (bundled, then HOME/lexicon/NAME, then kept with the tests), or by its path."""
    named = isinstance(taxonomy, str) and NAME.fullmatch(taxonomy)
    folders = [parent / taxonomy for parent in _libraries(home)] if named else []
    for folder in (*folders, Path(taxonomy)):
        if (folder / "domains.toml").is_file():
            return folder
    bundled = sorted(path.parent.name for path in FOLDER.glob("*/domains.toml"))
    raise LexiconError(taxonomy, f"no such taxonomy; bundled are: {', '.join(bundled)}")


def _libraries(home: Path | None) -> list[Path]:
    return [FOLDER, *([home / "lexicon"] if home else []), WITH_TESTS]


def load_lexicon(taxonomy: str | Path = DEFAULT, home: Path | None = None) -> Lexicon:
    """Read and check a taxonomy. `home`: HOTLINE_HOME, for a community's own. Raises LexiconError."""
    folder = taxonomy_folder(taxonomy, home)
    lexicon = Lexicon(
        taxonomy=folder.name,
        domains=_read(folder, "domains", _EntryFile, inherit=False),
        demand_types=_read(folder, "demand_types", _EntryFile),
        urgency=_read(folder, "urgency", _EntryFile),
        emergency=_read(folder, "emergency", _EmergencyFile).entries,
        concepts=_read(folder, "concepts", _ConceptFile).concepts,
        wording=_read(folder, "dialect", _DialectFile).wording,
        **dict(_read(folder, "guards", _GuardFile)),
    )
    _check_templates(lexicon, folder)
    return lexicon


def _read(folder: Path, name: str, model: type[Model], *, inherit: bool = True) -> Model:
    path = _path(folder, name) if inherit else folder / f"{name}.toml"
    try:
        with path.open("rb") as file:
            return model.model_validate(tomllib.load(file))
    except OSError as error:
        raise LexiconError(path, error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(path, str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise _mistake(path, first["loc"], first["msg"]) from error


def _path(folder: Path, name: str) -> Path:
    own = folder / f"{name}.toml"
    return own if own.exists() else FOLDER / DEFAULT / f"{name}.toml"


def _mistake(path: Path, where: Where, reason: str) -> LexiconError:
    """With the line of the innermost table or key on the way to it."""
    lines = lines_of(path.read_text(encoding="utf-8"))
    places = (where[:length] for length in range(len(where), 0, -1))
    line = next((f"line {lines[place]}: " for place in places if place in lines), "")
    return LexiconError(path, f"{line}{'.'.join(map(str, where))}: {reason}")


def _check_templates(lexicon: Lexicon, folder: Path) -> None:
    for name, where, template in _templates(lexicon):
        try:
            lexicon.expand(template)
        except ValueError as error:
            raise _mistake(_path(folder, name), where, str(error)) from error


def _templates(lexicon: Lexicon) -> Iterator[tuple[str, Where, str]]:
    """Every template with its file and its place there."""
    for concept in lexicon.concepts:
        yield "concepts", ("concepts", concept), "{" + concept + "}"
    for key in ("masks", "earnest", "figurative", "doubts", "confirms"):
        yield from (("guards", (key,), template) for template in getattr(lexicon, key).split())
    for place, guard in enumerate(lexicon.guards):
        yield from (("guards", ("guards", place, "words"), template) for template in guard.words.split())
    tables: dict[str, tuple[Entry, ...]] = {
        "domains": lexicon.domains.entries,
        "demand_types": lexicon.demand_types.entries,
        "urgency": lexicon.urgency.entries,
        "emergency": lexicon.emergency,
    }
    for name, entries in tables.items():
        for place, entry in enumerate(entries):
            for key in WORD_LISTS:
                yield from ((name, ("entries", place, key), word) for word in getattr(entry, key).split())
            for number, rule in enumerate(entry.rules):
                yield from ((name, ("entries", place, "rules", number), part) for part in rule.split(" + "))


_PLAIN = re.compile(r"[^(){}|]+")
_PARTS = re.compile(r"\(([^()]*)\)|\{([^{}]*)\}|([^(){}|]+)")


def expand(template: str, concepts: Mapping[str, str]) -> list[str]:
    """Every word that a template stands for, longest first. Raises ValueError for a bad template."""
    choices: list[list[str]] = []
    position = 0
    for match in _PARTS.finditer(template):
        if match.start() != position:
            break
        position = match.end()
        alternatives, concept, plain = match.groups()
        choices.append(_choices(alternatives, concept, plain, concepts))
    if position != len(template) or not template:
        raise ValueError(f"cannot read the template {template!r}")
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MAX_EXPANSION:
        raise ValueError(f"{template!r} stands for {count} words, more than {MAX_EXPANSION}")
    words = {"".join(parts) for parts in product(*choices)} - {""} if len(choices) > 1 else {*choices[0]} - {""}
    return sorted(sorted(words), key=len, reverse=True)


def _choices(
    alternatives: str | None, concept: str | None, plain: str | None, concepts: Mapping[str, str]
) -> list[str]:
    if alternatives is not None:
        return [word for part in alternatives.split("|") for word in (expand(part, concepts) if part else [""])]
    if concept is not None:
        if concept not in concepts:
            raise ValueError(f"unknown concept {{{concept}}}")
        # Without itself: a concept that names itself is unknown there, instead of endless.
        others = {name: words for name, words in concepts.items() if name != concept}
        parts = concepts[concept].split()
        # Most are plain words, and the big concepts stand in many rules.
        return [word for part in parts for word in ([part] if _PLAIN.fullmatch(part) else expand(part, others))]
    assert plain is not None
    return [plain]
