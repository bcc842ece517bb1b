"""The same matter again: candidates with their reasons, and hot matters."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from handling.intake import open_suggestion
from handling.residents import find_or_add_resident
from handling.review import confirm_review
from handling.scheme import Scheme
from handling.similar_cases import hot_matters, similar_cases
from models import Channel, Database, Suggestion, SuggestionState, Urgency
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.statements import statements

Say = Callable[..., Suggestion]


@pytest.fixture
def say(session: Session, scheme: Scheme, clock: FakeClock, understand: Callable[[str], Understanding]) -> Say:
    """A resident says it, some days ago."""

    def said(text: str, *, voice: int | None = 1, days: float = 0) -> Suggestion:
        now = clock.now() - timedelta(days=days, minutes=1)
        phone = None if voice is None else f"+86138001{voice:05d}"
        return open_suggestion(
            session,
            scheme,
            channel=Channel.CALL,
            resident=find_or_add_resident(session, phone, now) if phone else None,
            understanding=understand(text),
            received_at=now,
            now=now,
        )

    return said


def numbers(session: Session, case: Suggestion, clock: FakeClock) -> list[int]:
    return [found.case.number for found in similar_cases(session, case, now=clock.now())]


def test_the_same_matter_is_found_and_the_reasons_are_told(session: Session, clock: FakeClock, say: Say) -> None:
    first = say("天福苑3栋的下水道堵了，臭水到处流", voice=1, days=3)
    say("希望多办点老年人的文化活动", voice=2, days=1)
    again = say("我们天福苑三栋下水道又堵起了，臭水流得到处都是", voice=3)
    found = similar_cases(session, again, now=clock.now())
    assert [candidate.case.number for candidate in found] == [first.number]
    assert "同一栋（天福苑3栋）" in found[0].explanation
    assert "下水道" in found[0].explanation
    assert "3天前" in found[0].explanation


def test_another_building_of_the_courtyard_is_told_as_the_same_courtyard(
    session: Session, clock: FakeClock, say: Say
) -> None:
    say("天福苑3栋的下水道堵了，臭水到处流", voice=1)
    again = say("天福苑5栋下水道堵了，臭水到处流", voice=2)
    assert "同一院落（天福苑）" in similar_cases(session, again, now=clock.now())[0].explanation


def test_a_telling_word_of_the_same_house_is_enough_among_other_words(
    session: Session, clock: FakeClock, say: Say
) -> None:
    first = say("天福苑3栋停水了，屋头没得水煮饭", voice=1)
    say("天福苑3栋楼梯间的灯不亮", voice=2)
    again = say("天福苑3栋停水了，老年人提不动水", voice=3)
    assert numbers(session, again, clock) == [first.number]


def test_what_was_misheard_is_found_by_its_sound(session: Session, clock: FakeClock, say: Say) -> None:
    first = say("化粪池满了，臭得很", voice=1)
    again = say("化份吃满了，真的臭得很", voice=2)
    found = similar_cases(session, again, now=clock.now())
    assert [candidate.case.number for candidate in found] == [first.number]
    assert "听起来像" in found[0].explanation


def test_the_place_alone_makes_no_two_matters_alike(session: Session, clock: FakeClock, say: Say) -> None:
    say("天福苑3栋的路灯坏了", voice=1)
    again = say("天福苑3栋有人半夜打麻将", voice=2)
    assert numbers(session, again, clock) == []


def test_what_callers_say_around_any_matter_makes_no_likeness(
    session: Session, clock: FakeClock, say: Say
) -> None:
    say("喂你好，我想反映一下我们小区的问题，路灯坏了", voice=1)
    again = say("喂你好，我想反映一下我们小区的问题，有人养鸡", voice=2)
    assert numbers(session, again, clock) == []


def test_the_nearer_and_the_newer_come_first(session: Session, clock: FakeClock, say: Say) -> None:
    old = say("下水道堵了，臭水到处流", voice=1, days=60)
    new = say("下水道堵了，臭水到处流", voice=2, days=1)
    here = say("天福苑的下水道堵了，臭水到处流", voice=3, days=2)
    again = say("天福苑的下水道堵了，臭水到处流", voice=4)
    assert numbers(session, again, clock) == [here.number, new.number, old.number]


def test_finished_cases_are_no_candidates(session: Session, clock: FakeClock, say: Say) -> None:
    first = say("下水道堵了，臭水到处流", voice=1)
    first.state = SuggestionState.DONE
    session.flush()
    assert numbers(session, say("下水道堵了，臭水到处流", voice=2), clock) == []


def test_a_hundred_open_cases_cost_two_statements(
    session: Session, database: Database, clock: FakeClock, say: Say
) -> None:
    for voice in range(30):
        say("下水道堵了，臭水到处流", voice=voice)
    again = say("下水道堵了，臭水到处流", voice=99)
    session.flush()
    with statements(database.engine) as seen:
        found = similar_cases(session, again, now=clock.now())
        assert len(found) == 5
        assert len(seen) == 2
        matters = hot_matters(session, now=clock.now())
        assert len(seen) == 3
    assert [matter.residents for matter in matters] == [31]


def test_three_residents_make_a_matter_hot(session: Session, clock: FakeClock, say: Say) -> None:
    cases = [
        say("天福苑停水了，家里没水煮饭", voice=1, days=3),
        say("我们天福苑又停水了，没水煮饭", voice=2, days=2),
    ]
    say("车子乱停，过不到路", voice=5)
    assert hot_matters(session, now=clock.now()) == []
    cases.append(say("天福苑停水停了两天，煮饭都没水", voice=3))
    matter = hot_matters(session, now=clock.now())[0]
    assert [case.number for case in matter.cases] == [case.number for case in cases]
    assert matter.explanation.startswith("3 户都在反映；都在天福苑")
    assert "停水" in matter.explanation


def test_one_resident_who_calls_three_times_makes_nothing_hot(
    session: Session, clock: FakeClock, say: Say
) -> None:
    for voice in (1, 1, 1, None, None):
        say("天福苑停水了，家里没水煮饭", voice=voice)
    assert hot_matters(session, now=clock.now()) == []


def test_what_is_older_than_two_weeks_is_not_hot(session: Session, clock: FakeClock, say: Say) -> None:
    for voice, days in ((1, 1), (2, 2), (3, 15)):
        say("天福苑停水了，家里没水煮饭", voice=voice, days=days)
    assert hot_matters(session, now=clock.now()) == []


def test_three_matters_of_one_courtyard_are_not_one(session: Session, clock: FakeClock, say: Say) -> None:
    for voice, text in enumerate(("路灯坏了", "下水道堵了，臭水到处流", "有人半夜打麻将吵得很"), start=1):
        say(f"天福苑{text}", voice=voice)
    assert hot_matters(session, now=clock.now()) == []


def test_households_whose_reports_were_merged_still_count(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, say: Say
) -> None:
    leading, second, third = (
        say("天福苑停水了，家里没水煮饭", voice=1, days=2),
        say("水龙头不出水", voice=2, days=1),
        say("天福苑停水了，没水煮饭", voice=3),
    )
    assert hot_matters(session, now=clock.now()) == []
    confirm_review(
        session,
        scheme,
        second,
        people.volunteer,
        text=second.text,
        domain=second.domain,
        demand_type=second.demand_type,
        urgency=Urgency.NORMAL,
        level=second.level,
        courtyard_id=None,
        place="",
        valid=True,
        merge_into=leading.number,
        note="",
        now=clock.now(),
    )
    assert second.state is SuggestionState.MERGED
    matter = hot_matters(session, now=clock.now())[0]
    assert {case.number for case in matter.cases} == {leading.number, second.number, third.number}
