"""A community's own words over a taxonomy: added, weighed anew, or no longer counted.

People write them one a line: what kind, what the word speaks for, the word, its weight:

    领域 环境卫生 潲水桶 3
    方言 水坑 水凼凼
    地名 天福苑 老纺织厂宿舍
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from nlp.lexicon import WORD_LISTS, Emergency, Entry, Lexicon
from nlp.places import PlaceEntry

# What people call each kind.
KINDS = {
    "domain": "领域",
    "demand_type": "诉求类型",
    "urgency": "紧急程度",
    "emergency": "危险",
    "place": "地名",
    "wording": "方言",
}
URGENCIES = {"urgent": "急", "planning": "规划建议"}
# 0: the bundled word no longer counts for this value.
WEIGHTS = {3: "很说明问题", 2: "能说明", 1: "有一点", 0: "不算数", -2: "说明不是"}
WITHOUT_WEIGHT = ("place", "wording")
LONGEST = 20
# A community's own words, not a second lexicon.
MOST = 2_000

_WORD = re.compile(r"[0-9A-Za-z㐀-鿿]+")
_SEPARATOR = re.compile(r"[\s,，;；、|]+")


AnyEntry = TypeVar("AnyEntry", bound=Entry)


@dataclass(frozen=True)
class Addition:
    """`word` speaks for `value` of `kind` with `weight`; of a place `value` is its name and `word` another
    name for it; of a wording `word` is Sichuanese and `value` the standard wording."""

    kind: str
    value: str
    word: str
    weight: int

    @property
    def key(self) -> str:
        """The same key twice is the same word weighed anew."""
        return f"{self.kind}:{'' if self.kind == 'wording' else self.value}:{self.word}"

    def line(self) -> str:
        parts = [KINDS[self.kind], URGENCIES.get(self.value, self.value), self.word]
        return " ".join(parts if self.kind in WITHOUT_WEIGHT else [*parts, str(self.weight)])

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Addition":
        return cls(str(value["kind"]), str(value["value"]), str(value["word"]), int(value["weight"]))


@dataclass(frozen=True)
class Mistake:
    """`line` counts from 1; `reason` is Chinese."""

    line: int
    reason: str


class AdditionsInvalid(Exception):
    """Some lines cannot be taken; `mistakes` says which and why."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("；".join(f"第 {mistake.line} 行：{mistake.reason}" for mistake in mistakes))
        self.mistakes = tuple(mistakes)


def values_of(lexicon: Lexicon, places: Iterable[str] = ()) -> dict[str, list[str]]:
    """What a word may speak for, by kind; a wording may stand for anything."""
    return {
        "domain": [entry.value for entry in lexicon.domains.entries],
        "demand_type": [entry.value for entry in lexicon.demand_types.entries],
        "urgency": [entry.value for entry in lexicon.urgency.entries],
        "emergency": [entry.value for entry in lexicon.emergency],
        "place": list(places),
    }


def read_additions(text: str, values: Mapping[str, Sequence[str]]) -> list[Addition]:
    """One a line; empty lines and those that begin with # are passed over. Raises AdditionsInvalid."""
    found, mistakes = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            found.append(read_line(line, values))
        except ValueError as error:
            mistakes.append(Mistake(number, str(error)))
    if mistakes:
        raise AdditionsInvalid(mistakes)
    return found


def read_line(line: str, values: Mapping[str, Sequence[str]]) -> Addition:
    """Raises ValueError with the reason in Chinese."""
    parts = _SEPARATOR.split(line.strip())
    kind = next((code for code, name in KINDS.items() if parts[0] in (code, name)), "")
    if not kind:
        raise ValueError(f"不认识“{parts[0]}”，可以写：{'、'.join(KINDS.values())}")
    wanted = 3 if kind in WITHOUT_WEIGHT else 4
    if len(parts) != wanted:
        example = "类别 归到哪里 词" + ("" if wanted == 3 else " 分量")
        raise ValueError(f"应当有 {wanted} 项（{example}），这一行有 {len(parts)} 项")
    weight = 1 if wanted == 3 else _weight(parts[3])
    value = next((code for code, name in URGENCIES.items() if kind == "urgency" and parts[1] == name), parts[1])
    addition = Addition(kind, value, parts[2], weight)
    if reason := why_not(addition, values):
        raise ValueError(reason)
    return addition


