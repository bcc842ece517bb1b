"""The list at eight in the morning."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.digest import digests, is_time_for_digest, send_digests
from handling.scheme import Scheme
from models import Event, Notice, Suggestion, SuggestionState, User
from tests.handling.conftest import People
from tests.handling.desk import case_row

MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=SHANGHAI)
LATE, TODAY, LATER = MONDAY - timedelta(days=1), MONDAY.replace(hour=18), MONDAY + timedelta(days=5)


def case(session: Session, number: int, handler: User | None, due: datetime, **values: object) -> Suggestion:
    return case_row(session, number, MONDAY - timedelta(days=20), due=due, handler=handler, level="B", **values)


@pytest.fixture
def cases(session: Session, people: People) -> None:
    people.worker.phone = "+8613900000001"
    people.coordinator.phone = "+8613900000002"
    people.secretary.phone = "+8613900000003"
    case(session, 1001, people.worker, LATE)
    case(session, 1002, people.worker, TODAY)
    case(session, 1003, people.worker, LATE, paused_at=LATE, paused_for="自来水公司")
    given = case(session, 1004, people.worker, LATER)
    given.events.append(Event(at=MONDAY - timedelta(hours=15), kind="assign", changes={"handler_id": [None, 1]}))
    again = case(session, 1005, people.worker, LATER)
    again.events.append(Event(at=MONDAY, kind="looked_again", changes={}))
    case(session, 1006, people.worker, LATER)
    case(session, 1007, None, LATE, state=SuggestionState.REVIEW)
    session.flush()


def numbers(rows: list[Suggestion]) -> list[int]:
    return [row.number for row in rows]


@pytest.mark.usefixtures("cases")
def test_everybody_gets_what_is_theirs_and_coordinators_all(session: Session, people: People) -> None:
    found = digests(session, now=MONDAY)
    own = found.of[people.worker.id]
    lists = [numbers(rows) for rows in (own.late, own.today, own.waiting, own.new, own.again)]  # type: ignore[arg-type]
    assert lists == [[1001], [1002], [1003], [1004], [1005]]
    assert numbers(found.everybody.late) == [1001, 1007]  # type: ignore[arg-type]
    assert people.secretary.id not in found.of


@pytest.mark.usefixtures("cases")
def test_the_list_is_one_text_for_each_and_is_sent_once(session: Session, scheme: Scheme) -> None:
    assert send_digests(session, scheme, now=MONDAY) == 2
    assert send_digests(session, scheme, now=MONDAY) == 0
    bodies = session.scalars(
        select(Notice.body).where(Notice.template == "staff_digest").order_by(Notice.id)
    ).all()
    assert bodies == [
        "【城北社区】今天到期1件，超期1件，等别人1件，新来1件，再看1件。",
        "【城北社区】今天到期1件，超期2件，等别人1件，新来1件，再看1件。",
    ]


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-03-09 07:59", False),
        ("2026-03-09 08:00", True),
        ("2026-03-09 11:59", True),
        ("2026-03-09 12:00", False),
        ("2026-03-14 08:00", False),  # a Saturday
        ("2026-02-14 08:00", True),  # a Saturday that is worked
        ("2026-10-01 08:00", False),
    ],
)
def test_it_is_sent_in_the_morning_of_working_days(
    session: Session, scheme: Scheme, moment: str, due: bool
) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    assert is_time_for_digest(session, scheme, now=now) is due


@pytest.mark.usefixtures("cases")
def test_after_it_was_sent_its_time_is_over(session: Session, scheme: Scheme) -> None:
    send_digests(session, scheme, now=MONDAY)
    assert not is_time_for_digest(session, scheme, now=MONDAY + timedelta(minutes=1))
    assert is_time_for_digest(session, scheme, now=MONDAY + timedelta(days=1))
