"""A community's story, told through the functions that the pages call."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from handling.casework import actions_for, take_action
from handling.community import gazetteer, set_up_community
from handling.intake import open_suggestion
from handling.residents import find_or_add_resident
from handling.review import confirm_review
from handling.scheme import Scheme, load_scheme
from handling.sms import sms_segments
from models import Channel, Event, Notice, Resident, Role, Suggestion, User
from nlp.understanding import Understander
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, add_people


@dataclass
class Story:
    session: Session
    scheme: Scheme
    clock: FakeClock
    case: Suggestion
    resident: Resident
    coordinator: User
    handler: User

    def act(self, user: User, action: str, **form: str) -> Event:
        """One hour later, from a page that is up to date."""
        self.clock.advance(hours=1)
        now, version = self.clock.now(), self.case.version
        return take_action(self.session, self.scheme, self.case, user, action, form, now=now, version=version)

    def may(self, user: User) -> list[str]:
        return [action.code for action in actions_for(self.scheme, self.case, user)]

    def person(self, name: str, tier: str) -> User:
        """Another handler."""
        user = User(
            username=f"user{self.session.query(User).count()}",
            name=name,
            role=Role.HANDLER,
            tier=self.scheme.tier(tier).code,
            password_hash="",
            created_at=self.clock.now(),
        )
        self.session.add(user)
        self.session.flush()
        return user

    def told(self) -> list[str]:
        """The texts without the signature; each is one segment."""
        rows = self.session.query(Notice).filter_by(resident_id=self.resident.id).order_by(Notice.id).all()
        assert {sms_segments(row.body) for row in rows} == {1}
        return [row.body.removeprefix(self.scheme.community.signature) for row in rows]


def begin(session: Session, clock: FakeClock, scheme_name: str, words: str, *, level: str) -> Story:
    """A resident calls, the machine reads, a volunteer confirms with that level."""
    scheme = load_scheme(scheme_name)
    set_up_community(session, scheme)
    people = add_people(session, clock.now())
    resident = find_or_add_resident(session, MOBILE, clock.now())
    assert resident is not None
    understanding = Understander.load(gazetteer=gazetteer(session)).understand(words)
    case = open_suggestion(
        session,
        scheme,
        channel=Channel.CALL,
        resident=resident,
        understanding=understanding,
        received_at=clock.now(),
        now=clock.now(),
    )
    clock.advance(minutes=20)
    confirm_review(
        session,
        scheme,
        case,
        people.volunteer,
        text=words,
        domain=case.domain,
        demand_type=case.demand_type,
        urgency=case.urgency,
        level=level,
        courtyard_id=case.courtyard_id,
        place=case.place,
        valid=True,
        merge_into=None,
        note="",
        now=clock.now(),
        version=case.version,
    )
    return Story(session, scheme, clock, case, resident, people.coordinator, people.worker)
