"""What each notice may say: what the engine knows at the moment when it sends it."""

from collections.abc import Mapping
from string import Formatter

from handling.campaigns.survey_notices import SURVEY_VARIABLES
from handling.scheme.deliberation import EXPERT_NOTICES, VOTE_NOTICES
from handling.scheme.parts import Action, Scheme

Known = Mapping[str, frozenset[str]]

NOTHING: frozenset[str] = frozenset()
# About a case (`handling.notices.case_variables`).
OF_A_CASE = frozenset(("number", "due", "promise", "handler_name", "level", "state", "place", "ring"))
# who: whom an alarm is about. waited: since when nobody came.
_OF_AN_ALARM = OF_A_CASE | {"who", "caller", "waited"}
_OF_A_REWARD = frozenset(("reward", "price", "balance"))

# Sent by the engine itself, whatever the scheme's actions are; every scheme words them.
ENGINE_NOTICES: Known = {
    "received": OF_A_CASE,
    "received_ring": OF_A_CASE,
    "case_state": OF_A_CASE,
    "case_late": OF_A_CASE,
    "case_closed": OF_A_CASE,
    "cases": frozenset(("cases",)),
    "no_case": NOTHING,
    "nothing_yet": NOTHING,
    "balance": frozenset(("balance",)),
    "help": NOTHING,
    "opted_out": NOTHING,
    "opted_in": NOTHING,
    "erasure_asked": NOTHING,
    "rated": OF_A_CASE,
    "rated_low": OF_A_CASE,
    "duty_alert": OF_A_CASE | {"quote", "caller"},
    "withdrawn": OF_A_CASE,
    "withdrawn_shared": OF_A_CASE,
    "withdraw_emergency": OF_A_CASE,
    "withdraw_check": OF_A_CASE | {"caller"},
    "withdraw_which": frozenset(("cases",)),
    "paused": OF_A_CASE | {"waits_for"},
    "resumed": OF_A_CASE,
    "extended": OF_A_CASE | {"reason"},
    "reassigned": OF_A_CASE | {"reason"},
    "reopened": OF_A_CASE,
    "split": OF_A_CASE | {"cases"},
    "invited": OF_A_CASE,
    "help_asked": OF_A_CASE | {"task", "task_due"},
    "staff_assigned": OF_A_CASE | {"quote", "soon"},
    "alarm": _OF_AN_ALARM,
    "alarm_again": _OF_AN_ALARM,
    "alarm_over": OF_A_CASE,
    "arrived": _OF_AN_ALARM,
    "rewards": frozenset(("rewards", "balance")),
    "reward_offer": _OF_A_REWARD,
    "reward_booked": _OF_A_REWARD,
    "reward_refused": frozenset(("why", "balance")),
    "survey_invite": frozenset(("survey", "survey_count")),
    "survey_topic": frozenset(("survey", "survey_count")),
    "survey_question": SURVEY_VARIABLES,
    "survey_thanks": NOTHING,
    "survey_stopped": NOTHING,
    "survey_over": NOTHING,
    # deed: the action. stage: the step where the case is now. why: what is missing. cases: the own open ones.
    "staff_noted": OF_A_CASE | {"deed", "stage"},
    "staff_refused": OF_A_CASE | {"deed", "why"},
    "staff_no_case": frozenset(("number",)),
    "staff_todo": frozenset(("count", "cases")),
}
# What the clock says to the people who handle, and to the resident of a planned case; where a scheme supervises.
CLOCK_NOTICES: Known = {
    "staff_due": OF_A_CASE | {"hours_left"},
    "staff_late": OF_A_CASE | {"late_by"},
    "staff_supervise": OF_A_CASE | {"late_by"},
    "staff_digest": frozenset(("count_today", "count_late", "count_waiting", "count_new", "count_again")),
    "staff_look_again": OF_A_CASE,
    "looked_again": OF_A_CASE,
}
# Where points are given by hand.
POINTS_NOTICES: Known = {"points_given": frozenset(("points_for", "points", "balance"))}
SENT_BY_THE_ENGINE = {**ENGINE_NOTICES, **CLOCK_NOTICES, **POINTS_NOTICES, **VOTE_NOTICES, **EXPERT_NOTICES}

CLOCK_VARIABLES = frozenset().union(*CLOCK_NOTICES.values()) - OF_A_CASE
# These mean one thing in every notice: no field of a form has such a name, unless it sets just that.
VARIABLES = (
    OF_A_CASE
    | CLOCK_VARIABLES
    | SURVEY_VARIABLES
    | {"quote", "caller", "cases", "community", "points", "balance", "points_for"}
    | {"who", "waited", "reward", "rewards", "price", "why", "decided"}
)


def senders_of(scheme: Scheme, notice: str) -> list[Action]:
    """The actions that send it; none: the engine does, or nobody."""
    return [action for step in scheme.steps for action in step.actions if action.notice == notice]


def known_in(scheme: Scheme, notice: str) -> frozenset[str]:
    """What everybody knows who sends it; one that nobody sends may speak of a case and its points."""
    known = [OF_A_CASE | _asked_by(action) for action in senders_of(scheme, notice)]
    if notice in SENT_BY_THE_ENGINE:
        known.append(SENT_BY_THE_ENGINE[notice])
    return frozenset.intersection(*known or [OF_A_CASE | {"points", "balance"}]) | {"community"}


def variables_of(text: str) -> set[str]:
    """ValueError when the braces do not pair."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _asked_by(action: Action) -> frozenset[str]:
    fields = frozenset(field.code for field in action.fields)
    # decided: what the meeting of the form came to.
    fields |= {"decided"} if action.deliberation else NOTHING
    return fields | {"points", "balance"} if action.points else fields
