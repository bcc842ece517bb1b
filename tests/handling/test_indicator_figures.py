"""四早四快, measured over many cases."""

from datetime import datetime

from sqlalchemy.orm import Session

from handling.calendar import load_calendar
from handling.clock import SHANGHAI
from handling.figures.parts import Scope
from handling.lights import Light
from handling.scheme import load_scheme
from handling.scheme.indicators import IndicatorFigure, indicator_figures, measured_words, standings
from models import Event, Suggestion
from tests.handling.desk import case_row

JINTU = load_scheme("jintu")
NOW = datetime(2026, 3, 13, 10, 0, tzinfo=SHANGHAI)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=SHANGHAI)


def case(session: Session, number: int, *events: tuple[str, str]) -> Suggestion:
    """events: (kind, "09 10:00")."""
    happened = [Event(at=moment(at), kind=kind) for kind, at in events]
    return case_row(session, number, happened[0].at, scheme="jintu", step="survey", level="C", events=happened)


def figures(session: Session) -> dict[str, IndicatorFigure]:
    found = indicator_figures(session, JINTU, Scope(), now=NOW)
    return {figure.indicator.name: figure for figure in found}


def test_the_eight_are_there_and_each_says_how_often_it_was_kept(session: Session) -> None:
    case(session, 1001, ("received", "09 10:00"), ("reviewed", "09 11:00"), ("assign", "10 09:00"))
    case(session, 1002, ("received", "09 10:00"), ("reviewed", "10 16:00"), ("assign", "11 16:00"))
    case(session, 1003, ("received", "13 09:30"))
    found = figures(session)
    names = ["早受理", "早响应", "早预见", "早反馈", "快研判", "快办结", "快复盘", "快闭环"]
    assert list(found) == names
    accept, answer = found["早受理"], found["早响应"]
    assert (accept.met, accept.missed, accept.running) == (1, 1, 1)
    assert (accept.rate, accept.light) == (0.5, Light.RED)
    assert (answer.met, answer.missed, answer.running) == (1, 1, 1)
    assert answer.median_hours == (23 + 54) / 2
    assert (found["快办结"].rate, found["快办结"].light) == (None, None)


def test_many_cases_are_judged_as_each_alone(session: Session) -> None:
    """The page of one case and the page of all say the same."""
    times = (
        ("09 10:00", "09 11:00"),
        ("09 19:00", "10 11:00"),
        ("07 10:00", "09 10:30"),
        ("10 08:00", "10 14:30"),
    )
    cases = [
        case(session, 1001 + place, ("received", begun), ("reviewed", ended))
        for place, (begun, ended) in enumerate(times)
    ]
    calendar = load_calendar(session)
    alone = [standings(JINTU, one, calendar, NOW)[0].met for one in cases]
    accept = figures(session)["早受理"]
    assert (accept.met, accept.missed) == (alone.count(True), alone.count(False))


def test_only_events_after_the_beginning_end_the_time(session: Session) -> None:
    case(
        session,
        1001,
        ("finish", "09 09:00"),
        ("received", "09 10:00"),
        ("survey", "09 11:00"),
        ("grade", "09 12:00"),
    )
    judge = figures(session)["快研判"]
    assert (judge.met, judge.median_hours) == (1, 1.0)
    assert figures(session)["快闭环"].running + figures(session)["快闭环"].missed == 1


def test_the_cases_that_missed_a_time_are_named_and_the_time_is_told_in_words(session: Session) -> None:
    kept = case(session, 1001, ("received", "09 10:00"), ("reviewed", "09 11:00"))
    missed = case(session, 1002, ("received", "09 10:00"), ("reviewed", "10 16:00"))
    accept = figures(session)["早受理"]
    assert accept.late == (missed.id,)
    assert kept.id not in accept.late
    assert measured_words(JINTU, accept.indicator) == "从“收到”到“核对”"
    assert measured_words(JINTU, figures(session)["早响应"].indicator) == "从“收到”到“派人调研”或“记录调研”"
