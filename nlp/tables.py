"""Entries of the lexicon against the words found in a text: signs for values, by single words and by rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

from nlp.lexicon import Entry, Lexicon
from nlp.matcher import ONLY_IN_RULES, Hit, longest

Variants = Callable[[str], set[str]]

# Parts of a rule stand near each other: this many characters from the first to the last, beside their own.
RULE_SPAN = 18
RULE_WEIGHT = 3
# A message that repeats itself for minutes is not looked at in every combination of its words.
ANCHORS, NEIGHBOURS, REACH = 12, 5, 36
# People and places stand in every sentence: they vouch little for a misheard word beside them.
EVERYDAY = ("人", "地方", "此刻")
EVERYDAY_COUNTS = 0.3


@dataclass(frozen=True)
class Sign:
    """Something that speaks for a value: where in the standard text, by which words, how strongly."""

    value: str
    start: int
    end: int
    word: str
    weight: float
    literal: bool
    note: str = ""
    # The spans of a rule's words; empty for a single word.
    parts: tuple[tuple[int, int], ...] = ()

    def spans(self) -> tuple[tuple[int, int], ...]:
        return self.parts or ((self.start, self.end),)


@dataclass(frozen=True)
class _Rule:
    """`parts` are bits, one for each template of the rule; `all` is their union."""

    value: str
    parts: tuple[int, ...]
    all: int


@dataclass
class Table:
    """One list of entries (domains, ...) prepared for scoring hits."""

    entries: Sequence[Entry]
    words: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    rules: list[_Rule] = field(default_factory=list)
    # For each word: the bits of the templates that it belongs to.
    parts_of: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    everyday: frozenset[str] = frozenset()
    _bits: dict[str, int] = field(default_factory=dict)

    @classmethod
    def build(cls, entries: Sequence[Entry], lexicon: Lexicon, variants: Variants) -> "Table":
        table = cls(entries, everyday=_everyday(lexicon, variants))
        for entry in entries:
            for weight, template in entry.weighted():
                for word in words_of(lexicon, template, variants):
                    if all(value != entry.value for value, _ in table.words[word]):
                        table.words[word].append((entry.value, weight))
            for rule in entry.rules:
                bits = tuple(table._bit(part.strip(), lexicon, variants) for part in rule.split(" + "))
                table.rules.append(_Rule(entry.value, bits, _union(bits)))
        return table

    def _bit(self, template: str, lexicon: Lexicon, variants: Variants) -> int:
        if template not in self._bits:
            self._bits[template] = 1 << len(self._bits)
            for word in words_of(lexicon, template, variants):
                self.parts_of[word] |= self._bits[template]
        return self._bits[template]

    def vocabulary(self) -> set[str]:
        return set(self.words) | set(self.parts_of)

    def signs(self, hits: Sequence[Hit]) -> list[Sign]:
        """What speaks for and against each value. Weights: 3, 2, 1 or -2 times the quality of the hit."""
        single = longest(hit for hit in hits if hit.word in self.words and hit.quality > ONLY_IN_RULES)
        signs = [
            Sign(value, hit.start, hit.end, hit.word, weight * hit.quality, hit.literal)
            for hit in single
            for value, weight in self.words[hit.word]
        ]
        return signs + self._rule_signs(hits)

    def _rule_signs(self, hits: Sequence[Hit]) -> list[Sign]:
        tagged = [(self.parts_of[hit.word], hit) for hit in hits if hit.word in self.parts_of]
        present = _union(bits for bits, _ in tagged)
        signs = []
        for rule in self.rules:
            if present & rule.all == rule.all:
                choices = [[hit for bits, hit in tagged if bits & part] for part in rule.parts]
                if best := _best_combination(choices):
                    signs.append(self._rule_sign(rule.value, best))
        return signs

    def _rule_sign(self, value: str, hits: tuple[Hit, ...]) -> Sign:
        return Sign(
            value,
            min(hit.start for hit in hits),
            max(hit.end for hit in hits),
            " + ".join(hit.word for hit in sorted(hits)),
            RULE_WEIGHT * self._together(hits),
            all(hit.literal for hit in hits),
            parts=tuple((hit.start, hit.end) for hit in sorted(hits)),
        )

    def _together(self, hits: tuple[Hit, ...]) -> float:
        """Parts support each other by their length: 厨房 vouches for a misheard 着火, 他 does not."""
        lengths = [(hit.end - hit.start) * (EVERYDAY_COUNTS if hit.word in self.everyday else 1.0) for hit in hits]
        return sum(hit.quality * length for hit, length in zip(hits, lengths, strict=True)) / sum(lengths)


def words_of(lexicon: Lexicon, template: str, variants: Variants) -> list[str]:
    return [variant for word in lexicon.expand(template) for variant in sorted(variants(word))]


def _union(bits: Iterable[int]) -> int:
    result = 0
    for some in bits:
        result |= some
    return result


def _everyday(lexicon: Lexicon, variants: Variants) -> frozenset[str]:
    known = [name for name in EVERYDAY if name in lexicon.concepts]
    return frozenset(word for name in known for word in words_of(lexicon, "{" + name + "}", variants))


def _best_combination(choices: Sequence[Sequence[Hit]]) -> tuple[Hit, ...] | None:
    """One hit for each part, near each other and apart: the best heard, then the nearest together."""
    rarest, *others = sorted(choices, key=len)
    best, best_key = None, (0.0, 0)
    for anchor in rarest[:ANCHORS]:
        near = [[hit for hit in part if abs(hit.start - anchor.start) <= REACH][:NEIGHBOURS] for part in others]
        for rest in product(*near):
            hits = (anchor, *rest)
            if _fits(hits) and (key := (_clear(hits), -_span(hits))) > best_key:
                best, best_key = hits, key
    return best


def _fits(hits: tuple[Hit, ...]) -> bool:
    ordered = sorted(hits)
    apart = all(left.end <= right.start for left, right in pairwise(ordered))
    return apart and _span(hits) <= RULE_SPAN + sum(hit.end - hit.start for hit in hits)


def _clear(hits: tuple[Hit, ...]) -> float:
    return sum(hit.quality * (hit.end - hit.start) for hit in hits)


def _span(hits: tuple[Hit, ...]) -> int:
    return max(hit.end for hit in hits) - min(hit.start for hit in hits)


def _together(hits: tuple[Hit, ...]) -> float:
    """Parts support each other by their length: 厨房 vouches for a misheard 着火, 他 does not."""
    return sum(hit.quality * (hit.end - hit.start) for hit in hits) / sum(hit.end - hit.start for hit in hits)


def apart(signs: Iterable[Sign]) -> list[Sign]:
    """Of signs for one value that share words, the strongest: a word is evidence once, whoever names it."""
    kept: list[Sign] = []
    taken: dict[str, set[int]] = defaultdict(set)
    for sign in sorted(signs, key=lambda sign: (-sign.weight, sign.end - sign.start, sign.start)):
        places = {place for start, end in sign.spans() for place in range(start, end)}
        if taken[sign.value].isdisjoint(places):
            taken[sign.value] |= places
            kept.append(sign)
    return kept


def totals(signs: Iterable[Sign]) -> dict[str, float]:
    """Sum of the weights by value; the same word again counts half each time."""
    result: dict[str, float] = defaultdict(float)
    repeated: dict[tuple[str, str], int] = defaultdict(int)
    for sign in signs:
        repeated[sign.value, sign.word] += 1
        result[sign.value] += sign.weight * 0.5 ** (repeated[sign.value, sign.word] - 1)
    return result
