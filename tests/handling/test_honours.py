"""Honours: proposed from what was rewarded, decided by people, public only with consent."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from handling.residents import find_or_add_resident
from handling.residents.consents import give_consent, withdraw_consent
from handling.residents.honours import Proposal, awarded, decide, proposals, public_honours
from handling.residents.points import award, reverse
from handling.scheme import Scheme
from models import PointsTransaction, Purpose, Resident
from tests.handling.conftest import LANDLINE, MOBILE, People

NOW = datetime(2026, 3, 9, 1, tzinfo=UTC)
# 23:30 on the 31st in Shanghai.
LAST_EVENING = datetime(2025, 12, 31, 15, 30, tzinfo=UTC)


def rewarded(
    session: Session, scheme: Scheme, phone: str, times: int, *, rule: str = "valid", at: datetime = NOW
) -> Resident:
    resident = find_or_add_resident(session, phone, at)
    assert resident is not None
    for turn in range(times):
        award(session, scheme.points_rule(rule), resident, key=f"{rule}:{phone}:{at}:{turn}", now=at)
    return resident


def named(found: list[Proposal]) -> list[tuple[str, int, int]]:
    return [(one.rule.name, one.resident.id, one.times) for one in found]


def test_who_was_rewarded_often_enough_in_the_year_is_proposed(session: Session, scheme: Scheme) -> None:
    busy, bright = rewarded(session, scheme, MOBILE, 4), rewarded(session, scheme, LANDLINE, 2)
    award(session, scheme.points_rule("best_idea"), bright, key="best", now=NOW)
    rewarded(session, scheme, LANDLINE, 5, at=LAST_EVENING)
    assert named(proposals(session, scheme, year=2026)) == [
        ("金点子达人", busy.id, 4),
        ("社区智囊之星", bright.id, 1),
    ]
    assert named(proposals(session, scheme, year=2025)) == [("金点子达人", bright.id, 5)]


def test_what_was_taken_back_does_not_count(session: Session, scheme: Scheme) -> None:
    rewarded(session, scheme, MOBILE, 3)
    wrong = session.query(PointsTransaction).first()
    assert wrong is not None
    reverse(session, wrong, reason="发错了", now=NOW)
    assert proposals(session, scheme, year=2026) == []


def test_people_decide_once_and_the_public_list_needs_consent(
    session: Session, scheme: Scheme, people: People
) -> None:
    resident = rewarded(session, scheme, MOBILE, 3)
    resident.name = "王秀英"
    [proposed] = proposals(session, scheme, year=2026)
    honour, new = decide(
        session, proposed.rule, resident, year=2026, awarded=True, reason="点子多", by=people.coordinator, now=NOW
    )
    assert new
    again = decide(
        session, proposed.rule, resident, year=2026, awarded=False, reason="", by=people.administrator, now=NOW
    )
    assert again == (honour, False)
    assert proposals(session, scheme, year=2026) == []
    assert awarded(session) == [honour]
    assert public_honours(session) == []
    give_consent(session, resident, Purpose.HONOURS, how="当面说", now=NOW)
    assert public_honours(session) == [honour]
    withdraw_consent(session, resident, Purpose.HONOURS, how="电话里说", now=NOW)
    assert public_honours(session) == []


def test_who_was_declined_is_not_asked_about_again_and_not_shown(
    session: Session, scheme: Scheme, people: People
) -> None:
    resident = rewarded(session, scheme, MOBILE, 3)
    [proposed] = proposals(session, scheme, year=2026)
    decide(session, proposed.rule, resident, year=2026, awarded=False, reason="", by=people.coordinator, now=NOW)
    assert proposals(session, scheme, year=2026) == []
    assert awarded(session) == []
