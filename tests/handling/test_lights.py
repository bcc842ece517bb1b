"""红黄绿灯: the colour of a case, of a handler, of a unit."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from handling.calendar import WorkCalendar
from handling.clock import SHANGHAI
from handling.lights import SIGNS, Light, Team, light_of, lights_board, share_left, team_light
from handling.scheme import Scheme
from handling.scheme.supervision import Lights
from models import Channel, Suggestion, SuggestionState, Unit
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.statements import statements

CALENDAR = WorkCalendar({})


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def case(number: int = 1001, *, due: datetime | None, since: datetime, **values: object) -> Suggestion:
    values = {"state": SuggestionState.HANDLING, "level": "B", "scheme": "chengbei", "step": "handle", **values}
    return Suggestion(number=number, channel=Channel.CALL, received_at=since, due_from=since, due=due, **values)


@pytest.mark.parametrize(
    ("now", "light"),
    [
        ("2026-03-09 09:00", Light.GREEN),
        ("2026-03-12 09:00", Light.GREEN),
        ("2026-03-16 20:00", Light.YELLOW),
        ("2026-03-18 17:59", Light.YELLOW),
        ("2026-03-18 18:01", Light.RED),
    ],
)
def test_a_case_goes_from_green_to_yellow_to_red(now: str, light: Light) -> None:
    seven_days = case(since=shanghai("2026-03-09 09:00"), due=shanghai("2026-03-18 18:00"))
    assert light_of(CALENDAR, Lights(), seven_days, shanghai(now)) is light


def test_the_holidays_take_nothing_from_a_limit_in_working_days() -> None:
    """Given on the last day before 国庆, due two working days after it: all the days off are green."""
    since, due = shanghai("2026-09-30 09:00"), shanghai("2026-10-09 18:00")
    before, after = shanghai("2026-10-01 00:00"), shanghai("2026-10-08 00:00")
    assert share_left(CALENDAR, since, due, before) == share_left(CALENDAR, since, due, after)
    assert light_of(CALENDAR, Lights(), case(since=since, due=due), after) is Light.GREEN


def test_a_limit_round_the_clock_runs_on_free_days() -> None:
    since, due = shanghai("2026-10-01 08:00"), shanghai("2026-10-02 08:00")
    assert share_left(CALENDAR, since, due, shanghai("2026-10-01 20:00")) == 0.5


@pytest.mark.parametrize(
    ("values", "light"),
    [
        ({"paused_at": shanghai("2026-03-10 09:00")}, Light.PAUSED),
        ({"answered_at": shanghai("2026-03-10 09:00")}, None),
        ({"state": SuggestionState.DONE}, None),
        ({"state": SuggestionState.REVIEW}, Light.RED),
    ],
)
def test_only_what_owes_an_answer_has_a_light(values: dict[str, object], light: Light | None) -> None:
    late = case(since=shanghai("2026-03-09 09:00"), due=shanghai("2026-03-10 18:00"), **values)
    assert light_of(CALENDAR, Lights(), late, shanghai("2026-03-12 09:00")) is light


@pytest.mark.parametrize(
    ("red", "yellow", "green", "light"),
    [(0, 0, 5, Light.GREEN), (0, 1, 5, Light.YELLOW), (1, 0, 9, Light.YELLOW), (1, 0, 3, Light.RED)],
)
def test_a_team_is_judged_by_its_share_of_red(red: int, yellow: int, green: int, light: Light) -> None:
    counts = {Light.RED: red, Light.YELLOW: yellow, Light.GREEN: green, Light.PAUSED: 0}
    assert team_light(Lights(), Team(1, "王芳", counts)) is light


def test_every_light_has_a_word_and_a_shape_of_its_own() -> None:
    assert set(SIGNS) == set(Light)
    assert len({sign.word for sign in SIGNS.values()}) == len({sign.shape for sign in SIGNS.values()}) == 4


def test_the_board_counts_by_handler_and_unit_and_lists_the_late_in_two_statements(
    session: Session, scheme: Scheme, people: People, clock: FakeClock
) -> None:
    now = clock.now()
    property_company = Unit(code="green_water", name="物业公司", kind="property")
    people.secretary.unit = property_company
    late, fresh = now - timedelta(days=2), now + timedelta(days=9)
    session.add_all(
        [
            case(1001, since=now - timedelta(days=9), due=late, handler=people.worker),
            case(1002, since=now, due=fresh, handler=people.worker),
            case(1003, since=now, due=fresh, handler=people.secretary),
            case(1004, since=now - timedelta(days=9), due=late, unit=property_company),
        ]
    )
    session.flush()
    with statements(session.get_bind()) as seen:
        board = lights_board(session, scheme, now=now)
    assert len(seen) == 2
    handlers = {team.name: (team.light, team.counts[Light.RED], team.total) for team in board.handlers}
    assert handlers == {
        "还没有责任人": (Light.RED, 1, 1),
        "王芳": (Light.RED, 1, 2),
        "张书记": (Light.GREEN, 0, 1),
    }
    assert [(team.name, team.counts[Light.RED], team.total) for team in board.units] == [("物业公司", 1, 2)]
    assert [one.number for one in board.late] == [1001, 1004]
