"""The index of the search changes with the case, in the same transaction, on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handling.community import set_up_community
from handling.intake import extend_suggestion, open_suggestion
from handling.scheme import Scheme
from handling.search import found_by, is_complete, rebuild, reindex_courtyard
from models import Channel, Courtyard, Database, SearchEntry, Suggestion
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock

TODAY = date(2026, 3, 9)


def numbers(session: Session, question: str) -> list[int]:
    condition = found_by(session, question, TODAY)
    assert condition is not None
    return list(session.scalars(select(Suggestion.number).where(condition).order_by(Suggestion.number)))


@pytest.fixture
def report(
    session: Session, scheme: Scheme, understand: Callable[[str], Understanding], clock: FakeClock
) -> Callable[[str], Suggestion]:
    def report(text: str, at: datetime | None = None) -> Suggestion:
        return open_suggestion(
            session,
            scheme,
            channel=Channel.SMS,
            resident=None,
            understanding=understand(text),
            received_at=at or clock.now(),
            now=clock.now(),
        )

    return report


def test_a_new_case_is_found_at_once(session: Session, report: Callable[[str], Suggestion]) -> None:
    case = report("天福苑三栋的下水道堵了")
    report("路灯坏了")
    for question in ("下水道", "3栋", "三栋 下水", "tfy", "天福苑下水道"):
        assert numbers(session, question) == [case.number], question


def test_what_was_changed_is_found_by_its_new_words_only(
    session: Session, report: Callable[[str], Suggestion]
) -> None:
    case = report("下水到堵了")
    case.text, case.standard_text = "下水道堵了", "下水道堵了"
    session.flush()
    assert numbers(session, "水道") == [case.number]
    assert numbers(session, "水到") == []
    case.feedback = "昨天已经疏通"
    session.flush()
    assert numbers(session, "疏通") == [case.number]


def test_the_courtyard_that_a_volunteer_chose_is_found(
    session: Session, report: Callable[[str], Suggestion]
) -> None:
    case = report("路灯坏了")
    case.courtyard = session.scalars(select(Courtyard).where(Courtyard.name == "天福苑")).one()
    session.flush()
    assert numbers(session, "天福苑") == numbers(session, "tfy") == [case.number]


def test_the_cases_of_a_courtyard_are_found_by_its_new_name(
    session: Session, report: Callable[[str], Suggestion]
) -> None:
    renamed, other = session.scalars(select(Courtyard).order_by(Courtyard.id).limit(2))
    cases = [report(text) for text in ("路灯坏了", "下水道堵了", "井盖松了")]
    for case, courtyard in zip(cases, (renamed, renamed, other), strict=True):
        case.courtyard = courtyard
    session.flush()
    renamed.name, renamed.aliases = "向阳里", ["老棉纺厂"]
    reindex_courtyard(session, renamed)
    assert numbers(session, "向阳里") == numbers(session, "棉纺厂") == [cases[0].number, cases[1].number]
    assert numbers(session, "向阳里 下水道") == [cases[1].number]
    assert numbers(session, other.name) == [cases[2].number]


def test_a_day_is_the_day_that_the_resident_meant(session: Session, report: Callable[..., Suggestion]) -> None:
    # 01:00 in Shanghai, still the day before in UTC.
    case = report("前天下午开始停水", datetime(2026, 3, 8, 17, tzinfo=UTC))
    assert numbers(session, "2026-03-07") == [case.number]
    assert numbers(session, "3月7日") == [case.number]
    assert numbers(session, "2026-03-06") == []


def test_what_a_caller_adds_is_found(
    session: Session,
    scheme: Scheme,
    report: Callable[[str], Suggestion],
    understand: Callable[[str], Understanding],
    clock: FakeClock,
) -> None:
    case = report("路灯坏了")
    extend_suggestion(
        session, scheme, case, understand("路灯坏了。我叫李桂芳，电话幺三八零零零零一二三四"), clock.now()
    )
    for question in ("李桂芳", "13800001234", "1234"):
        assert numbers(session, question) == [case.number], question


def test_a_transaction_that_fails_leaves_the_index_as_it_was(
    database: Database, report: Callable[[str], Suggestion], session: Session
) -> None:
    case = report("路灯坏了")
    session.commit()
    with database.read() as other:
        other.get_one(Suggestion, case.id).text = "井盖没得了"
        other.flush()
        assert numbers(other, "井盖") == [case.number]
        other.rollback()
    with database.read() as other:
        assert numbers(other, "路灯") == [case.number]
        assert numbers(other, "井盖") == []


def test_the_index_can_be_made_anew(
    database: Database, scheme: Scheme, understand: Callable[[str], Understanding], clock: FakeClock
) -> None:
    now = clock.now()
    with database.write() as session:
        set_up_community(session, scheme)
        first, second = (
            open_suggestion(
                session,
                scheme,
                channel=Channel.SMS,
                resident=None,
                understanding=understand(text),
                received_at=now,
                now=now,
            )
            for text in ("天福苑的路灯坏了", "下水道堵了")
        )
        session.execute(delete(SearchEntry))
        assert not is_complete(session)
        assert numbers(session, "路灯") == []
    assert list(rebuild(database)) == [2]
    assert list(rebuild(database)) == [2]
    with database.read() as session:
        assert is_complete(session)
        assert numbers(session, "tfy") == [first.number]
        assert numbers(session, "下水道") == [second.number]


@pytest.mark.parametrize("question", ["", "，。", "%", "'", '"*', "( ) & | !"])
def test_signs_alone_ask_for_nothing(session: Session, question: str) -> None:
    assert found_by(session, question, TODAY) is None


@pytest.mark.parametrize("question", ["a' OR 1=1 --", '路灯" OR "', "a:*", "NEAR(路灯 坏)", "\\", "OR NOT 灯"])
def test_what_looks_like_a_query_language_is_only_looked_up(session: Session, question: str) -> None:
    condition = found_by(session, question, TODAY)
    if condition is not None:
        assert session.scalars(select(Suggestion).where(condition)).all() == []
