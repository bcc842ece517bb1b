"""Whatever allowed actions are taken, in every bundled scheme: an open case has a next action for somebody,
and its notices fit. Walks are random; a failure prints the actions that led there."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handling.casework import actions_for
from handling.scheme import Action, Scheme, bundled_schemes, load_scheme
from handling.scheme.notice_variables import VARIABLES
from handling.scheme.samples import SAMPLE
from handling.scheme.words import sample_notice
from handling.sms import sms_segments
from models import Event, Role, Suggestion, SuggestionState, User

LEADER = User(id=1, name="刘统筹", role=Role.COORDINATOR, active=True)
WORKER = User(id=2, name="王芳", role=Role.HANDLER, active=True)
NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
SCHEMES = [load_scheme(name) for name in bundled_schemes()]


def reviewed(scheme: Scheme, level: str) -> Suggestion:
    """A case as `confirm_review` leaves it."""
    confirm = scheme.first_step.action("confirm")
    assert confirm is not None
    return Suggestion(number=1001, state=SuggestionState.HANDLING, step=confirm.next, level=level, handler_id=None)


def taken(case: Suggestion, action: Action, level: str) -> None:
    """What `take_action` changes, without a database."""
    sets = {field.sets for field in action.fields}
    case.events.append(Event(at=NOW, kind=action.code, step=case.step))
    case.level = level if "level" in sets else case.level
    case.handler_id = WORKER.id if "handler" in sets else case.handler_id
    case.step = action.next or case.step
    case.state = action.state or case.state


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_an_open_case_always_has_a_next_action_for_somebody(data: st.DataObject) -> None:
    scheme = data.draw(st.sampled_from(SCHEMES))
    levels = st.sampled_from([level.code for level in scheme.levels])
    case = reviewed(scheme, data.draw(levels))
    for _ in range(data.draw(st.integers(1, 40))):
        if case.state is not SuggestionState.HANDLING:
            return
        open_to = {a.code: a for user in (LEADER, WORKER) for a in actions_for(scheme, case, user)}
        past = [event.kind for event in case.events]
        assert open_to, f"{scheme.name}: nobody can do anything at “{case.step}” ({case.level}) after {past}"
        action = open_to[data.draw(st.sampled_from(sorted(open_to)))]
        taken(case, action, data.draw(levels))


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_from_every_state_that_can_be_reached_the_case_can_still_be_closed(scheme: Scheme) -> None:
    """All of them: step, level, whose, whether an expert spoke and which points were given."""
    State = tuple[str, str, int | None, frozenset[str]]
    remembered = {a.code for s in scheme.steps for a in s.actions if a.opinion or a.points}
    remembered.add("deliberation_passed")
    arrows: dict[State, set[State | None]] = {}
    waiting: list[State] = []
    for level in scheme.levels:
        start = reviewed(scheme, level.code)
        waiting.append((start.step, start.level, None, frozenset()))
    while waiting:
        state = waiting.pop()
        if state in arrows:
            continue
        arrows[state] = set()
        # A deliberation may be held at any time, beside the steps.
        decided = (*state[:3], state[3] | {"deliberation_passed"})
        arrows[state].add(decided)
        waiting.append(decided)
        case = from_state(*state)
        for action in {a.code: a for u in (LEADER, WORKER) for a in actions_for(scheme, case, u)}.values():
            for level in scheme.levels:
                after = from_state(*state)
                taken(after, action, level.code)
                done = frozenset(event.kind for event in after.events if event.kind in remembered)
                if after.state is SuggestionState.HANDLING:
                    reached = (after.step, after.level, after.handler_id, done)
                    arrows[state].add(reached)
                    waiting.append(reached)
                elif after.state is SuggestionState.DONE:
                    arrows[state].add(None)
    ending: set[State | None] = {None}
    while fresh := {state for state, onward in arrows.items() if state not in ending and onward & ending}:
        ending |= fresh
    assert set(arrows) - ending == set()
    assert {step for step, *_ in arrows} == {step.code for step in scheme.steps[1:]}


def from_state(step: str, level: str, handler_id: int | None, done: frozenset[str]) -> Suggestion:
    case = Suggestion(number=1001, state=SuggestionState.HANDLING, step=step, level=level, handler_id=handler_id)
    case.events.extend(Event(at=NOW, kind=kind, step="") for kind in sorted(done))
    return case


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_notice_with_usual_values_is_short_and_cut_nowhere(scheme: Scheme) -> None:
    senders = [a for step in scheme.steps for a in step.actions if a.notice]
    samples = {(a.notice, a.code): sample_notice(scheme, a.notice, a) for a in senders}
    samples |= {(name, ""): sample_notice(scheme, name) for name in scheme.notices}
    for where, text in samples.items():
        # An expert needs the question and how to answer it.
        assert sms_segments(scheme.community.signature + text) <= (2 if where[0] == "expert_asked" else 1), where
        assert "…" not in text, where


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_only_reasons_alarms_lists_and_questions_may_take_a_second_segment(scheme: Scheme) -> None:
    longer = {name for name, template in scheme.notices.items() if template.segments > 1}
    # What people write; whom to help, where and how; what there is to choose from; what is asked.
    reasons, alarms, lists = {"refused", "not_taken", "not_settled"}, {"alarm", "alarm_again"}, {"rewards"}
    assert longer <= reasons | alarms | lists | {"survey_question", "expert_asked"}


def test_everything_that_the_engine_says_has_a_sample() -> None:
    assert VARIABLES - {"community"} <= set(SAMPLE)
