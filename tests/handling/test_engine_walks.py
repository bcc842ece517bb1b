"""Whatever people do, in every bundled scheme and on a real database: a case in hand has an owner, a due time and
a next step, and its history leads to its present state. A failure prints what was done."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.assistance import answer_help, ask_for_help, helps_of, waive_help
from handling.calendar import load_calendar
from handling.casework import actions_for, take_action
from handling.clock import SHANGHAI
from handling.community import set_up_community
from handling.deeds import StepNotAllowed
from handling.forms import FormInvalid
from handling.history import snapshot
from handling.intake import open_suggestion
from handling.pauses import pause_case, resume_case
from handling.residents import find_or_add_resident
from handling.review import confirm_review
from handling.scheme import Action, Field, Scheme, bundled_schemes, load_scheme
from handling.visits import record_visit, reopen_case, take_score, visits_of
from handling.wishes import ask_extension, ask_handover, decide_wish, open_wishes
from handling.withdrawal import withdraw
from models import Channel, Database, Event, Rating, Suggestion, SuggestionState, Unit, User, VisitOutcome
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People, add_people

SCHEMES = {name: load_scheme(name) for name in bundled_schemes()}
DEEDS = (*["act"] * 8, *["answer", "resume", "after"] * 2, "pause", "extend", "hand over", "decide", "ask")


@dataclass
class Walk:
    """One case and what was done with it."""

    session: Session
    scheme: Scheme
    people: People
    draw: Callable[[st.SearchStrategy[Any]], Any]
    now: datetime
    case: Suggestion = field(init=False)
    done: list[str] = field(default_factory=list)

    def begin(self) -> None:
        level = self.draw(st.sampled_from([level.code for level in self.scheme.levels]))
        domain = self.draw(st.sampled_from(["公共设施维护", "邻里纠纷"]))
        self.case = open_suggestion(
            self.session,
            self.scheme,
            channel=Channel.CALL,
            resident=find_or_add_resident(self.session, MOBILE, self.now),
            understanding=None,
            received_at=self.now,
            now=self.now,
        )
        confirm_review(
            self.session,
            self.scheme,
            self.case,
            self.people.volunteer,
            text="楼道灯坏了",
            domain=domain,
            demand_type="",
            urgency=self.case.urgency,
            level=level,
            courtyard_id=None,
            place="",
            valid=True,
            merge_into=None,
            note="",
            now=self.now,
        )

    def step(self) -> None:
        """One deed of anybody, a while later; what is not allowed is refused and changes nothing."""
        self.now += timedelta(hours=self.draw(st.sampled_from([1, 20, 100])))
        deed = self.draw(st.sampled_from(DEEDS))
        user = self.draw(st.sampled_from([self.people.worker, self.people.secretary, self.people.coordinator]))
        self.done.append(f"{deed} by {user.name} at {self.case.step} ({self.case.state.value})")
        before = snapshot(self.case)
        try:
            with self.session.begin_nested():
                getattr(self, f"_{deed.replace(' ', '_')}")(user)
        except (StepNotAllowed, FormInvalid) as error:
            self.done[-1] += f": {error}"
            self.session.refresh(self.case)
            assert snapshot(self.case) == before

    def _act(self, user: User) -> None:
        allowed = [
            (who, action)
            for who in (user, self.people.coordinator)
            for action in actions_for(self.scheme, self.case, who)
        ]
        onward = [pair for pair in allowed if pair[1].state is not SuggestionState.INVALID]
        if onward and self.draw(st.integers(0, 9)):
            allowed = onward  # or most walks would end at once
        if allowed:
            who, action = self.draw(st.sampled_from(allowed))
            self.done[-1] += f" → {action.code}"
            take_action(self.session, self.scheme, self.case, who, action.code, self._form(action), now=self.now)

    def _form(self, action: Action) -> dict[str, str]:
        return {asked.code: self._value(asked) for asked in action.fields if asked.type != "product"}

    def _value(self, asked: Field) -> str:
        ahead = 0 if asked.records else self.draw(st.integers(3, 28))  # a meeting was held, a promise is to come
        day = load_calendar(self.session).due(self.now, ahead) if ahead else self.now.astimezone(SHANGHAI)
        levels = [level.code for level in self.scheme.levels]
        workers = [str(self.people.worker.id), str(self.people.secretary.id)]
        units = [str(key) for key in self.session.scalars(select(Unit.id))] or [""]
        return {
            "integer": "3",
            "money": "2",
            "date": day.date().isoformat(),
            "choice": self.draw(st.sampled_from(asked.choices or ("",))),
            "level": self.draw(st.sampled_from(levels)),
            "handler": self.draw(st.sampled_from(workers)),
            "unit": self.draw(st.sampled_from(units)),
            "courtyard": "",
        }.get(asked.type, "说明")

    def _pause(self, user: User) -> None:
        pause_case(self.session, self.scheme, self.case, user, waits_for="物业", now=self.now)

    def _resume(self, user: User) -> None:
        resume_case(self.session, self.scheme, self.case, user, now=self.now)

    def _extend(self, user: User) -> None:
        due = load_calendar(self.session).due(max(self.now, self.case.due or self.now), 6)
        ask_extension(self.session, self.case, user, due=due, reason="等材料", now=self.now)

    def _hand_over(self, user: User) -> None:
        ask_handover(self.session, self.case, user, to=self.people.secretary, reason="休假", now=self.now)

    def _decide(self, _user: User) -> None:
        for wish in open_wishes(self.session, self.case.id):
            granted = self.draw(st.booleans())
            deciding = {"granted": granted, "answer": "再说", "handler": self.people.secretary, "now": self.now}
            decide_wish(self.session, self.scheme, wish, self.people.administrator, **deciding)

    def _ask(self, user: User) -> None:
        helper = self.people.secretary
        ask_for_help(self.session, self.scheme, self.case, user, helper=helper, task="看", due=None, now=self.now)

    def _answer(self, user: User) -> None:
        for part in helps_of(self.session, self.case.id):
            if part.answered_at is None and user is self.people.coordinator:
                waive_help(self.session, part, user, reason="不等", now=self.now)
            elif part.answered_at is None:
                answer_help(self.session, part, self.people.secretary, answer="好", now=self.now)

    def _after(self, user: User) -> None:
        """What residents do once it is closed, and now and then before."""
        if self.case.state is not SuggestionState.DONE:
            if self.draw(st.integers(0, 29)) == 0:
                withdraw(self.session, self.scheme, self.case, actor=user, now=self.now)
            return
        for visit in visits_of(self.session, self.case.id):
            if visit.done_at is None:
                outcome = self.draw(st.sampled_from(VisitOutcome))
                said = {"outcome": outcome, "score": None, "note": "这样", "now": self.now}
                record_visit(self.session, self.scheme, visit, self.people.volunteer, **said)
                return
        for rating in self.session.scalars(select(Rating).where(Rating.score.is_(None))):
            take_score(self.session, self.scheme, rating, self.draw(st.integers(1, 5)), self.now)
            return
        reopen_case(self.session, self.scheme, self.case, user, reason="", now=self.now)

    def check(self) -> None:
        case, told = self.case, "\n".join(self.done)
        present = snapshot(case)
        self.session.flush()
        assert _replayed(case.events, present) == present, told
        if case.state is not SuggestionState.HANDLING:
            return
        assert case.due is not None, told
        assert self.scheme.find_step(case.step) is not None, told
        everybody = (self.people.worker, self.people.secretary, self.people.coordinator)
        able = {user.name for user in everybody if actions_for(self.scheme, case, user)}
        waits = case.paused_at is not None or any(p.answered_at is None for p in helps_of(self.session, case.id))
        assert able or waits, f"nobody can do anything at {case.step}\n{told}"
        owner = case.handler if case.handler and case.handler.active else None
        assert owner or self.people.coordinator.name in able or waits, f"nobody owns it at {case.step}\n{told}"


def _replayed(events: Iterable[Event], present: Mapping[str, Any]) -> dict[str, Any]:
    """The state that the events lead to, from what the first of them found; columns that none of them changed are
    as in `present`."""
    state: dict[str, Any] = {}
    for event in events:
        for column, (before, after) in event.changes.items():
            assert state.get(column, before) == before, f"{event.kind}: {column} does not follow"
            state[column] = after
    return {**present, **state}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, FakeClock]]:
    from models.schema import upgrade_schema

    database = Database(f"sqlite:///{tmp_path_factory.mktemp('town') / 'town.db'}")
    upgrade_schema(database)
    yield database, FakeClock()
    database.close()


@pytest.mark.parametrize("name", SCHEMES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_case_in_hand_never_loses_owner_due_time_or_next_step(
    town: tuple[Database, FakeClock], name: str, data: st.DataObject
) -> None:
    database, clock = town
    with database.write() as session:
        set_up_community(session, SCHEMES[name])
        walk = Walk(session, SCHEMES[name], add_people(session, clock.now()), data.draw, clock.now())
        walk.begin()
        walk.check()
        for _ in range(data.draw(st.integers(10, 40))):
            if walk.case.state not in (SuggestionState.HANDLING, SuggestionState.DONE):
                break
            walk.step()
            walk.check()
        session.rollback()
