"""People at the desk, cases in every state, and a browser without JavaScript."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from handling.casework import take_action
from handling.intake import open_suggestion
from handling.residents import find_or_add_resident
from handling.review import confirm_review
from handling.scheme import Scheme, load_scheme
from models import Call, CallState, Channel, Database, Role, Suggestion, User
from nlp.understanding import Evidence, Place, Understanding
from tests.fakes.clock import FakeClock
from tests.hotline.conftest import PUBLIC_URL
from tests.passwords import HASH, PASSWORD
from tests.statements import statements

PEOPLE = (
    ("zhiyuan", "陈志愿", Role.VOLUNTEER, ""),
    ("lihong", "李红", Role.VOLUNTEER, ""),
    ("wangfang", "王芳", Role.HANDLER, "micro_grid"),
    ("zhang", "张书记", Role.HANDLER, "secretary"),
    ("liu", "刘统筹", Role.COORDINATOR, ""),
    ("zhou", "周管理", Role.ADMINISTRATOR, ""),
)
DRAIN = "我们天福苑的下水道堵了，臭水到处流"
MOBILE = "+8613800138000"


class Browser:
    """A person at the desk: follows links and fills forms, with cookies, token and referrer as browsers do."""

    def __init__(self, app: Flask, username: str = "") -> None:
        self.client: FlaskClient = app.test_client()
        self.token = ""
        if username:
            assert self.log_in(username).status_code == 302

    def get(self, path: str, **headers: str) -> TestResponse:
        headers = {"Accept": "text/html", **headers}
        response = self.client.get(path, base_url=PUBLIC_URL, headers=headers)
        if response.mimetype == "text/html":
            found = re.search(r'name="csrf_token" value="([^"]+)"', response.text)
            self.token = found.group(1) if found else self.token
        return response

    def post(self, path: str, **form: str | list[str] | tuple[BytesIO, str]) -> TestResponse:
        """A file is its content and name. Without a page seen before there is no token, and the answer is 400."""
        sent = {"csrf_token": self.token, **form}
        headers = {"Accept": "text/html", "Referer": PUBLIC_URL + path}
        return self.client.post(path, base_url=PUBLIC_URL, data=sent, headers=headers)

    def log_in(self, username: str, password: str = PASSWORD, path: str = "/desk/login") -> TestResponse:
        self.get(path)
        response = self.post(path, username=username, password=password)
        if response.status_code == 302:
            self.get(self.get("/desk/").location)  # the new session has a new token
        return response


def asks_once(page: str, action: str) -> bool:
    """The button for it comes after a question, and nowhere else on the page."""
    asked = re.findall(r'<details class="ask">(.*?)</details>', page, re.DOTALL)
    return page.count(f'action="{action}"') == 1 and any(f'action="{action}"' in one for one in asked)


@dataclass
class Desk:
    """What a test needs to arrange the morning's work."""

    app: Flask
    database: Database
    clock: FakeClock
    scheme: Scheme
    users: dict[str, User] = field(default_factory=dict)

    def browser(self, username: str) -> Browser:
        return Browser(self.app, username)

    def case(
        self,
        text: str = DRAIN,
        *,
        phone: str = MOBILE,
        urgency: str = "normal",
        domain: str = "公共设施维护",
        minutes_ago: int = 5,
        channel: Channel = Channel.CALL,
    ) -> int:
        """A suggestion that waits for review; its number."""
        now = self.clock.now()
        with self.database.write() as session:
            resident = find_or_add_resident(session, phone, now)
            understanding = understood(text, urgency=urgency, domain=domain)
            received = now - timedelta(minutes=minutes_ago)
            case = open_suggestion(
                session,
                self.scheme,
                channel=channel,
                resident=resident,
                understanding=understanding,
                received_at=received,
                now=now,
            )
            return case.number

    def handled_case(self, handler: str = "wangfang", *, level: str = "A", **given: str) -> int:
        """A suggestion that is reviewed, graded and given to a handler; its number."""
        number = self.case(**given)  # type: ignore[arg-type]
        self.review(number, level=level)
        self.act(number, "liu", "assign", level=level, handler=str(self.users[handler].id))
        return number

    def review(self, number: int, **decided: object) -> None:
        with self.database.write() as session:
            case = self.find(session, number)
            decisions = {
                "text": case.text,
                "domain": case.domain,
                "demand_type": case.demand_type,
                "urgency": case.urgency,
                "level": case.level,
                "courtyard_id": None,
                "place": "",
                "valid": True,
                "merge_into": None,
                "note": "",
                **decided,
            }
            reviewer = session.get_one(User, self.users["zhiyuan"].id)
            confirm_review(session, self.scheme, case, reviewer, **decisions, now=self.clock.now())  # type: ignore[arg-type]

    def act(self, number: int, username: str, action: str, **form: str) -> None:
        with self.database.write() as session:
            user = session.get_one(User, self.users[username].id)
            take_action(session, self.scheme, self.find(session, number), user, action, form, now=self.clock.now())

    def missed_call(self, phone: str = MOBILE) -> int:
        with self.database.write() as session:
            call = Call(sid=f"CA{phone}", from_number=phone, state=CallState.MISSED, started_at=self.clock.now())
            session.add(call)
            session.flush()
            return call.id

    def find(self, session: object, number: int) -> Suggestion:
        return session.scalars(select(Suggestion).where(Suggestion.number == number)).one()  # type: ignore[attr-defined]

    def read(self, number: int) -> Suggestion:
        with self.database.read() as session:
            return self.find(session, number)


@pytest.fixture
def desk(app: Flask, database: Database, clock: FakeClock) -> Desk:
    made = Desk(app, database, clock, load_scheme("chengbei"))
    with database.write() as session:
        for username, name, role, tier in PEOPLE:
            user = User(
                username=username, name=name, role=role, tier=tier, password_hash=HASH, created_at=clock.now()
            )
            session.add(user)
            made.users[username] = user
    return made


@pytest.fixture
def count_statements(app: Flask) -> Callable[[Callable[[], object]], int]:
    """How many SQL statements a visit costs, the look at who is logged in included."""

    def count(visit: Callable[[], object]) -> int:
        with statements(app.extensions["hotline"].database.engine) as seen:
            visit()
        return len(seen)

    return count


def understood(text: str, *, urgency: str = "normal", domain: str = "公共设施维护") -> Understanding:
    """A reading of the text in which the first two characters speak for the domain."""
    ring = "119" if urgency == "emergency" else ""
    evidence = (Evidence("domain", domain, text[:2], 0, 2, 3.0),) if text else ()
    places = (Place("天福苑", 2, 5, "courtyard", "天福苑"),) if "天福苑" in text else ()
    return Understanding(text, text, domain, "投诉", urgency, ring, evidence, places)
