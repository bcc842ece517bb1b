"""Hits of the lexicon's words to domain, demand type, urgency and emergency, each with its evidence.

Everything is a sum of readable weights: no state, no chance, the same text always gives the same answer.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

from nlp.guarding import GuardedText, Guarding
from nlp.lexicon import Emergency, Entry, Lexicon
from nlp.matcher import ONLY_IN_RULES, Hit, longest

# Parts of a rule stand near each other: this many characters from the first to the last.
RULE_SPAN = 18
RULE_WEIGHT = 3
# A sign of danger of this weight (0 to 3) is an emergency: one word as written, one longer word as heard,
# or two weak signs together.
EMERGENCY_AT = 2.2
# A cry for help (快来人, 咋办) beside it lets one shorter word as heard be enough.
CRY = "呼救"
EMERGENCY_WITH_CRY = 1.4
# Somebody to whom it happens (老人, 有人) does a little of the same.
SOMEBODY = "当事人"
EMERGENCY_WITH_SOMEBODY = 1.75
DOMAIN_AT = 1.0
# The danger tells more about the domain than the things around it.
DANGER_DECIDES = 2.0
URGENT_AT = 2.0
PLANNING_AT = 2.0


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
    value: str
    parts: tuple[frozenset[str], ...]


@dataclass
class Table:
    """One list of entries (domains, ...) prepared for scoring hits."""

    entries: Sequence[Entry]
    words: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    rules: list[_Rule] = field(default_factory=list)
    rules_of: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def build(cls, entries: Sequence[Entry], lexicon: Lexicon, variants: Callable[[str], set[str]]) -> "Table":
        table = cls(entries)
        for entry in entries:
            for weight, template in entry.weighted():
                for word in _words(lexicon, template, variants):
                    if all(value != entry.value for value, _ in table.words[word]):
                        table.words[word].append((entry.value, weight))
            for rule in entry.rules:
                table._add_rule(entry.value, [_words(lexicon, part, variants) for part in rule.split(" + ")])
        return table

    def _add_rule(self, value: str, parts: Sequence[Iterable[str]]) -> None:
        number = len(self.rules)
        self.rules.append(_Rule(value, tuple(frozenset(part) for part in parts)))
        for position, part in enumerate(self.rules[-1].parts):
            for word in part:
                self.rules_of[word].append((number, position))

    def vocabulary(self) -> set[str]:
        return set(self.words) | set(self.rules_of)

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
        found: dict[int, dict[int, list[Hit]]] = defaultdict(lambda: defaultdict(list))
        for hit in hits:
            for number, position in self.rules_of.get(hit.word, ()):
                found[number][position].append(hit)
        signs = []
        for number in sorted(found):
            rule = self.rules[number]
            if len(found[number]) == len(rule.parts):
                choices = [found[number][position][:6] for position in range(len(rule.parts))]
                if best := _best_combination(choices):
                    signs.append(_rule_sign(rule.value, best))
        return signs


def _words(lexicon: Lexicon, template: str, variants: Callable[[str], set[str]]) -> list[str]:
    return [variant for word in lexicon.expand(template) for variant in sorted(variants(word))]


def _concept(lexicon: Lexicon, name: str, variants: Callable[[str], set[str]]) -> set[str]:
    return set(_words(lexicon, "{" + name + "}", variants)) if name in lexicon.concepts else set()


def _best_combination(choices: Sequence[Sequence[Hit]]) -> tuple[Hit, ...] | None:
    fitting = [hits for hits in product(*choices) if _fits(hits)]
    return max(fitting, key=lambda hits: (_together(hits), -_span(hits)), default=None)


def _fits(hits: tuple[Hit, ...]) -> bool:
    ordered = sorted(hits)
    apart = all(left.end <= right.start for left, right in pairwise(ordered))
    return apart and _span(hits) <= RULE_SPAN + sum(hit.end - hit.start for hit in hits)


def _span(hits: tuple[Hit, ...]) -> int:
    return max(hit.end for hit in hits) - min(hit.start for hit in hits)


def _together(hits: tuple[Hit, ...]) -> float:
    """Parts support each other by their length: 厨房 vouches for a misheard 着火, 他 does not."""
    return sum(hit.quality * (hit.end - hit.start) for hit in hits) / sum(hit.end - hit.start for hit in hits)


def _rule_sign(value: str, hits: tuple[Hit, ...]) -> Sign:
    return Sign(
        value,
        min(hit.start for hit in hits),
        max(hit.end for hit in hits),
        " + ".join(hit.word for hit in sorted(hits)),
        RULE_WEIGHT * _together(hits),
        all(hit.literal for hit in hits),
        parts=tuple((hit.start, hit.end) for hit in sorted(hits)),
    )


def totals(signs: Iterable[Sign]) -> dict[str, float]:
    """Sum of the weights by value; the same word again counts half each time."""
    result: dict[str, float] = defaultdict(float)
    repeated: dict[tuple[str, str], int] = defaultdict(int)
    for sign in signs:
        repeated[sign.value, sign.word] += 1
        result[sign.value] += sign.weight * 0.5 ** (repeated[sign.value, sign.word] - 1)
    return result


@dataclass(frozen=True)
class Decision:
    """The classifier's answer on one standard text."""

    domain: str
    demand_type: str
    urgency: str
    ring: str
    domain_signs: list[Sign]
    demand_signs: list[Sign]
    urgency_signs: list[Sign]
    emergency_signs: list[Sign]


