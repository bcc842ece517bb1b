"""Hits of the lexicon's words to domain, demand type, urgency and emergency, each with its evidence.

Everything is a sum of readable weights: no state, no chance, the same text always gives the same answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from nlp.guarding import GuardedText, Guarding, Span
from nlp.lexicon import Emergency, Lexicon
from nlp.matcher import Hit
from nlp.tables import Found, Sign, Table, Use, Variants, apart, concept_words, totals

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
# As much as one strong word: a matter of its own beside the leading one.
MATTER_AT = 3.0 * 0.85
LATER, LATER_COUNTS = 0.55, 0.85
# Many small words about one thing are not many things.
FURTHER = 0.6
# The danger tells more about the domain than the things around it.
DANGER_DECIDES = 2.0
URGENT_AT = 2.0
PLANNING_AT = 2.0


# A word that is only named by a concept or a guard, in no table.
_NAMED = Use((), 0, ())
Readers = dict[str, tuple[tuple[int, Use], ...]]


def _readers(*uses: Mapping[str, Use]) -> Readers:
    """For each word its uses, each with the place of who uses it so: most words concern one table, and the others
    need not look at them."""
    readers: Readers = {}
    for place, some in enumerate(uses):
        for word, use in some.items():
            readers[word] = (*readers.get(word, ()), (place, use))
    return readers


class Decision(NamedTuple):
    """The classifier's answer on one standard text."""

    domain: str
    demand_type: str
    urgency: str
    ring: str
    domain_signs: list[Sign]
    demand_signs: list[Sign]
    urgency_signs: list[Sign]
    # What speaks for danger, enough for an emergency or not.
    emergency_signs: list[Sign]
    # Several matters in one message: all domains that it speaks for, with their sums, the strongest first.
    matters: tuple[tuple[str, float], ...] = ()
    # Where the text says that it is no drill and no joke, and where it only speaks in figures: start, end.
    earnest: tuple[Span, ...] = ()
    figurative: tuple[Span, ...] = ()
    # Whom to ring is beyond doubt.
    certain: bool = False


