"""A community of known numbers in March 2026, for what is counted."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.residents import find_or_add_resident
from models import Courtyard, Rating, Resident, Suggestion, SuggestionState
from tests.handling.conftest import People
from tests.handling.desk import case_row

NOW = datetime(2026, 3, 31, 10, 0, tzinfo=SHANGHAI)
DONE, HANDLING = SuggestionState.DONE, SuggestionState.HANDLING


class Town:
    def __init__(self, session: Session, people: People) -> None:
        self.session = session
        self.people = people
        self.count = 0

    def case(
        self, state: SuggestionState = HANDLING, *, day: int = 2, days: float | None = None, **values: object
    ) -> Suggestion:
        """Received at 9:00 on that day of March; `days` later it was answered and, if it is, done."""
        self.count += 1
        received = datetime(2026, 3, day, 9, 0, tzinfo=SHANGHAI)
        ended = received + timedelta(days=days) if days is not None else None
        made = {
            "state": state,
            "level": "B",
            "domain": "环境卫生",
            "due": received + timedelta(days=7),
            "resident": self.resident(self.count),
            "first_answered_at": ended,
            "answered_at": ended,
            "answered_in_time": None if ended is None else days is not None and days <= 7,
            "done_at": ended if state is DONE else None,
            **values,
        }
        return case_row(self.session, 1000 + self.count, received, **made)

    def resident(self, number: int) -> Resident | None:
        return find_or_add_resident(self.session, f"+861380013{number:04d}", NOW)

    def rate(self, case: Suggestion, score: int | None) -> None:
        self.session.add(Rating(suggestion=case, requested_at=NOW, score=score, rated_at=NOW if score else None))
        self.session.flush()

    def courtyard(self, name: str) -> Courtyard:
        return self.session.scalars(select(Courtyard).where(Courtyard.name == name)).one()


@pytest.fixture
def town(session: Session, people: People) -> Town:
    return Town(session, people)
