"""Paper forms and box notes become suggestions like any other."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from handling.scheme import Scheme
from handling.staff_entries import Entry, FormInvalid, take_down, typed_today
from models import Channel, Courtyard, Notice, Station, Suggestion, SuggestionState, Urgency
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People

Understand = Callable[[str], Understanding]


class Typist:
    def __init__(
        self, session: Session, scheme: Scheme, clock: FakeClock, people: People, understand: Understand
    ) -> None:
        self.session, self.scheme, self.clock, self.people, self.understand = (
            session,
            scheme,
            clock,
            people,
            understand,
        )

    def types(self, text: str, **rest: object) -> tuple[Suggestion, bool]:
        entry = Entry(source=str(rest.pop("source", "mobile_point")), text=text, **rest)  # type: ignore[arg-type]
        by, now = self.people.worker, self.clock.now()
        return take_down(
            self.session, self.scheme, entry, self.understand, by=by, now=now, duty_phones=("+8613900000009",)
        )


@pytest.fixture
def typist(session: Session, scheme: Scheme, clock: FakeClock, people: People, understand: Understand) -> Typist:
    return Typist(session, scheme, clock, people, understand)


def test_a_note_is_understood_acknowledged_and_waits_for_review(typist: Typist) -> None:
    case, new = typist.types("天福苑的下水道堵了，污水返到屋头", phone="13800138000", name="王秀英")
    assert new
    assert (case.channel, case.source, case.state) == (Channel.STAFF, "mobile_point", SuggestionState.REVIEW)
    assert case.domain == "公共设施维护"
    assert case.courtyard is not None
    assert case.courtyard.name == "天福苑"
    assert case.resident is not None
    assert (case.resident.phone, case.resident.name) == (MOBILE, "王秀英")
    [told] = typist.session.query(Notice)
    assert "编号1001" in told.body
    assert case.events[0].actor is typist.people.worker


def test_nobody_has_to_leave_a_number(typist: Typist) -> None:
    case, _ = typist.types("院坝里头的路灯坏了", source="")
    assert case.resident is None
    assert typist.session.query(Notice).count() == 0


def test_a_danger_on_paper_alerts_like_one_on_the_telephone(typist: Typist) -> None:
    case, _ = typist.types("厨房里煤气漏了，味道好大")
    assert case.urgency is Urgency.EMERGENCY
    assert typist.session.query(Notice).one().template == "duty_alert"


def test_place_station_and_day_may_be_said(typist: Typist) -> None:
    yard = typist.session.query(Courtyard).filter_by(name="桂花园").one()
    station = typist.session.query(Station).filter_by(code="grid3").one()
    case, _ = typist.types("路灯坏了", courtyard_id=yard.id, station_id=station.id, said_on=date(2026, 3, 6))
    assert (case.courtyard, case.station) == (yard, station)
    assert case.received_at.date() == date(2026, 3, 6)


def test_a_second_click_is_the_same_suggestion(typist: Typist) -> None:
    first, _ = typist.types("路灯坏了")
    again, new = typist.types(" 路灯坏了\n")
    assert again is first
    assert not new
    other, new = typist.types("路灯坏了", source="chat")
    assert new
    typist.clock.advance(minutes=11)
    assert typist.types("路灯坏了")[1]
    assert [case.number for case in typed_today(typist.session, typist.people.worker, typist.clock.now())] == [
        1003,
        1002,
        1001,
    ]
    assert typed_today(typist.session, typist.people.secretary, typist.clock.now()) == []
    assert other.number == 1002


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("source", {"source": "pigeon"}),
        ("text", {"text": "  "}),
        ("phone", {"phone": "12345"}),
        ("said_on", {"said_on": date(2027, 1, 1)}),
        ("said_on", {"said_on": date(2025, 1, 1)}),
        ("courtyard_id", {"courtyard_id": 999}),
        ("station_id", {"station_id": 999}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(typist: Typist, field: str, wrong: dict[str, object]) -> None:
    with pytest.raises(FormInvalid) as caught:
        typist.types(**{"text": "路灯坏了", **wrong})  # type: ignore[arg-type]
    assert list(caught.value.errors) == [field]
    assert typist.session.query(Suggestion).count() == 0
