"""A case keeps the rules that it started with."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.casework import actions_for, take_action
from handling.scheme import Scheme, load_scheme, read_scheme
from handling.scheme.versions import scheme_of, version_of
from handling.status import state_name
from models import Notice, SchemeVersion, Suggestion
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.handling.desk import confirm, opened
from tests.statements import statements

NEWER = """
name = "newer"
title = "换了流程"
extends = "chengbei"

[community]
signature = "【新城北】"

[[steps]]
code = "triage"
remove = true

[[steps]]
code = "collect"

[[steps.actions]]
code = "confirm"
next = "handle"

[[steps]]
code = "handle"

[[steps.actions]]
code = "return_to_triage"
remove = true
"""


def newer() -> Scheme:
    return read_scheme(NEWER, Path("newer.toml"))


def test_the_same_rules_are_one_version(session: Session, scheme: Scheme, clock: FakeClock) -> None:
    first = version_of(session, scheme, clock.now())
    assert version_of(session, load_scheme("chengbei"), clock.now()) is first
    assert version_of(session, newer(), clock.now()) is not first
    assert session.query(SchemeVersion).count() == 2


def test_a_case_is_worked_shown_and_told_by_the_rules_that_it_began_with(
    session: Session, scheme: Scheme, clock: FakeClock, people: People
) -> None:
    case = opened(session, scheme, clock)
    changed = newer()
    confirm(session, changed, case, people.volunteer, clock, level="A")
    assert case.step == "triage", "the new rules have no such step"
    assert [action.code for action in actions_for(changed, case, people.coordinator)][:1] == ["assign"]
    form = {"level": "A", "handler": str(people.worker.id)}
    take_action(session, changed, case, people.coordinator, "assign", form, now=clock.now())
    assert state_name(changed, case) == "正在办理"
    told = session.scalars(select(Notice.body).order_by(Notice.id.desc())).first()
    assert told is not None
    assert told.startswith("【新城北】1001号建议交给王芳办理"), "the wording of then, signed as today"


def test_a_case_of_before_versions_follows_the_rules_in_force(session: Session, scheme: Scheme) -> None:
    old = Suggestion(number=1, scheme="chengbei", step="handle")
    assert scheme_of(session, old, scheme) is scheme


def test_the_rules_in_force_cost_one_small_statement_for_each_session(
    session: Session, scheme: Scheme, clock: FakeClock
) -> None:
    cases = [opened(session, scheme, clock) for _ in range(3)]
    session.info.clear()
    with statements(session.get_bind()) as seen:
        assert {id(scheme_of(session, case, scheme)) for case in cases} == {id(scheme)}
    assert len(seen) == 1
    assert "content" not in seen[0]


def test_rules_that_this_release_cannot_read_do_not_stop_a_case(
    session: Session, scheme: Scheme, clock: FakeClock
) -> None:
    broken = SchemeVersion(digest="0" * 64, name="alt", content={"steps": "?"}, created_at=clock.now())
    session.add(broken)
    session.flush()
    case = opened(session, scheme, clock)
    case.scheme_version_id = broken.id
    session.info.clear()
    assert scheme_of(session, case, scheme) is scheme
