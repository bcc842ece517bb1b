"""Rules and experience together: each question goes to the label that both together think likeliest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from nlp.classifier import Decision
from nlp.experience import Answer

# How much a rule's answer adds to the logarithm of a label's probability. Chosen by cross-validation on sentences
# whose authors knew nothing of the rules: more would trust what was fitted to its own examples, less forget it.
TRUST = {"urgency": 1.5, "domain": 1.25, "demand_type": 0.5}
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


def judge(decision: Decision, answer: Answer) -> Decision:
    """The rules' decision, corrected where experience is surer. A domain of another taxonomy stays."""
    if answer.length < SHORTEST:
        return decision
    urgency = _urgency(decision.urgency, answer)
    demand_type = _likeliest("demand_type", decision.demand_type, answer.scores)
    by_rule = decision.urgency == EMERGENCY and urgency == EMERGENCY
    # The danger says what an emergency is about, where a rule has named it.
    domain = decision.domain if by_rule else _likeliest("domain", decision.domain, answer.scores)
    ring = decision.ring if by_rule else _first(answer.scores["ring"]) if urgency == EMERGENCY else ""
    signs = decision.emergency_signs if urgency == EMERGENCY else []
    return replace(
        decision, urgency=urgency, demand_type=demand_type, domain=domain, ring=ring, emergency_signs=signs
    )


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
    return max(labels, key=lambda label: labels[label] + (TRUST[question] if label == by_rule else 0.0))


def _first(scores: Mapping[str, float]) -> str:
    return max(scores, key=lambda label: scores[label])
