"""A case that is in a handler's hands, for what happens around its steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handling.casework import take_action
from handling.scheme import Scheme
from models import Channel, Event, Notice, Suggestion, SuggestionState, User
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People
from tests.handling.test_review import confirm, opened


@dataclass
class InHand:
    session: Session
    scheme: Scheme
    clock: FakeClock
    people: People
    case: Suggestion

    def act(self, user: User, action: str, form: Mapping[str, str] | None = None, **extra: Any) -> Event:
        now = self.clock.now()
        return take_action(self.session, self.scheme, self.case, user, action, form or {}, now=now, **extra)

    def close(self) -> None:
        """From the handler's work to the end."""
        self.act(self.people.worker, "finish", {"result": "修好了", "upkeep": "物业"})
        self.act(self.people.coordinator, "keep_private", {"reason": "小事"})
        self.act(self.people.coordinator, "close")

    def told(self) -> list[str]:
        rows = self.session.query(Notice).filter(Notice.resident_id.is_not(None)).order_by(Notice.id)
        return [notice.body.removeprefix(self.scheme.community.signature) for notice in rows]

    def told_staff(self) -> list[tuple[str, str]]:
        rows = self.session.query(Notice).filter(Notice.resident_id.is_(None)).order_by(Notice.id)
        return [(notice.to_number, notice.body.removeprefix(self.scheme.community.signature)) for notice in rows]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.case.events]


def in_hand(
    session: Session,
    scheme: Scheme,
    clock: FakeClock,
    people: People,
    *,
    phone: str = MOBILE,
    level: str = "A",
    **decided: Any,
) -> InHand:
    """Reviewed, and assigned to the worker."""
    case = opened(session, scheme, clock, phone=phone)
    confirm(session, scheme, case, people.volunteer, clock, level=level, **decided)
    hand = InHand(session, scheme, clock, people, case)
    hand.act(people.coordinator, "assign", {"level": level, "handler": str(people.worker.id)})
    return hand


def case_row(session: Session, number: int, received_at: datetime, **values: Any) -> Suggestion:
    """A case being handled, written straight into the table: nothing was told to anybody."""
    usual = {"channel": Channel.CALL, "scheme": "chengbei", "step": "handle", "state": SuggestionState.HANDLING}
    row = Suggestion(number=number, received_at=received_at, **(usual | values))
    session.add(row)
    session.flush()
    return row
