"""Several processes at once, on both databases."""

from collections.abc import Callable

from handling.casework import StaleCase, StepNotAllowed, take_action
from handling.community import set_up_community
from handling.inbound import handle_text
from handling.residents import find_or_add_resident
from handling.review import claim_for_review
from handling.scheme import Scheme
from models import Database, Event, Notice, Resident, Suggestion, Text, User, next_number
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People, add_people, received_text
from tests.handling.crowd import CROWD, at_once
from tests.handling.desk import confirm, opened


def test_one_number_becomes_one_resident(database: Database, clock: FakeClock) -> None:
    def add(_place: int) -> int:
        with database.write() as session:
            resident = find_or_add_resident(session, MOBILE, clock.now())
            assert resident is not None
            return resident.id

    assert len(set(at_once(add))) == 1
    with database.read() as session:
        assert session.query(Resident).count() == 1


def test_case_numbers_are_never_given_twice(database: Database) -> None:
    def number(_place: int) -> int:
        with database.write() as session:
            return next_number(session)

    assert sorted(at_once(number)) == list(range(1001, 1001 + CROWD))


def test_one_volunteer_gets_the_suggestion(database: Database, scheme: Scheme, clock: FakeClock) -> None:
    with database.write() as session:
        case = opened(session, scheme, clock).id
        add_people(session, clock.now())
        users = [user.id for user in session.query(User).order_by(User.id)]
    assert len(users) == CROWD

    def claim(place: int) -> bool:
        with database.write() as session:
            mine = session.get_one(User, users[place])
            return claim_for_review(session, session.get_one(Suggestion, case), mine, clock.now())

    assert sorted(at_once(claim)) == [False] * (CROWD - 1) + [True]


def test_of_people_who_act_on_the_same_page_one_succeeds_and_the_others_are_told(
    database: Database, scheme: Scheme, clock: FakeClock
) -> None:
    with database.write() as session:
        people: People = add_people(session, clock.now())
        row = opened(session, scheme, clock)
        confirm(session, scheme, row, people.volunteer, clock)
        form = {"level": "A", "handler": str(people.worker.id)}
        take_action(session, scheme, row, people.coordinator, "assign", form, now=clock.now())
        case, user, shown = row.id, people.coordinator.id, row.version

    def act(place: int) -> str:
        with database.write() as session:
            suggestion, actor = session.get_one(Suggestion, case), session.get_one(User, user)
            note = {"note": f"第{place}个人说的"}
            event = take_action(
                session, scheme, suggestion, actor, "progress", note, now=clock.now(), version=shown
            )
            return event.kind

    results = at_once(act)
    assert [r for r in results if isinstance(r, str)] == ["progress"]
    assert all(isinstance(r, str | StaleCase | StepNotAllowed) for r in results), results
    with database.read() as session:
        assert session.query(Event).filter_by(kind="progress").count() == 1
        assert session.query(Notice).filter_by(template="progress").count() == 1


def test_messages_of_one_sender_that_workers_take_at_once_are_one_suggestion(
    database: Database, scheme: Scheme, clock: FakeClock, understand: Callable[[str], Understanding]
) -> None:
    with database.write() as session:
        set_up_community(session, scheme)
        texts = [received_text(session, f"第{n}句话", clock.now()).id for n in range(CROWD)]

    def take(place: int) -> None:
        with database.write() as session:
            handle_text(session, scheme, session.get_one(Text, texts[place]), understand, now=clock.now())

    assert at_once(take) == [None] * CROWD
    with database.read() as session:
        case = session.query(Suggestion).one()
        assert case.text == "\n".join(f"第{n}句话" for n in range(CROWD))
        assert session.query(Notice).count() == 1