class Classifier:
    def __init__(self, lexicon: Lexicon, variants: Variants) -> None:
        self._domains = Table(lexicon.domains.entries, lexicon, variants)
        self._demand_types = Table(lexicon.demand_types.entries, lexicon, variants)
        self._urgency = Table(lexicon.urgency.entries, lexicon, variants)
        self._emergency = Table(lexicon.emergency, lexicon, variants)
        self._domain_fallback = lexicon.domains.fallback
        self._demand_fallback = lexicon.demand_types.fallback
        self._emergencies: dict[str, Emergency] = {entry.value: entry for entry in lexicon.emergency}
        self._guarding = Guarding(lexicon, variants)
        self._cries = concept_words(lexicon, CRY, variants)
        self._somebody = concept_words(lexicon, SOMEBODY, variants)
        self._readers = _readers(
            self._domains.uses,
            self._demand_types.uses,
            self._urgency.uses,
            self._emergency.uses,
            dict.fromkeys(self._cries | self._somebody, _NAMED),
            dict.fromkeys(self._guarding.vocabulary(), _NAMED),
        )

    def vocabulary(self) -> set[str]:
        return set(self._readers)

    def classify(self, text: str, hits: Sequence[Hit]) -> Decision:
        """`hits`: all words of `vocabulary()` found in the standard text."""
        of_domains, of_demand, of_urgency, of_danger, of_people, of_guards = self._told_apart(hits)
        guards = self._guarding.of(text, [hit for hit, _ in of_guards], hits)
        danger, risks = self._danger(guards.unmasked(of_danger), guards)
        urgency_signs = [
            sign for sign in self._urgency.signs(of_urgency) if guards.effect(sign.value, sign.spans()) != "drop"
        ]
        apart_danger = apart(danger)
        domain_signs = self._domains.signs(of_domains) + self._domain_of_danger(apart_danger)
        demand_signs = self._demand_types.signs(of_demand)
        leading = self._leading(apart_danger, self._threshold(guards.unmasked(of_people), danger))
        sums = totals(_first_counts(domain_signs), further=FURTHER)
        return Decision(
            domain=self._domain(sums, leading),
            demand_type=_winner(totals(demand_signs), self._demand_fallback, self._demand_types.order),
            urgency="emergency" if leading else _urgency(totals(urgency_signs), bool(risks)),
            ring=leading.ring if leading else "",
            domain_signs=domain_signs,
            demand_signs=demand_signs,
            urgency_signs=urgency_signs + risks,
            emergency_signs=danger,
            matters=self._matters(sums),
            earnest=guards.earnest,
            figurative=guards.figurative,
            certain=leading is not None and any(self._certain(sign, leading) for sign in danger),
        )

    def _told_apart(self, hits: Sequence[Hit]) -> list[list[Found]]:
        """The hits for domains, demand types, urgency, danger, for people who cry or to whom it happens, and for
        guards."""
        told: list[list[Found]] = [[], [], [], [], [], []]
        for hit in hits:
            for place, use in self._readers[hit.word]:
                told[place].append((hit, use))
        return told

    def _domain(self, sums: dict[str, float], leading: Emergency | None) -> str:
        """The danger says what an emergency is about, not the things around it; but another taxonomy may not know
        the danger's domain."""
        if leading and leading.domain in self._domains.order:
            return leading.domain
        return _winner(sums, self._domain_fallback, self._domains.order)

    def _matters(self, sums: dict[str, float]) -> tuple[tuple[str, float], ...]:
        order = self._domains.order
        clear = [(value, round(weight, 2)) for value, weight in sums.items() if weight >= MATTER_AT]
        return tuple(sorted(clear, key=lambda item: (-item[1], order[item[0]])))

    def _danger(self, found: Sequence[Found], guards: GuardedText) -> tuple[list[Sign], list[Sign]]:
        danger, risks = [], []
        for sign in self._emergency.signs(found):
            effect = guards.effect(sign.value, sign.spans())
            if effect == "":
                danger.append(sign)
            elif effect == "risk" and sign.weight >= EMERGENCY_AT:
                risks.append(Sign("urgent", sign.start, sign.end, sign.word, 2.0, sign.literal, sign.value))
        return danger, risks

    def _threshold(self, found: Sequence[Found], danger: Sequence[Sign]) -> float:
        written = {hit.word for hit, _ in found if hit.literal}
        if written & self._cries:
            return EMERGENCY_WITH_CRY
        misheard = any(not sign.literal for sign in danger)
        return EMERGENCY_WITH_SOMEBODY if misheard and written & self._somebody else EMERGENCY_AT

    def _leading(self, danger: Iterable[Sign], threshold: float) -> Emergency | None:
        """The most pressing kind of danger: the highest sum, then the one that was said first."""
        sums = totals(danger)
        if max(sums.values(), default=0.0) < threshold:
            return None
        said = {sign.value: sign.start for sign in sorted(danger, key=lambda sign: -sign.start)}
        order = self._emergency.order
        best = min(sums, key=lambda value: (-sums[value], said[value], order[value]))
        return self._emergencies[best]

    def _certain(self, sign: Sign, leading: Emergency) -> bool:
        entry = self._emergencies[sign.value]
        return entry.certain and entry.ring == leading.ring and sign.literal and sign.weight >= EMERGENCY_AT

    def _domain_of_danger(self, danger: Iterable[Sign]) -> list[Sign]:
        signs = []
        for sign in danger:
            domain = self._emergencies[sign.value].domain
            if domain in self._domains.order and sign.weight >= EMERGENCY_AT:
                weight = DANGER_DECIDES * sign.weight
                signs.append(Sign(domain, sign.start, sign.end, sign.word, weight, sign.literal, sign.value))
        return signs


def _first_counts(signs: Sequence[Sign]) -> list[Sign]:
    """People begin with their matter; what they add later counts less."""
    middle = LATER * max((sign.end for sign in signs), default=0)
    return [sign._replace(weight=sign.weight * LATER_COUNTS) if sign.start > middle else sign for sign in signs]


def _winner(sums: dict[str, float], fallback: str, order: Mapping[str, int]) -> str:
    positive = {value: weight for value, weight in sums.items() if weight >= DOMAIN_AT}
    if not positive:
        return fallback
    return min(positive, key=lambda value: (-positive[value], order[value]))


def _urgency(sums: dict[str, float], at_risk: bool) -> str:
    urgent = sums.get("urgent", 0.0) + (URGENT_AT if at_risk else 0.0)
    planning = sums.get("planning", 0.0)
    if urgent >= URGENT_AT and urgent >= planning:
        return "urgent"
    return "planning" if planning >= PLANNING_AT else "normal"