def why_not(addition: Addition, values: Mapping[str, Sequence[str]]) -> str:
    """Why this word cannot be taken, in Chinese; "" when it can."""
    if addition.kind not in KINDS:
        return f"不认识类别“{addition.kind}”"
    if not _WORD.fullmatch(addition.word):
        return f"“{addition.word}”里只能有汉字、字母和数字"
    shortest = 2 if addition.kind in ("emergency", *WITHOUT_WEIGHT) else 1
    if not shortest <= len(addition.word) <= LONGEST:
        return f"“{addition.word}”要有 {shortest} 到 {LONGEST} 个字"
    if addition.kind == "wording":
        fits = _WORD.fullmatch(addition.value) and len(addition.value) <= LONGEST
        return "" if fits else f"“{addition.value}”不能当普通话的说法"
    if addition.value not in values[addition.kind]:
        known = "、".join(URGENCIES.get(value, value) for value in values[addition.kind]) or "（还没有）"
        return f"{KINDS[addition.kind]}里没有“{addition.value}”，有：{known}"
    if addition.weight not in WEIGHTS:
        return f"分量只能是 {'、'.join(str(weight) for weight in WEIGHTS)}"
    return ""


def _weight(text: str) -> int:
    try:
        return int(text.replace("−", "-"))
    except ValueError:
        raise ValueError(f"分量“{text}”不是数字") from None


def with_additions(lexicon: Lexicon, additions: Iterable[Addition]) -> Lexicon:
    """The taxonomy as the community wants it. What speaks for a value that the taxonomy no longer has is
    passed over: a new release may rename a domain."""
    changes: dict[tuple[str, str], dict[str, int]] = {}
    wording = dict(lexicon.wording)
    for addition in additions:
        if addition.kind == "wording":
            wording[addition.word] = addition.value
        else:
            changes.setdefault((addition.kind, addition.value), {})[addition.word] = addition.weight

    def changed(kind: str) -> Callable[[Entry], Entry]:
        return lambda entry: _with_words(lexicon, entry, changes.get((kind, entry.value), {}))

    tables = (("domain", "domains"), ("demand_type", "demand_types"), ("urgency", "urgency"))
    update: dict[str, Any] = {"wording": wording}
    for kind, name in tables:
        file = getattr(lexicon, name)
        update[name] = file.model_copy(update={"entries": tuple(map(changed(kind), file.entries))})
    emergencies: tuple[Emergency, ...] = tuple(
        _with_words(lexicon, entry, changes.get(("emergency", entry.value), {})) for entry in lexicon.emergency
    )
    weights = [(word, weight) for words in changes.values() for word, weight in words.items()]
    update["own_words"] = frozenset(word for word, weight in weights if weight > 0)
    update["silenced"] = frozenset(word for word, weight in weights if weight == 0)
    return lexicon.model_copy(update={**update, "emergency": emergencies})


def with_place_names(gazetteer: Iterable[PlaceEntry], additions: Iterable[Addition]) -> list[PlaceEntry]:
    """The places with the other names that residents use for them."""
    names: dict[str, list[str]] = {}
    for addition in additions:
        if addition.kind == "place":
            names.setdefault(addition.value, []).append(addition.word)
    return [PlaceEntry(name=e.name, aliases=(*e.aliases, *names.get(e.name, ())), kind=e.kind) for e in gazetteer]


def _with_words(lexicon: Lexicon, entry: AnyEntry, weights: Mapping[str, int]) -> AnyEntry:
    if not weights:
        return entry
    return entry.model_copy(
        update={name: _word_list(lexicon, getattr(entry, name), weights, of) for name, of in WORD_LISTS.items()}
    )


def _word_list(lexicon: Lexicon, text: str, weights: Mapping[str, int], of: int) -> str:
    """The list without the words that are weighed anew, and with those that now weigh `of`. A template that
    stands for such a word is written out."""
    kept: list[str] = []
    for template in text.split():
        words = lexicon.expand(template)
        hit = any(word in weights for word in words)
        kept += [word for word in words if word not in weights] if hit else [template]
    return " ".join([*kept, *(word for word, weight in weights.items() if weight == of)])
