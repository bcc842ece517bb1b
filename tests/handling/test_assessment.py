"""考核 by declared weights, satisfaction by quarter, and the map of needs."""

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.figures.assessment import Quarter, assess, quarter_of, read_quarter
from handling.figures.helps import helps_behind, was_in_time
from handling.figures.needs_map import grid_of, needs_map
from handling.figures.parts import Scope
from handling.figures.satisfaction import rated_cases, satisfaction_by_quarter
from handling.scheme import Scheme
from models import (
    Answer,
    AnswerMeans,
    Assistance,
    Campaign,
    Participation,
    ParticipationState,
    Question,
    QuestionKind,
    Rating,
    Suggestion,
    SuggestionState,
    Unit,
)
from tests.handling.known_town import DONE, NOW, Town, town  # noqa: F401 (town is a fixture)

FIRST = Quarter(2026, 1)


def test_a_unit_gets_points_by_the_declared_weights(town: Town, session: Session, scheme: Scheme) -> None:
    good, slow, new = (Unit(code=name, name=name) for name in ("物业", "水务", "新来的"))
    town.rate(town.case(DONE, days=2, unit=good), 5)
    town.rate(town.case(DONE, days=9, unit=slow), 3)
    town.case(unit=slow)
    town.case(day=30, unit=new)
    judged = assess(session, scheme, FIRST, by="unit", now=NOW)
    assert [(one.row.name, one.points, one.grade) for one in judged] == [
        ("物业", 100, "优秀"),
        # Half done (30), nothing in time (30), nobody satisfied (40).
        ("水务", 15, "不合格"),
        # Nothing is owed yet and nobody was asked: only 办结率 counts.
        ("新来的", 0, "不合格"),
    ]
    assert judged[1].parts == {"done": 0.5, "timely": 0.0, "satisfied": 0.0}


def test_only_the_cases_of_the_quarter_count(town: Town, session: Session, scheme: Scheme) -> None:
    town.case(DONE, days=2, unit=Unit(code="a", name="物业"))
    assert assess(session, scheme, FIRST.before(), by="unit", now=NOW) == []
    assert assess(session, scheme.model_copy(update={"assessment": None}), FIRST, by="unit", now=NOW) == []


def test_handlers_are_assessed_alike(town: Town, session: Session, scheme: Scheme) -> None:
    town.case(DONE, days=2, handler=town.people.worker)
    assert [one.row.name for one in assess(session, scheme, FIRST, by="handler", now=NOW)] == ["王芳"]


@pytest.mark.parametrize(
    ("moment", "code"),
    [("2026-01-01 00:00", "2026-Q1"), ("2026-03-31 23:59", "2026-Q1"), ("2026-10-01 00:00", "2026-Q4")],
)
def test_a_quarter_begins_and_ends_in_shanghai(moment: str, code: str) -> None:
    quarter = quarter_of(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))
    assert quarter.code == code
    assert read_quarter(code) == quarter
    assert quarter.before().after() == quarter


@pytest.mark.parametrize("code", ["", "2026", "2026-Q5", "Q1", "九-Q1", "99999-Q1", "-Q1"])
def test_what_is_no_quarter_is_none(code: str) -> None:
    assert read_quarter(code) is None


def test_scores_belong_to_the_quarter_in_which_they_were_given(town: Town, session: Session) -> None:
    case = town.case(DONE, days=1)
    given = (("2025-12-31 23:30", 2), ("2026-01-01 00:30", 5), ("2026-03-31 23:30", 4))
    for at, score in given:
        rated = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
        session.add(Rating(suggestion=case, requested_at=rated, score=score, rated_at=rated))
    session.flush()
    found = satisfaction_by_quarter(session, now=NOW, quarters=3)
    assert [(one.quarter.code, one.rated.number, one.rated.average, one.rated.satisfied) for one in found] == [
        ("2025-Q3", 0, None, None),
        ("2025-Q4", 1, 2.0, 0.0),
        ("2026-Q1", 2, 4.5, 1.0),
    ]


def test_courtyards_stand_under_their_grids_shaded_by_their_needs(
    town: Town, session: Session, scheme: Scheme
) -> None:
    for _ in range(4):
        town.case(courtyard=town.courtyard("天福苑"))
    town.case(courtyard=town.courtyard("标件厂院落"))
    town.case(courtyard=town.courtyard("供销社院落"))
    town.case(SuggestionState.INVALID, courtyard=town.courtyard("供销社院落"))
    town.case()
    found = needs_map(session, scheme, Scope(), now=NOW)
    assert [block.name for block in found.blocks] == [f"第{number}网格分站" for number in "一二三四五六七"]
    assert sum(len(block.plots) for block in found.blocks) == 32
    first = found.blocks[0]
    assert [(plot.name, plot.needs, plot.shade) for plot in first.plots][:3] == [
        ("天福苑", 4, 4),
        ("标件厂院落", 1, 1),
        ("东方嘉苑", 0, 0),
    ]
    assert (first.needs, found.largest, found.elsewhere) == (5, 4, 1)


def test_the_map_follows_the_period_and_the_domain(town: Town, session: Session, scheme: Scheme) -> None:
    case: Suggestion = town.case(courtyard=town.courtyard("天福苑"), domain="停车交通")
    assert needs_map(session, scheme, Scope(narrowed={"domain": case.domain}), now=NOW).largest == 1
    assert needs_map(session, scheme, Scope(narrowed={"domain": "环境卫生"}), now=NOW).largest == 0


