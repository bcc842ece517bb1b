"""Several people at once: the money of a case and the vote of a household, on both databases."""

from typing import Any

from sqlalchemy import select

from handling.community import set_up_community
from handling.deliberation.stages import TopicDraft, begin, draft_deliberation
from handling.deliberation.vote_texts import cast_from_home
from handling.deliberation.votes import ballots_of, count
from handling.money.accounts import account_of
from handling.money.booking import agree_shares, book, receive_shares
from handling.residents import find_or_add_resident
from handling.scheme import Scheme
from handling.scheme.deliberation import DeliberationKind, DeliberationStage
from models import BallotChannel, Courtyard, Database, EntryKind, Project, Resident, Role, Topic, User
from tests.fakes.clock import FakeClock
from tests.handling.conftest import add_people
from tests.handling.crowd import CROWD, at_once
from tests.handling.desk import case_row

VOTE = DeliberationKind(
    code="council",
    name="楼栋议事会",
    roles=(Role.COORDINATOR,),
    stages=(DeliberationStage(code="vote", name="表决", does="vote", working_days=3),),
)


def case_with_people(database: Database, scheme: Scheme, clock: FakeClock) -> None:
    with database.write() as session:
        set_up_community(session, scheme)
        people = add_people(session, clock.now())
        case = case_row(session, 1001, clock.now(), handler=people.worker)
        agree_shares(session, case, households=3, share=100, user=people.worker, now=clock.now())


def test_who_spends_at_the_same_moment_never_overdraws(
    database: Database, scheme: Scheme, clock: FakeClock
) -> None:
    case_with_people(database, scheme, clock)

    def some_one(session: Any) -> tuple[Project, User]:
        return session.scalars(select(Project)).one(), session.scalars(select(User)).first()

    def pay(_place: int) -> int:
        with database.write() as session:
            project, user = some_one(session)
            return len(receive_shares(session, project, key="same form", households=3, user=user, now=clock.now()))

    assert sorted(at_once(pay)) == [0] * (CROWD - 1) + [1], "one form pressed by an impatient finger"

    def spend(place: int) -> object:
        with database.write() as session:
            project, user = some_one(session)
            what = {"kind": EntryKind.SPENDING, "amount": 200, "user": user, "now": clock.now()}
            return book(session, scheme, project, key=f"form {place}", note="管子", **what)

    results = at_once(spend)
    assert sum(not isinstance(result, Exception) for result in results) == 1
    with database.read() as session:
        assert account_of(session, session.scalars(select(Project)).one()).balance == 100


def test_the_last_free_vote_is_cast_once(database: Database, scheme: Scheme, clock: FakeClock) -> None:
    case_with_people(database, scheme, clock)
    with database.write() as session:
        courtyard = session.scalars(select(Courtyard)).first()
        lead = session.scalars(select(User).where(User.role == Role.COORDINATOR)).one()
        for place in range(CROWD):
            resident = find_or_add_resident(session, f"+861380013800{place}", clock.now())
            assert resident
            resident.courtyard = courtyard
        made = draft_deliberation(
            session,
            VOTE,
            title="x",
            courtyard=courtyard,
            topics=[TopicDraft("x")],
            user=lead,
            now=clock.now(),
            entitled=2,
        )
        begin(session, made, lead, clock.now())

    def vote(place: int) -> str:
        with database.write() as session:
            voter = session.scalars(select(Resident).where(Resident.phone == f"+861380013800{place}")).one()
            topic = session.scalars(select(Topic)).one()
            return cast_from_home(session, topic, voter, "yes", BallotChannel.SMS, clock.now())

    assert sorted(at_once(vote)) == ["", ""] + ["各户的票都已经计过"] * (CROWD - 2)
    with database.read() as session:
        topic = session.scalars(select(Topic)).one()
        assert count(ballots_of(session, [topic.id], "vote")[topic.id]).yes == 2
