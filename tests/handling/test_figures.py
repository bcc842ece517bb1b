"""The figures on a community of known numbers, and that what is counted is what is listed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.figures.counts import COUNTED, figure_cases, measure, measure_by
from handling.figures.lists import FIGURES, Measured, Times, light_of_target, shown_value
from handling.figures.parts import DIMENSIONS, NONE, Scope
from handling.lights import Light
from handling.scheme import Scheme
from handling.scheme.figures import Targets
from models import Channel, SuggestionState, Unit, User, Visit, VisitKind, VisitOutcome
from tests.handling.known_town import DONE, HANDLING, NOW, Town, town  # noqa: F401 (town is a fixture)

FIGURE = {figure.code: figure for figure in FIGURES}


def all_of(session: Session, scheme: Scheme, **scope: object) -> Measured:
    return measure(session, scheme, Scope(**scope), now=NOW)  # type: ignore[arg-type]


def value(code: str, row: Measured) -> float | None:
    return FIGURE[code].value(row)


def test_twenty_of_thirty_became_measures(town: Town, session: Session, scheme: Scheme) -> None:
    """S1: 30 valid suggestions, 27 ended (90 %), 20 of them solved real matters (66.7 %)."""
    for place in range(30):
        ended = place < 27
        town.case(DONE if ended else HANDLING, days=3 if ended else None, converted_at=NOW if place < 20 else None)
    for noise in (
        SuggestionState.INVALID,
        SuggestionState.MERGED,
        SuggestionState.REVIEW,
        SuggestionState.WITHDRAWN,
    ):
        town.case(noise)
    row = all_of(session, scheme)
    assert (row.counts["received"], row.counts["valid"], row.counts["done"]) == (34, 30, 27)
    assert value("done", row) == 0.9
    assert shown_value(FIGURE["converted"], value("converted", row)) == "66.7%"
    assert light_of_target(scheme, FIGURE["done"], value("done", row)) is Light.GREEN


def test_in_time_is_measured_against_what_is_owed_by_now(town: Town, session: Session, scheme: Scheme) -> None:
    town.case(DONE, days=2)
    town.case(DONE, days=9)
    town.case(day=2)  # late, not answered
    town.case(day=2, paused_at=NOW - timedelta(days=28))  # waits for others
    town.case(day=30)  # still has time
    row = all_of(session, scheme)
    assert (row.counts["in_time"], row.counts["owed"], row.counts["late"]) == (1, 3, 1)
    assert value("timely", row) == pytest.approx(1 / 3)


def test_residents_are_counted_once_for_participation(town: Town, session: Session, scheme: Scheme) -> None:
    town.case(resident=town.resident(1))
    town.case(resident=town.resident(1))
    town.case(resident=None)
    town.case(SuggestionState.INVALID, resident=town.resident(2))
    row = all_of(session, scheme)
    assert row.residents == 1
    assert row.households == 2866
    assert value("participation", row) == pytest.approx(1 / 2866)


def test_a_courtyard_has_its_own_households(town: Town, session: Session, scheme: Scheme) -> None:
    town.case(courtyard=town.courtyard("天福苑"))
    town.case(courtyard=town.courtyard("福兴苑"))
    rows = {row.name: row for row in measure_by(session, scheme, "courtyard", Scope(), now=NOW)}
    assert value("participation", rows["天福苑"]) == pytest.approx(1 / 48)
    assert value("participation", rows["福兴苑"]) is None, "nobody says how many live there"


def test_scores_by_text_and_by_visit_count_once(town: Town, session: Session, scheme: Scheme) -> None:
    first, second, third = (town.case(DONE, days=1) for _ in range(3))
    town.rate(first, 5)
    town.rate(second, 2)
    town.rate(third, None)
    for case, kind, score in ((first, VisitKind.SMS, 5), (third, VisitKind.PHONE, 4)):
        visit = Visit(
            suggestion=case, kind=kind, due=NOW, outcome=VisitOutcome.CONFIRMED, score=score, created_at=NOW
        )
        session.add(visit)
    session.flush()
    row = all_of(session, scheme)
    assert (row.scores, row.score_sum) == (3, 11)
    assert value("satisfied", row) == pytest.approx(2 / 3)
    assert shown_value(FIGURE["satisfaction"], value("satisfaction", row)) == "3.67"


def test_median_and_p90_by_the_nearest_rank(town: Town, session: Session, scheme: Scheme) -> None:
    for days in (1, 2, 3, 4, 5, 6, 7, 8, 9, 20):
        town.case(DONE, days=days)
    row = all_of(session, scheme)
    assert row.closing == Times(pytest.approx(5, abs=1e-4), pytest.approx(9, abs=1e-4))  # type: ignore[arg-type]
    assert value("closing_days", row) == pytest.approx(5, abs=1e-4)


def test_a_month_is_a_month_in_shanghai(town: Town, session: Session, scheme: Scheme) -> None:
    town.case()
    midnight = datetime(2026, 4, 1, 0, 30, tzinfo=SHANGHAI)  # 31 March in Greenwich
    case = town.case()
    case.received_at = midnight
    session.flush()
    months = measure_by(session, scheme, "month", Scope(), now=NOW)
    assert [(row.key, row.counts["valid"]) for row in months] == [("2026-03", 1), ("2026-04", 1)]


def test_a_unit_answers_for_its_own_cases_and_for_those_of_its_people(
    town: Town, session: Session, scheme: Scheme
) -> None:
    company, office = Unit(code="a", name="物业公司"), Unit(code="b", name="水务所")
    town.people.worker.unit = company
    town.case(handler=town.people.worker)
    town.case(handler=town.people.worker, unit=office)
    town.case()
    rows = measure_by(session, scheme, "unit", Scope(), now=NOW)
    assert {row.name: row.counts["valid"] for row in rows} == {"没有填": 1, "水务所": 1, "物业公司": 1}


def test_what_staff_wrote_down_has_the_source_where_it_was_said(
    town: Town, session: Session, scheme: Scheme
) -> None:
    town.case(channel=Channel.STAFF, source="mobile")
    town.case(channel=Channel.SMS)
    rows = {row.key: row.name for row in measure_by(session, scheme, "channel", Scope(), now=NOW)}
    named = {entry.code: entry.name for entry in scheme.channels}
    assert rows == {"mobile": named.get("mobile", "mobile"), "sms": "短信"}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_what_is_counted_is_what_is_listed(town: Town, session: Session, scheme: Scheme, dimension: str) -> None:
    worker: User = town.people.worker
    worker.unit = Unit(code="a", name="物业公司")
    town.case(DONE, days=2, handler=worker, courtyard=town.courtyard("天福苑"), converted_at=NOW)
    town.case(DONE, days=9, handler=worker, level="A", domain="")
    town.case(day=9)
    town.case(SuggestionState.REVIEW, channel=Channel.SMS)
    for row in measure_by(session, scheme, dimension, Scope(), now=NOW):
        narrowed = Scope(narrowed={dimension: row.address})
        for name in COUNTED:
            listed = figure_cases(session, name, narrowed, now=NOW, page=1)
            assert listed.total == row.counts[name], (row.name, name)


def test_the_period_is_that_of_the_residents_word(town: Town, session: Session, scheme: Scheme) -> None:
    town.case(day=2)
    town.case(day=20)
    since, until = (datetime(2026, 3, day, tzinfo=SHANGHAI) for day in (2, 20))
    assert all_of(session, scheme, received_from=since, received_until=until).counts["valid"] == 1


def test_without_any_case_there_is_nothing_to_say(session: Session, scheme: Scheme) -> None:
    row = all_of(session, scheme)
    assert {shown_value(figure, figure.value(row)) for figure in FIGURES} == {"—"}


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("done", 0.9, "90%"),
        ("done", 0.6667, "66.7%"),
        ("satisfaction", 4.6, "4.60"),
        ("closing_days", 2.46, "2.5天"),
        ("first_answer_days", 0.2, "4.8小时"),
    ],
)
def test_a_value_is_shown_as_people_read_it(code: str, value: float, shown: str) -> None:
    assert shown_value(FIGURE[code], value) == shown


@pytest.mark.parametrize(
    ("code", "value", "light"),
    [
        ("done", 0.9, Light.GREEN),
        ("done", 0.85, Light.YELLOW),
        ("done", 0.5, Light.RED),
        ("closing_days", 7.0, Light.GREEN),
        ("closing_days", 7.5, Light.YELLOW),
        ("closing_days", 15.0, Light.RED),
        ("timely", 0.1, None),
        ("done", None, None),
    ],
)
def test_a_goal_gives_a_light(scheme: Scheme, code: str, value: float | None, light: Light | None) -> None:
    goals = scheme.model_copy(update={"targets": Targets(done=0.9, closing_days=7)})
    assert light_of_target(goals, FIGURE[code], value) is light


def test_the_keys_of_nothing_stand_in_addresses_as_a_word() -> None:
    assert (Measured(key=None).address, Measured(key="").address, Measured(key=3).address) == (NONE, NONE, "3")
