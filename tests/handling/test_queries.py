"""Reads for the pages: the right rows in the right order, at a price that does not grow."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from handling.ledger import LedgerFilter, ledger_page, ledger_rows
from handling.queries import case_story, figures, my_cases, next_free, review_queue
from handling.review import claim_for_review
from handling.scheme import Scheme
from handling.stories import public_stories
from models import Database, Resident, Suggestion, SuggestionState, Urgency, User
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.handling.desk import case_row
from tests.statements import statements


@pytest.fixture
def add(session: Session, clock: FakeClock) -> Callable[..., Suggestion]:
    numbers = iter(range(2000, 9999))

    def made(**given: object) -> Suggestion:
        return case_row(session, **({"number": next(numbers), "received_at": clock.now()} | given))

    return made


def counted(database: Database, read: Callable[[Session], object]) -> int:
    with statements(database.engine) as seen, database.read() as session:
        read(session)
    return len(seen)


def test_the_queue_puts_emergencies_first_then_the_oldest(
    session: Session, add: Callable[..., Suggestion], clock: FakeClock
) -> None:
    def waiting(urgency: Urgency, minutes: int) -> Suggestion:
        received = clock.now() - timedelta(minutes=minutes)
        return add(state=SuggestionState.REVIEW, urgency=urgency, received_at=received)

    young, urgent, old = waiting(Urgency.NORMAL, 1), waiting(Urgency.URGENT, 2), waiting(Urgency.PLANNING, 9)
    fire = waiting(Urgency.EMERGENCY, 0)
    add(state=SuggestionState.DONE)
    assert review_queue(session) == [fire, old, urgent, young]


def test_next_free_skips_what_others_hold_but_not_what_they_left(
    session: Session, add: Callable[..., Suggestion], clock: FakeClock, people: People
) -> None:
    held, free = (add(state=SuggestionState.REVIEW) for _ in range(2))
    now = clock.now()
    assert claim_for_review(session, held, people.volunteer, now)
    assert list(next_free(session, people.other_volunteer.id, now)) == [free]
    assert list(next_free(session, people.volunteer.id, now)) == [held, free]
    later = now + timedelta(hours=1)
    assert list(next_free(session, people.other_volunteer.id, later)) == [held, free]


def test_my_cases_come_by_due_date_and_those_without_one_last(
    session: Session, add: Callable[..., Suggestion], clock: FakeClock, people: People
) -> None:
    def mine(due: datetime | None, user: User = people.worker) -> Suggestion:
        return add(handler_id=user.id, due=due)

    someday, late = mine(None), mine(clock.now() + timedelta(days=9))
    soon = mine(clock.now() + timedelta(days=1))
    mine(clock.now(), people.secretary)
    add(handler_id=people.worker.id, state=SuggestionState.DONE)
    assert my_cases(session, people.worker.id) == [soon, late, someday]
    assert my_cases(session, people.worker.id, limit=1) == [soon]


def test_a_case_without_a_due_date_stands_last_in_both_directions(
    session: Session, add: Callable[..., Suggestion], clock: FakeClock
) -> None:
    never, due = add(), add(due=clock.now())
    for sort in ("due", "-due"):
        page = ledger_page(session, LedgerFilter(sort=sort), now=clock.now(), page=1)
        assert page.rows == [due, never]


def test_late_is_only_what_is_still_open(
    session: Session, add: Callable[..., Suggestion], clock: FakeClock
) -> None:
    yesterday = clock.now() - timedelta(days=1)
    late = add(due=yesterday)
    add(due=yesterday, state=SuggestionState.DONE)
    add(due=clock.now() + timedelta(days=1))
    page = ledger_page(session, LedgerFilter(due="late"), now=clock.now(), page=1)
    assert page.rows == [late]


def test_signs_that_a_database_reads_as_wildcards_find_nothing_by_themselves(
    session: Session, add: Callable[..., Suggestion], clock: FakeClock
) -> None:
    percent = add(text="打八折 100%")
    add(text="打八折 1000")
    for search, rows in (("100%", [percent]), ("%", []), ("*", []), ("'", [])):
        page = ledger_page(session, LedgerFilter(search=search), now=clock.now(), page=1)
        assert page.rows == rows, search


def test_the_end_of_a_number_finds_its_cases(
    session: Session, add: Callable[..., Suggestion], clock: FakeClock
) -> None:
    resident = Resident(phone="+8613912345678", created_at=clock.now())
    theirs = add(resident=resident)
    add()
    for search, found in (("5678", [theirs]), ("139 1234 5678", [theirs]), ("678", []), ("1234", [])):
        page = ledger_page(session, LedgerFilter(search=search), now=clock.now(), page=1)
        assert page.rows == found, search


def test_a_digit_of_another_script_is_text_and_no_defect(
    session: Session, add: Callable[..., Suggestion], clock: FakeClock
) -> None:
    found = add(text="第²栋")
    page = ledger_page(session, LedgerFilter(search="²"), now=clock.now(), page=1)
    assert page.rows == [found]


def test_the_board_has_no_refused_and_no_unpublished_case(
    session: Session, scheme: Scheme, add: Callable[..., Suggestion], clock: FakeClock
) -> None:
    published = add(state=SuggestionState.DONE, published_at=clock.now())
    add(state=SuggestionState.DONE)
    add(state=SuggestionState.INVALID, published_at=clock.now())
    assert [story.number for story in public_stories(session, scheme).rows] == [published.number]
    assert (figures(session).valid, figures(session).done) == (2, 2)


def test_without_cases_there_is_no_rate(session: Session) -> None:
    assert figures(session).done_rate is None


def test_lists_cost_the_same_however_long_they_are(
    database: Database,
    session: Session,
    scheme: Scheme,
    add: Callable[..., Suggestion],
    clock: FakeClock,
    people: People,
) -> None:
    for i in range(30):
        phone = f"+86138001380{i:02}"
        state = SuggestionState.REVIEW if i % 2 else SuggestionState.HANDLING
        resident = Resident(phone=phone, created_at=clock.now())
        add(resident=resident, handler_id=people.worker.id, state=state, published_at=clock.now())
    worker_id = people.worker.id
    session.commit()
    now = clock.now()

    def touched(rows: list[Suggestion]) -> None:
        assert len(rows) >= 15
        for row in rows:
            assert row.resident
            assert row.resident.phone

    assert counted(database, lambda s: touched(review_queue(s))) == 1
    assert counted(database, lambda s: touched(my_cases(s, worker_id))) == 1
    assert counted(database, lambda s: touched(ledger_page(s, LedgerFilter(), now=now, page=1).rows)) == 2
    assert counted(database, lambda s: touched(list(ledger_rows(s, LedgerFilter(), now=now)))) == 1
    assert counted(database, lambda s: public_stories(s, scheme)) == 4
    assert counted(database, figures) == 1


def test_a_story_costs_the_same_for_every_case(
    database: Database, session: Session, add: Callable[..., Suggestion]
) -> None:
    add(number=1500)
    session.commit()
    assert counted(database, lambda s: case_story(s, 1500)) <= 6
