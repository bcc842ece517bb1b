"""The agenda that the cases themselves propose, with quotes in which nobody can be found."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.deliberation.agenda import propose_agenda, topics_of
from handling.deliberation.stages import draft_deliberation
from handling.residents import find_or_add_resident
from handling.scheme import Scheme
from models import Courtyard, Suggestion, SuggestionState
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People

SAID = (
    "我叫李桂芳，住天福苑3栋2单元502，下水道堵了，臭水到处流",
    "天福苑下水道堵了，臭水到处流，打我电话13800138000",
    "天福苑下水道堵了，臭水到处流，王婆婆屋头都进水了",
)


@pytest.fixture
def reports(session: Session, scheme: Scheme, clock: FakeClock) -> list[Suggestion]:
    courtyard = session.scalars(select(Courtyard).where(Courtyard.name == "天福苑")).one()
    made = []
    for n, text in enumerate(SAID):
        clock.advance(days=1)
        resident = find_or_add_resident(session, f"+861380013800{n}", clock.now())
        case = Suggestion(
            number=1001 + n,
            channel="call",
            received_at=clock.now(),
            resident=resident,
            text=text,
            standard_text=text,
            domain="公共设施维护",
            courtyard=courtyard,
            scheme=scheme.name,
            step="handle",
            state=SuggestionState.HANDLING,
        )
        session.add(case)
        made.append(case)
    session.flush()
    return made


def test_what_three_households_report_is_proposed_with_figures_and_their_words(
    session: Session, reports: list[Suggestion], clock: FakeClock
) -> None:
    (item,) = propose_agenda(session, clock.now())
    assert (item.number, item.households, item.cases, item.days) == (1001, 3, 3, 2)
    assert item.courtyard == reports[0].courtyard
    assert item.title.startswith("天福苑")
    assert "下水道" in item.title
    assert item.text.startswith("3户反映，共3件；最早2天前；领域：公共设施维护。\n居民说：“")
    for secret in ("李桂芳", "13800138000", "502", "王婆婆"):
        assert secret not in item.text


def test_an_edited_item_becomes_a_topic_and_is_not_proposed_as_new_again(
    session: Session, scheme: Scheme, people: People, reports: list[Suggestion], clock: FakeClock
) -> None:
    topics = topics_of(session, [(1001, "下水道全院疏通", "每户40元"), (0, "坝坝里加座椅", "")])
    assert [(t.title, t.case and t.case.number) for t in topics] == [
        ("下水道全院疏通", 1001),
        ("坝坝里加座椅", None),
    ]
    draft_deliberation(
        session,
        scheme.deliberation("courtyard_meeting"),
        title="三月坝坝会",
        courtyard=reports[0].courtyard,
        topics=topics,
        user=people.coordinator,
        now=clock.now(),
    )
    (item,) = propose_agenda(session, clock.now())
    assert item.is_deliberated


def test_what_is_confidential_counts_for_nothing(
    session: Session, reports: list[Suggestion], clock: FakeClock
) -> None:
    reports[1].confidential = True
    session.flush()
    assert propose_agenda(session, clock.now()) == []
