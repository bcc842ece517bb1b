"""Entries of the lexicon against the words found in a text: signs for values, by single words and by rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

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
    _members: dict[int, set[str]] = field(default_factory=dict)
    # A word of a rule's smallest part calls the rule up: nearly every sentence has a person, few have a gas leak.
    _called_by: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

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
        table._index_rules()
        return table

    def _index_rules(self) -> None:
        for number, rule in enumerate(self.rules):
            for word in min((self._members[part] for part in rule.parts), key=len):
                self._called_by[word].append(number)
        # Half of the table's memory, and only the building needed it.
        self._members.clear()

    def _bit(self, template: str, lexicon: Lexicon, variants: Variants) -> int:
        if template not in self._bits:
            self._bits[template] = 1 << len(self._bits)
            words = set(words_of(lexicon, template, variants))
            self._members[self._bits[template]] = words
            for word in words:
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
        called = {number for hit in hits for number in self._called_by.get(hit.word, ())}
        if not called:
            return []
        tagged = [(self.parts_of[hit.word], hit) for hit in hits if hit.word in self.parts_of]
        present = _union(bits for bits, _ in tagged)
        signs = []
        for rule in [self.rules[number] for number in sorted(called)]:
            if present & rule.all == rule.all:
                choices = [[hit for bits, hit in tagged if bits & part] for part in rule.parts]
                if best := _best_combination(choices):
                    signs.append(self._rule_sign(rule.value, best))
        return signs

    def _rule_sign(self, value: str, hits: tuple[Hit, ...]) -> Sign:
        return Sign(
            value,
            hits[0].start,
            hits[-1].end,
            " + ".join(hit.word for hit in hits),
            RULE_WEIGHT * self._together(hits),
            all(hit.quality == 1.0 for hit in hits),
            parts=tuple((hit.start, hit.end) for hit in hits),
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
    """One hit for each part, near each other and apart, in order: the best heard, then the nearest."""
    rarest, *others = sorted(choices, key=len)
    best, best_key = None, (0.0, 0)
    for anchor in rarest[:ANCHORS]:
        near = [
            [hit for hit in part if -REACH <= hit.start - anchor.start <= REACH][:NEIGHBOURS] for part in others
        ]
        for rest in product(*near):
            hits = tuple(sorted((anchor, *rest)))
            key = _fitness(hits)
            if key > best_key:
                best, best_key = hits, key
    return best


def _fitness(hits: tuple[Hit, ...]) -> tuple[float, int]:
    """How clearly the ordered hits are heard, and how near; (0, 0) when they overlap or are too far apart."""
    clear, length, end = 0.0, 0, 0
    for hit in hits:
        if hit.start < end:
            return 0.0, 0
        end = hit.end
        length += hit.end - hit.start
        clear += hit.quality * (hit.end - hit.start)
    span = end - hits[0].start
    return (clear, -span) if span <= RULE_SPAN + length else (0.0, 0)


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


def totals(signs: Iterable[Sign], *, further: float = 1.0) -> dict[str, float]:
    """Sum of the weights by value; the same word again counts half each time.

    `further`: each further sign of a value counts so many times as much as the one before.
    """
    weights: dict[str, list[float]] = defaultdict(list)
    repeated: dict[tuple[str, str], int] = defaultdict(int)
    for sign in signs:
        repeated[sign.value, sign.word] += 1
        weights[sign.value].append(sign.weight * 0.5 ** (repeated[sign.value, sign.word] - 1))
    if further == 1.0:
        return {value: sum(some) for value, some in weights.items()}
    return {
        value: sum(weight * further**place for place, weight in enumerate(sorted(some, reverse=True)))
        for value, some in weights.items()
    }
