"""Cases as tests need them: just received, reviewed, in a handler's hands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handling.casework import take_action
from handling.intake import open_suggestion
from handling.residents import find_or_add_resident
from handling.review import confirm_review
from handling.scheme import Scheme
from models import Channel, Event, Notice, Suggestion, SuggestionState, Urgency, User
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People

NEIGHBOUR = "+8613900000001"


def opened(
    session: Session,
    scheme: Scheme,
    clock: FakeClock,
    understanding: Understanding | None = None,
    *,
    phone: str = MOBILE,
    duty_phones: Sequence[str] = (),
) -> Suggestion:
    """A call that waits for review; without an understanding it must be listened to."""
    return open_suggestion(
        session,
        scheme,
        channel=Channel.CALL,
        resident=find_or_add_resident(session, phone, clock.now()),
        understanding=understanding,
        received_at=clock.now(),
        now=clock.now(),
        duty_phones=duty_phones,
        needs_listening=understanding is None,
    )


def confirm(
    session: Session, scheme: Scheme, case: Suggestion, user: User, clock: FakeClock, **changed: Any
) -> Event:
    decided: dict[str, Any] = {
        "text": "天福苑的下水道返水，臭得很",
        "domain": "公共设施维护",
        "demand_type": "公共利益关联型",
        "urgency": Urgency.URGENT,
        "level": "A",
        "courtyard_id": None,
        "place": "天福苑",
        "valid": True,
        "merge_into": None,
        "note": "",
    }
    return confirm_review(session, scheme, case, user, **(decided | changed), now=clock.now())


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