def test_the_grid_of_a_station_is_the_one_right_below_the_main() -> None:
    parents = {1: None, 2: 1, 3: 2}
    assert [grid_of(station, parents) for station in (1, 2, 3, None)] == [1, 2, 2, None]


def test_help_that_was_asked_for_weighs_where_the_scheme_says_so(
    town: Town, session: Session, scheme: Scheme
) -> None:
    water, power, gas = (Unit(code=name, name=name) for name in ("水务", "电力", "燃气"))
    worker = town.people.worker
    worker.unit = gas
    case, done = town.case(day=3), town.case(DONE, day=3, days=2)
    ask(town, case, unit=water, due=5, answered=4)
    ask(town, case, unit=water, due=5, answered=9)
    ask(town, case, unit=water, due=None, answered=30)
    ask(town, case, unit=water, due=9, answered=None)
    # Neither is owed: the time has not come, nobody waits for it, the case is closed, nobody said until when.
    ask(town, case, unit=water, due=31, answered=None)
    ask(town, case, unit=water, due=5, answered=9, waived=True)
    ask(town, done, unit=water, due=5, answered=None)
    ask(town, case, unit=power, due=None, answered=None)
    ask(town, case, user=worker, due=8, answered=7)
    weights = {"done": 0, "timely": 60, "satisfied": 0, "helped": 40}
    assert scheme.assessment
    weighing = scheme.model_copy(update={"assessment": scheme.assessment.model_copy(update=weights)})

    def judged(by: str, quarter: Quarter = FIRST) -> list[tuple[str, float | None, float | None]]:
        found = assess(session, weighing, quarter, by=by, now=NOW)
        return [(one.row.name, one.points, one.parts["helped"]) for one in found]

    assert judged("unit") == [("燃气", 100, 1.0), ("水务", 50, 0.5)]
    assert judged("handler") == [("王芳", 100, 1.0)]
    assert judged("unit", FIRST.before()) == []
    behind = helps_behind(session, "unit", water.id, FIRST.begins, FIRST.ends, now=NOW)
    assert [was_in_time(part) for part in behind] == [False, True, False, True]
    assert [one.row.name for one in assess(session, scheme, FIRST, by="unit", now=NOW)] == []


def ask(town: Town, case: Suggestion, *, due: int | None, answered: int | None, **given: object) -> None:
    """On the third of March; due and answered: days of March."""

    def day(number: int | None) -> datetime | None:
        return datetime(2026, 3, number, 18, tzinfo=SHANGHAI) if number else None

    asked = {"asked": "关阀门", "asked_by": town.people.coordinator, "asked_at": day(3)}
    town.session.add(Assistance(suggestion=case, due=day(due), answered_at=day(answered), **asked, **given))
    town.session.flush()


def test_answers_to_the_quarterly_questionnaire_stand_beside_the_scores_after_closing(
    town: Town, session: Session
) -> None:
    town.rate(town.case(DONE, days=1), 2)
    march = survey(town, "satisfaction", "每季测评", (date(2026, 3, 5), 5), (date(2026, 3, 20), 3))
    spring = survey(town, "satisfaction", "春节测评", (date(2026, 1, 2), 4), (date(2025, 12, 30), 1))
    survey(town, "traffic", "交通出行", (date(2026, 3, 5), 1))
    before, first = satisfaction_by_quarter(session, now=NOW, quarters=2)
    assert (first.rated.number, first.rated.average, first.rated.satisfied) == (1, 2.0, 0.0)
    assert (first.surveyed.number, first.surveyed.average, first.surveyed.satisfied) == (3, 4.0, 2 / 3)
    assert [(one.campaign_id, one.scores.number) for one in first.campaigns] == [(march.id, 2), (spring.id, 1)]
    assert (before.rated.number, before.surveyed.average) == (0, 1.0)
    assert [case.number for case in rated_cases(session, first.quarter, page=1).rows] == [1001]
    assert rated_cases(session, before.quarter, page=1).total == 0


def survey(town: Town, template: str, title: str, *answers: tuple[date, int]) -> Campaign:
    """A campaign with a choice, a score of 1 to 5 on the whole, and another score that everybody gives a 1."""
    campaign = Campaign(
        title=title,
        template=template,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 31),
        created_by=town.people.coordinator,
        created_at=NOW,
        questions=[
            Question(position=1, kind=QuestionKind.CHOICE, text="听说过吗？", choices=["是", "否"]),
            Question(position=2, kind=QuestionKind.SCALE, text="总的来说满意吗？", low=1, high=5),
            Question(position=3, kind=QuestionKind.SCALE, text="办得快不快？", low=1, high=5),
        ],
    )
    for n, (day, score) in enumerate(answers):
        part = Participation(campaign=campaign, resident=town.resident(500 + n), state=ParticipationState.DONE)
        at = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
        for question, value in zip(campaign.questions, (1, score, 1), strict=True):
            part.answers.append(Answer(question=question, means=AnswerMeans.SMS, value=value, answered_at=at))
        town.session.add(part)
    town.session.add(campaign)
    town.session.flush()
    return campaign
