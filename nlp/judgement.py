"""Rules and experience together: each question goes to the label that both together think likeliest."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from nlp import tables
from nlp.classifier import Decision
from nlp.experience import Answer

# How much a rule's answer adds to the logarithm of a label's probability. Chosen by cross-validation on sentences
# whose authors knew nothing of the rules: more would trust what was fitted to its own examples, less forget it.
TRUST = {"urgency": 1.0, "domain": 1.0, "demand_type": 0.5}
TRUST_OF_LABEL = {"emergency": 1.25, "normal": 0.6}  # "normal" is what rules say where they found nothing
EMERGENCY = "emergency"
# Too short to sound like anything.
SHORTEST = 4


@dataclass(frozen=True)
class Sign:
    """A passage of the original text that experience heard, for a label; kind as in Evidence."""

    kind: str
    label: str
    start: int
    end: int
    weight: float


def judge(decision: Decision, answer: Answer, danger: Answer, own_words: frozenset[str]) -> Decision:
    """The rules' decision, corrected where experience is surer. A domain of another taxonomy stays, and so does
    what one of the community's `own_words` decided: people know their words better than any experience.

    danger: the answer on the most alarming part alone, so that a street light told beside it hides no gas."""
    if answer.length < SHORTEST:
        return decision
    urgency, demand_type = decision.urgency, decision.demand_type
    if not _own(own_words, decision.emergency_signs + decision.urgency_signs):
        urgency = _urgency(urgency, danger)
    if not _own(own_words, decision.demand_signs):
        demand_type = _likeliest("demand_type", demand_type, answer.scores)
    by_rule = decision.urgency == EMERGENCY and urgency == EMERGENCY
    # The danger says what an emergency is about, where a rule has named it.
    domain = decision.domain
    if not by_rule and not _own(own_words, decision.domain_signs):
        domain = _likeliest("domain", domain, answer.scores)
    ring = decision.ring if by_rule else _first(answer.scores["ring"]) if urgency == EMERGENCY else ""
    shown = decision.emergency_signs if urgency == EMERGENCY else []
    return replace(
        decision, urgency=urgency, demand_type=demand_type, domain=domain, ring=ring, emergency_signs=shown
    )


def _own(own_words: frozenset[str], signs: Iterable[tables.Sign]) -> bool:
    return any(sign.literal and sign.word in own_words for sign in signs)


def _urgency(by_rule: str, answer: Answer) -> str:
    """Nobody is alarmed without a reason that can be shown."""
    urgency = _likeliest("urgency", by_rule, answer.scores)
    if urgency == EMERGENCY != by_rule and not answer.passages("urgency", EMERGENCY):
        return by_rule
    return urgency


def signs(decision: Decision, answer: Answer) -> Iterator[Sign]:
    """What experience heard for the answers that were given."""
    if answer.length < SHORTEST:
        return
    for question, label in (("urgency", decision.urgency), ("domain", decision.domain)):
        # What is ordinary needs no reason.
        if label in answer.scores[question] and label != "normal":
            kind = EMERGENCY if label == EMERGENCY else question
            for passage in answer.passages(question, label):
                yield Sign(kind, label, passage.start, passage.end, passage.weight)


def _likeliest(question: str, by_rule: str, scores: Mapping[str, Mapping[str, float]]) -> str:
    labels = scores.get(question, {})
    if by_rule not in labels:
        return by_rule
    trust = TRUST_OF_LABEL.get(by_rule, TRUST[question])
    return max(labels, key=lambda label: labels[label] + (trust if label == by_rule else 0.0))


def _first(scores: Mapping[str, float]) -> str:
    return max(scores, key=lambda label: scores[label])