class Classifier:
    def __init__(self, lexicon: Lexicon, variants: Callable[[str], set[str]]) -> None:
        self._lexicon = lexicon
        self._domains = Table.build(lexicon.domains.entries, lexicon, variants)
        self._demand_types = Table.build(lexicon.demand_types.entries, lexicon, variants)
        self._urgency = Table.build(lexicon.urgency.entries, lexicon, variants)
        self._emergency = Table.build(lexicon.emergency, lexicon, variants)
        self._emergencies: dict[str, Emergency] = {entry.value: entry for entry in lexicon.emergency}
        self._guarding = Guarding(lexicon, variants)
        self._cries = _concept(lexicon, CRY, variants)
        self._somebody = _concept(lexicon, SOMEBODY, variants)

    def vocabulary(self) -> set[str]:
        tables = (self._domains, self._demand_types, self._urgency, self._emergency)
        return set().union(
            *(table.vocabulary() for table in tables), self._guarding.vocabulary(), self._cries, self._somebody
        )

    def classify(self, text: str, hits: Sequence[Hit]) -> Decision:
        """`hits`: all words of `vocabulary()` found in the standard text."""
        guards = self._guarding.of(text, hits)
        unmasked = guards.unmasked(hits)
        danger, risks = self._danger(unmasked, guards)
        urgency_signs = [
            sign for sign in self._urgency.signs(hits) if guards.effect(sign.value, sign.spans()) != "drop"
        ]
        domain_signs = self._domains.signs(hits) + self._domain_of_danger(danger)
        demand_signs = self._demand_types.signs(hits)
        leading = self._leading(danger, self._threshold(unmasked, danger))
        return Decision(
            domain=_winner(totals(domain_signs), self._lexicon.domains.fallback, self._domains),
            demand_type=_winner(totals(demand_signs), self._lexicon.demand_types.fallback, self._demand_types),
            urgency="emergency" if leading else _urgency(totals(urgency_signs), bool(risks)),
            ring=leading.ring if leading else "",
            domain_signs=domain_signs,
            demand_signs=demand_signs,
            urgency_signs=urgency_signs + risks,
            emergency_signs=danger if leading else [],
        )

    def _danger(self, hits: Sequence[Hit], guards: GuardedText) -> tuple[list[Sign], list[Sign]]:
        danger, risks = [], []
        for sign in self._emergency.signs(hits):
            effect = guards.effect(sign.value, sign.spans())
            if effect == "":
                danger.append(sign)
            elif effect == "risk" and sign.weight >= EMERGENCY_AT:
                risks.append(Sign("urgent", sign.start, sign.end, sign.word, 2.0, sign.literal, sign.value))
        return danger, risks

    def _threshold(self, hits: Sequence[Hit], danger: Sequence[Sign]) -> float:
        written = {hit.word for hit in hits if hit.literal}
        if written & self._cries:
            return EMERGENCY_WITH_CRY
        misheard = any(not sign.literal for sign in danger)
        return EMERGENCY_WITH_SOMEBODY if misheard and written & self._somebody else EMERGENCY_AT

    def _leading(self, danger: Iterable[Sign], threshold: float) -> Emergency | None:
        """The most pressing kind of danger: the highest sum, then the first in the file."""
        sums = totals(danger)
        if not sums or sum(weight for weight in sums.values() if weight > 0) < threshold:
            return None
        order = list(self._emergencies)
        best = min(sums, key=lambda value: (-sums[value], order.index(value)))
        return self._emergencies[best]

    def _domain_of_danger(self, danger: Iterable[Sign]) -> list[Sign]:
        signs = []
        for sign in danger:
            domain = self._emergencies[sign.value].domain
            if domain and sign.weight >= EMERGENCY_AT:
                weight = DANGER_DECIDES * sign.weight
                signs.append(Sign(domain, sign.start, sign.end, sign.word, weight, sign.literal, sign.value))
        return signs


def _winner(sums: dict[str, float], fallback: str, table: Table) -> str:
    order = [entry.value for entry in table.entries]
    positive = {value: weight for value, weight in sums.items() if weight >= DOMAIN_AT}
    if not positive:
        return fallback
    return min(positive, key=lambda value: (-positive[value], order.index(value) if value in order else 99))


def _urgency(sums: dict[str, float], at_risk: bool) -> str:
    urgent = sums.get("urgent", 0.0) + (URGENT_AT if at_risk else 0.0)
    planning = sums.get("planning", 0.0)
    if urgent >= URGENT_AT and urgent >= planning:
        return "urgent"
    return "planning" if planning >= PLANNING_AT else "normal"
