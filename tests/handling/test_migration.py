"""Running cases and changed rules: a preview, and a coordinator who decides."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from handling.casework import StepNotAllowed, actions_for
from handling.forms import FormInvalid
from handling.scheme import Scheme, read_scheme
from handling.scheme.migration import migrate, preview
from models import SuggestionState
from tests.fakes.clock import FakeClock
from tests.handling.changed_rules import CHANGED
from tests.handling.conftest import People
from tests.handling.desk import NEIGHBOUR, InHand, in_hand, opened


@pytest.fixture(scope="module")
def changed() -> Scheme:
    return read_scheme(CHANGED, Path("changed.toml"))


@pytest.fixture
def hand(session: Session, scheme: Scheme, clock: FakeClock, people: People) -> InHand:
    return in_hand(session, scheme, clock, people, level="B")


def test_nothing_is_to_be_moved_while_the_rules_are_the_same(hand: InHand) -> None:
    assert preview(hand.session, hand.scheme) == []


def test_the_preview_says_what_the_new_rules_no_longer_have(hand: InHand, changed: Scheme) -> None:
    waiting = opened(hand.session, hand.scheme, hand.clock, phone=NEIGHBOUR)
    moves = preview(hand.session, changed)
    assert [(m.case.number, m.old_step, m.step, m.level, m.step_lost, m.level_lost) for m in moves] == [
        (1001, "联动办理", "triage", "A", True, True),
        (1002, "精准收集", "collect", "A", False, True),
    ]
    assert waiting.state is SuggestionState.REVIEW


def test_a_case_goes_on_by_its_old_rules_until_a_coordinator_moves_it(hand: InHand, changed: Scheme) -> None:
    worker, leader, now = hand.people.worker, hand.people.coordinator, hand.clock.now()
    assert "check_on_site" in [action.code for action in actions_for(changed, hand.case, worker)]
    due = hand.case.due
    with pytest.raises(StepNotAllowed, match="统筹员"):
        migrate(hand.session, changed, [1001], worker, now=now)
    with pytest.raises(FormInvalid, match="步骤"):
        migrate(hand.session, changed, [1001], leader, steps={1001: "collect"}, now=now)
    migrate(hand.session, changed, [1001], leader, steps={1001: "work"}, now=now)
    assert (hand.case.step, hand.case.level, hand.case.due) == ("work", "A", due), "what was promised stays"
    assert [action.code for action in actions_for(changed, hand.case, worker)] == ["done"]
    assert preview(hand.session, changed) == []
    assert hand.case.events[-1].changes["step"] == ["handle", "work"]
    with pytest.raises(StepNotAllowed, match="1001号"):
        migrate(hand.session, changed, [1001], leader, now=now)


def test_what_is_over_is_never_moved(hand: InHand, changed: Scheme) -> None:
    hand.act(hand.people.coordinator, "refuse", {"reason": "归区里管"})
    assert preview(hand.session, changed) == []


def test_a_case_of_before_versions_is_in_the_preview(hand: InHand, changed: Scheme) -> None:
    hand.case.scheme_version_id = None
    hand.session.flush()
    assert [move.case.number for move in preview(hand.session, changed)] == [1001]
