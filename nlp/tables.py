"""Entries of the lexicon against the words found in a text: signs for values, by single words and by rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from nlp.lexicon import Entry, Lexicon
from nlp.matcher import ONLY_IN_RULES, Hit, longest

Variants = Callable[[str], Sequence[str]]

# Parts of a rule stand near each other: this many characters from the first to the last, beside their own.
RULE_SPAN = 18
RULE_WEIGHT = 3
# A message that repeats itself for minutes is not looked at in every combination of its words.
ANCHORS, NEIGHBOURS, REACH = 12, 5, 36
# People and places stand in every sentence: they vouch little for a misheard word beside them.
EVERYDAY = ("人", "地方", "此刻")
EVERYDAY_COUNTS = 0.3


class Sign(NamedTuple):
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


class Use(NamedTuple):
    """What a word is for in a table: the values that it speaks for by itself, with their weights; the templates
    that it belongs to, as bits; the rules that it calls up, by number."""

    values: tuple[tuple[str, int], ...]
    parts: int
    calls: tuple[int, ...]


class _Rule(NamedTuple):
    """`parts` are bits, one for each template of the rule; `all` is their union."""

    value: str
    parts: tuple[int, ...]
    all: int


class Table:
    """One list of entries (domains, ...) prepared for scoring hits. `uses`: what each of its words is for."""

    def __init__(self, entries: Sequence[Entry], lexicon: Lexicon, variants: Variants) -> None:
        self.order = {entry.value: place for place, entry in enumerate(entries)}
        self._everyday = {word for name in EVERYDAY for word in concept_words(lexicon, name, variants)}
        rules = [
            (entry.value, [template.strip() for template in rule.split(" + ")])
            for entry in entries
            for rule in entry.rules
        ]
        members = _members(rules, lexicon, variants)
        bits = {template: 1 << place for place, template in enumerate(members)}
        in_bits = [(value, tuple(bits[template] for template in templates)) for value, templates in rules]
        self._rules = [_Rule(value, parts, _union(parts)) for value, parts in in_bits]
        self.uses = _uses(_values(entries, lexicon, variants), _parts(members, bits), _calls(rules, members))

    def signs(self, found: Sequence["Found"]) -> list[Sign]:
        """What speaks for and against each value. Weights: 3, 2, 1 or -2 times the quality of the hit."""
        values = {hit: use.values for hit, use in found if use.values and hit.quality > ONLY_IN_RULES}
        signs = []
        for hit in longest(values):
            start, end, word, quality = hit
            signs += [Sign(v, start, end, word, weight * quality, quality == 1.0) for v, weight in values[hit]]
        return signs + self._rule_signs(found)

    def _rule_signs(self, found: Sequence["Found"]) -> list[Sign]:
        called: set[int] = set()
        present = 0
        for _, use in found:
            called.update(use.calls)
            present |= use.parts
        signs = []
        for number in sorted(called):
            value, parts, every = self._rules[number]
            if present & every == every:
                choices = [[hit for hit, use in found if use.parts & part] for part in parts]
                if best := _best_combination(choices):
                    signs.append(self._rule_sign(value, best))
        return signs

    def _rule_sign(self, value: str, hits: Sequence[Hit]) -> Sign:
        return Sign(
            value,
            hits[0].start,
            hits[-1].end,
            " + ".join([hit.word for hit in hits]),
            RULE_WEIGHT * self._together(hits),
            all(hit.quality == 1.0 for hit in hits),
            parts=tuple([(hit.start, hit.end) for hit in hits]),
        )

    def _together(self, hits: Sequence[Hit]) -> float:
        """Parts support each other by their length: 厨房 vouches for a misheard 着火, 他 does not."""
        clear = lengths = 0.0
        for start, end, word, quality in hits:
            length = (end - start) * (EVERYDAY_COUNTS if word in self._everyday else 1.0)
            clear += quality * length
            lengths += length
        return clear / lengths


Found = tuple[Hit, Use]
Words = dict[str, set[str]]
"""The words that each template stands for."""


def _members(rules: Iterable[tuple[str, list[str]]], lexicon: Lexicon, variants: Variants) -> Words:
    templates = dict.fromkeys(template for _, parts in rules for template in parts)
    return {template: set(words_of(lexicon, template, variants)) for template in templates}


def _values(entries: Iterable[Entry], lexicon: Lexicon, variants: Variants) -> dict[str, dict[str, int]]:
    """For each word the values that it speaks for; the first weight counts."""
    values: dict[str, dict[str, int]] = defaultdict(dict)
    for entry in entries:
        for weight, template in entry.weighted():
            for word in words_of(lexicon, template, variants):
                values[word].setdefault(entry.value, weight)
    return values


def _parts(members: Words, bits: Mapping[str, int]) -> dict[str, int]:
    """For each word the bits of the templates that it belongs to."""
    parts: dict[str, int] = defaultdict(int)
    for template, words in members.items():
        for word in words:
            parts[word] |= bits[template]
    return parts


def _calls(rules: Iterable[tuple[str, list[str]]], members: Words) -> dict[str, list[int]]:
    """A word of the smallest part calls the rule up: nearly every sentence has a person, few have a gas leak."""
    calls: dict[str, list[int]] = defaultdict(list)
    for number, (_, templates) in enumerate(rules):
        for word in min((members[template] for template in templates), key=len):
            calls[word].append(number)
    return calls


def _uses(
    values: Mapping[str, dict[str, int]], parts: Mapping[str, int], calls: Mapping[str, list[int]]
) -> dict[str, Use]:
    # Words of one template mostly share their use.
    shared: dict[Use, Use] = {}
    uses = {}
    for word in [*values, *(word for word in parts if word not in values)]:
        use = Use(tuple(values.get(word, {}).items()), parts.get(word, 0), tuple(calls.get(word, ())))
        uses[word] = shared.setdefault(use, use)
    return uses


def words_of(lexicon: Lexicon, template: str, variants: Variants) -> list[str]:
    return [variant for word in lexicon.expand(template) for variant in variants(word)]


def concept_words(lexicon: Lexicon, name: str, variants: Variants) -> set[str]:
    """Another taxonomy may lack the concept."""
    return set(words_of(lexicon, "{" + name + "}", variants)) if name in lexicon.concepts else set()


def _union(bits: Iterable[int]) -> int:
    result = 0
    for some in bits:
        result |= some
    return result


def _best_combination(choices: Sequence[Sequence[Hit]]) -> list[Hit] | None:
    """One hit for each part, near each other and apart, in order: the best heard, then the nearest."""
    rarest, *others = sorted(choices, key=len)
    best, best_key = None, (0.0, 0)
    for anchor in rarest[:ANCHORS]:
        first, last = anchor.start - REACH, anchor.start + REACH
        near = [[hit for hit in part if first <= hit.start <= last][:NEIGHBOURS] for part in others]
        for rest in product(*near):
            hits = sorted((anchor, *rest))
            key = _fitness(hits)
            if key > best_key:
                best, best_key = hits, key
    return best


def _fitness(hits: Sequence[Hit]) -> tuple[float, int]:
    """How clearly the ordered hits are heard, and how near; (0, 0) when they overlap or are too far apart."""
    clear, length, end = 0.0, 0, 0
    for start, stop, _, quality in hits:
        if start < end:
            return 0.0, 0
        end = stop
        length += stop - start
        clear += quality * (stop - start)
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
    weights: dict[str, list[float]] = {}
    repeated: dict[tuple[str, str], int] = {}
    for sign in signs:
        said = repeated.get((sign.value, sign.word), 0)
        repeated[sign.value, sign.word] = said + 1
        weights.setdefault(sign.value, []).append(sign.weight * 0.5**said)
    if further == 1.0:
        return {value: sum(some) for value, some in weights.items()}
    return {
        value: sum(weight * further**place for place, weight in enumerate(sorted(some, reverse=True)))
        for value, some in weights.items()
    }
