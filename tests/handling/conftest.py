"""A community with its people, and the real understanding of what residents say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from handling.community import set_up_community
from handling.inbound import handle_text
from handling.scheme import Scheme, load_scheme
from models import Database, Notice, Role, Suggestion, Text, User
from nlp.understanding import PlaceEntry, Understander, Understanding
from tests.fakes.clock import FakeClock
from tests.passwords import HASH

MOBILE = "+8613800138000"
LANDLINE = "+862886123456"
DUTY = "+8613900000009"


@dataclass(frozen=True)
class People:
    volunteer: User
    other_volunteer: User
    worker: User
    secretary: User
    coordinator: User
    administrator: User


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    return load_scheme("chengbei")


@pytest.fixture(scope="session")
def understand(scheme: Scheme) -> Callable[[str], Understanding]:
    courtyards = scheme.community.courtyards
    places = [PlaceEntry(name=c.name, aliases=c.aliases, kind="courtyard") for c in courtyards]
    return Understander.load(gazetteer=places).understand


@pytest.fixture
def session(database: Database, scheme: Scheme) -> Iterator[Session]:
    """One transaction in a community that is set up."""
    with database.write() as session:
        set_up_community(session, scheme)
        yield session


@pytest.fixture
def people(session: Session, clock: FakeClock) -> People:
    return add_people(session, clock.now())


def add_people(session: Session, now: datetime) -> People:
    def add(username: str, name: str, role: Role, tier: str = "") -> User:
        user = User(username=username, name=name, role=role, tier=tier, password_hash=HASH, created_at=now)
        session.add(user)
        return user

    people = People(
        volunteer=add("zhiyuan", "陈志愿", Role.VOLUNTEER),
        other_volunteer=add("lihong", "李红", Role.VOLUNTEER),
        worker=add("wangfang", "王芳", Role.HANDLER, "micro_grid"),
        secretary=add("zhang", "张书记", Role.HANDLER, "secretary"),
        coordinator=add("liu", "刘统筹", Role.COORDINATOR),
        administrator=add("admin", "周管理", Role.ADMINISTRATOR),
    )
    session.flush()
    return people


def received_text(session: Session, body: str, at: datetime, sender: str = MOBILE) -> Text:
    """A message as the webhook commits it."""
    count = session.query(Text).count()
    text = Text(sid=f"SM{count:032d}", from_number=sender, to_number="+862880000000", body=body, received_at=at)
    session.add(text)
    session.flush()
    return text


class Inbox:
    """Takes messages as the worker does, and knows the last answer."""

    def __init__(
        self,
        session: Session,
        scheme: Scheme,
        clock: FakeClock,
        understand: Callable[[str], Understanding],
    ) -> None:
        self.session, self.scheme, self.clock, self.understand = session, scheme, clock, understand

    def take(self, body: str, sender: str = MOBILE, at: datetime | None = None) -> Text:
        text = received_text(self.session, body, at or self.clock.now(), sender)
        self.handle(text)
        return text

    def handle(self, text: Text) -> None:
        handle_text(self.session, self.scheme, text, self.understand, now=self.clock.now(), duty_phones=(DUTY,))
        self.session.flush()

    def answers(self) -> list[Notice]:
        return self.session.query(Notice).order_by(Notice.id).all()

    def answer_to(self, text: Text) -> str:
        return self.session.query(Notice).filter_by(key=f"text:{text.id}").one().body

    def cases(self) -> list[Suggestion]:
        return self.session.query(Suggestion).order_by(Suggestion.id).all()


@pytest.fixture
def inbox(session: Session, scheme: Scheme, clock: FakeClock, understand: Callable[[str], Understanding]) -> Inbox:
    return Inbox(session, scheme, clock, understand)
