"""Rules and experience together: each question goes to the label that both together think likeliest."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from nlp import tables
from nlp.classifier import Decision
from nlp.experience import DANGER, Answer

# All numbers here were chosen on sentences whose authors knew nothing of the rules, each author judged by what the
# others had taught.
#
# How much a rule's answer adds to the logarithm of a label's probability: more would trust what was fitted to its
# own examples, less forget it. "normal" is what rules say where they found nothing.
TRUST = {"urgency": 1.0, "domain": 0.75, "demand_type": 0.5, "ring": 1.0}
TRUST_OF_LABEL = {"normal": 0.6}
# The log-odds of danger, and so much of what the rules found of it (0 to 3 a sign), make an emergency.
EMERGENCY_AT = 0.4
OF_RULES, MOST_OF_RULES = 0.4, 4.0
# Who speaks in figures (群里炸了锅) says less with the rest; a body that is torn or burnt needs less beside it.
OF_FIGURES, OF_CERTAIN = 1.0, -1.0
EMERGENCY = "emergency"
# A word that is enough alone (`strong` in emergency.toml).
STRONG = 3.0
# Too short to sound like anything.
SHORTEST = 4


class Sign(NamedTuple):
    """A passage of the original text that experience heard, for a label; kind as in Evidence."""

    kind: str
    label: str
    start: int
    end: int
    weight: float


def judge(decision: Decision, answer: Answer, danger: Answer, own_words: frozenset[str]) -> Decision:
    """The rules' decision, corrected where experience is surer. A domain of another taxonomy stays, and so does
    what one of the community's `own_words` decided: people know their words better than any experience.

    danger: the answer on the most alarming part alone, so that a street light told beside it hides no gas; in an
    emergency it also tells what it is about and whom to ring."""
    if answer.length < SHORTEST or _says_it_all(decision, answer) or _insists(decision):
        return decision
    urgency, demand_type, domain = decision.urgency, decision.demand_type, decision.domain
    if not _own(own_words, decision.emergency_signs + decision.urgency_signs):
        urgency = EMERGENCY if _alarms(decision, danger) else _calm(urgency, answer)
    if not _own(own_words, decision.demand_signs):
        demand_type = _likeliest("demand_type", demand_type, answer.scores)
    heard = danger if urgency == EMERGENCY else answer
    if not _own(own_words, decision.domain_signs):
        domain = _likeliest("domain", domain, heard.scores)
    ring = ""
    if urgency == EMERGENCY:
        ring = decision.ring if decision.certain else _likeliest("ring", decision.ring, heard.scores)
    return decision._replace(urgency=urgency, demand_type=demand_type, domain=domain, ring=ring)


def _own(own_words: frozenset[str], signs: Iterable[tables.Sign]) -> bool:
    return any(sign.literal and sign.word in own_words for sign in signs)


def _says_it_all(decision: Decision, answer: Answer) -> bool:
    """心脏不跳了 is a strong word of danger as written, and little more: experience, which learned from whole
    sentences, has nothing to add."""
    return any(not sign.parts and 2 * (sign.end - sign.start) >= answer.length for sign in _enough_alone(decision))


def _insists(decision: Decision) -> bool:
    """不是假的，真的有人落水了: who says that it is so, in words that leave no doubt, is believed."""
    return bool(decision.earnest) and any(
        not any(start <= sign.start and sign.end <= end for start, end in decision.earnest)
        for sign in _enough_alone(decision)
    )


def _enough_alone(decision: Decision) -> Iterator[tables.Sign]:
    """In an emergency, the signs that are enough alone, as written."""
    if decision.urgency == EMERGENCY:
        yield from (sign for sign in decision.emergency_signs if sign.literal and sign.weight >= STRONG)


def _alarms(decision: Decision, danger: Answer) -> bool:
    """Nobody is alarmed without a reason that can be shown."""
    by_rules = min(max(tables.totals(decision.emergency_signs).values(), default=0.0), MOST_OF_RULES)
    least = EMERGENCY_AT + OF_FIGURES * bool(decision.figurative) + OF_CERTAIN * decision.certain
    alarming = danger.danger + OF_RULES * by_rules > least
    return alarming and bool(decision.emergency_signs or danger.passages(DANGER, EMERGENCY))


def _calm(by_rule: str, answer: Answer) -> str:
    """How pressing it is, when it is no emergency; what the rules took for one is urgent at least to them."""
    return _likeliest("urgency", "urgent" if by_rule == EMERGENCY else by_rule, answer.scores)


def signs(decision: Decision, answer: Answer) -> Iterator[Sign]:
    """What experience heard for the answers that were given."""
    if answer.length < SHORTEST:
        return
    alarming = decision.urgency == EMERGENCY
    for kind, question, label in (
        (EMERGENCY, DANGER, EMERGENCY) if alarming else ("urgency", "urgency", decision.urgency),
        ("domain", "domain", decision.domain),
    ):
        # What is ordinary needs no reason.
        if label in answer.scores[question] and label != "normal":
            for passage in answer.passages(question, label):
                yield Sign(kind, label, passage.start, passage.end, passage.weight)


def _likeliest(question: str, by_rule: str, scores: Mapping[str, Mapping[str, float]]) -> str:
    """What the rules say stays where experience does not know the label, as in another taxonomy."""
    labels = scores.get(question, {})
    if by_rule and by_rule not in labels:
        return by_rule
    trust = TRUST_OF_LABEL.get(by_rule, TRUST[question])
    return max(labels, key=lambda label: labels[label] + (trust if label == by_rule else 0.0))
