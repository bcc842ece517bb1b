"""The votes of households: by text and by hand, one each, and what they come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.deliberation.meetings import Hands, raise_hands
from handling.deliberation.stages import NotDeliberable
from handling.deliberation.votes import Count, ballots_of, count, household_at, outcome_of
from handling.retention import sweep
from handling.scheme import Scheme
from models import (
    Ballot,
    Courtyard,
    Deliberation,
    DeliberationState,
    Event,
    Notice,
    Outcome,
    Resident,
    Suggestion,
    Text,
    TextKind,
)
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.handling.deliberating import advance_due, case, courtyard, neighbour, running, says, told, until_voting
from tests.handling.desk import case_row

__all__ = ["case", "courtyard"]


def test_households_vote_by_text_once_each_and_are_told_the_result(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    neighbours = [neighbour(session, clock, n, courtyard, f"1-1-10{n}") for n in range(1, 6)]
    son = neighbour(session, clock, 9, courtyard, "1栋1单元101号")
    deliberation = running(session, people, clock, case)
    until_voting(session, scheme, deliberation, clock)
    assert len(told(session, "vote_open")) == 6
    assert told(session, "topic_open")[0] == (
        "楼栋议事会开始议题公示：全院疏通，每户40元。有话请打热线，或回短信“意见1023”加您的话，3月12日18点止。"
    )
    assert told(session, "vote_open")[0] == (
        "请您家表决：全院疏通，每户40元。同意就回“同意”，不然回“不同意”，3月20日18点截止，一户一票。"
    )
    assert says(session, scheme, clock, neighbours[0], "不同意") == (
        "记下了：全院疏通，每户40元，您家投“不同意”。3月20日18点前可以改。谢谢您！"
    )
    # The son of the same door: the household has one vote, the later one.
    says(session, scheme, clock, son, "同意1023")
    for one, word in zip(neighbours[1:], ("赞成！", "1", "1023 同意", "反对"), strict=True):
        assert "您家投" in says(session, scheme, clock, one, word)

    topic = deliberation.topics[0]
    votes = count(ballots_of(session, [topic.id], "vote")[topic.id])
    assert (votes.yes, votes.no, votes.took_part) == (4, 1, 5)
    assert session.query(Ballot).count() == 6, "the ballot that was replaced is kept"
    clock.set(deliberation.stage_until or clock.now())
    advance_due(session, scheme, clock.now())
    assert deliberation.stage == "result"
    (decision,) = topic.decisions
    assert (decision.outcome, decision.yes, decision.no, decision.entitled) == (Outcome.PASSED, 4, 1, 6)
    results = told(session, "vote_result")
    assert results == ["表决通过：全院疏通，每户40元。4户同意，1户不同意。谢谢您！"] * len(results)
    assert {n.resident_id for n in session.query(Notice).filter_by(template="vote_result")} == {
        case.resident_id,
        son.id,
        *(one.id for one in neighbours[1:]),
    }
    kinds = [event.kind for event in session.query(Event).filter_by(suggestion_id=case.id)]
    assert kinds == ["deliberation_begun", "deliberation_passed"]
    on_the_case = session.query(Notice).filter_by(suggestion_id=case.id).count(), len(case.texts)
    assert on_the_case == (0, 0), "nobody reads on the case's page who voted what"
    late = says(session, scheme, clock, neighbours[1], "不同意")
    assert late == "您家这一票没有计入：表决已经结束，结果在公示栏上。"


def test_sentences_and_other_courtyards_are_no_votes(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    here = neighbour(session, clock, 1, courtyard, "1-1-101")
    elsewhere = neighbour(session, clock, 7, None)
    deliberation = running(session, people, clock, case)
    until_voting(session, scheme, deliberation, clock)
    for sentence in ("我同意，但是楼梯的灯先修", "不同意收钱，哪个收的钱", "同意不同意都一样"):
        with pytest.raises(AssertionError, match="taken for a suggestion"):
            says(session, scheme, clock, here, sentence)
    assert says(session, scheme, clock, elsewhere, "同意1023") == (
        "您家这一票没有计入：您的号码没有登记在那个院落，请找网格员登记。"
    )
    assert session.query(Ballot).count() == 0
    assert session.query(Resident).count() >= 2


def test_of_two_open_votes_the_number_says_which(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    resident = neighbour(session, clock, 1, courtyard, "1-1-101")
    lamp = case_row(session, 1024, clock.now(), courtyard=courtyard)
    for one in (case, lamp):
        running(session, people, clock, one)
    for deliberation in session.scalars(select(Deliberation)):
        until_voting(session, scheme, deliberation, clock)
    assert "请写上编号" in says(session, scheme, clock, resident, "同意")
    with pytest.raises(AssertionError, match="taken for a suggestion"):
        says(session, scheme, clock, resident, "1")
    assert "您家投" in says(session, scheme, clock, resident, "同意1024")
    (ballot,) = session.scalars(select(Ballot))
    assert ballot.topic.suggestion == lamp
    assert sorted(session.scalars(select(Text.kind))) == [TextKind.SUGGESTION, TextKind.VOTE, TextKind.VOTE]


def test_hands_and_texts_together_are_never_more_than_the_households(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    resident = neighbour(session, clock, 1, courtyard, "1-1-101")
    deliberation = running(session, people, clock, case)
    until_voting(session, scheme, deliberation, clock)
    says(session, scheme, clock, resident, "同意")
    topic = deliberation.topics[0]
    with session.begin_nested() as attempt:
        with pytest.raises(NotDeliberable, match="一共7票，多过有表决权的6户"):
            raise_hands(session, deliberation, topic, Hands(yes=6), people.coordinator, clock.now())
        attempt.rollback()
    twice = Hands(doors={"yes": ["1栋1单元102"], "no": ["1-1-102"]})
    with pytest.raises(NotDeliberable, match="一户只有一票"):
        raise_hands(session, deliberation, topic, twice, people.coordinator, clock.now())
    # The same door by hand replaces the text; the numbers are of the others.
    hands = Hands(yes=4, doors={"no": ["1栋1单元101"]})
    votes = raise_hands(session, deliberation, topic, hands, people.coordinator, clock.now())
    assert (votes.yes, votes.no) == (4, 1)
    votes = raise_hands(session, deliberation, topic, Hands(yes=5), people.coordinator, clock.now())
    assert (votes.yes, votes.no) == (5, 1), "entered again, the new numbers count"
    assert "各户的票都已经计过" in says(session, scheme, clock, neighbour(session, clock, 2, courtyard), "同意")


@pytest.mark.parametrize("door", ["3栋2单元502号", "3-2-502", "３－２－502", "3幢 2单元 0502"])
def test_a_door_is_one_household_however_it_is_written(door: str) -> None:
    assert household_at(7, door) == household_at(7, "3栋2单元502")
    assert household_at(7, door) != household_at(8, door)


@given(
    yes=st.integers(0, 60),
    no=st.integers(0, 60),
    abstained=st.integers(0, 60),
    more=st.integers(0, 60),
)
def test_more_agreement_never_turns_a_vote_down(yes: int, no: int, abstained: int, more: int) -> None:
    entitled = yes + no + abstained + more + 1

    def outcome(votes: Count) -> Outcome:
        return outcome_of(votes, entitled=entitled, quorum="2/3", threshold=">1/2")

    before = outcome(Count(yes, no, abstained))
    after = outcome(Count(yes + more, no, abstained))
    assert after is Outcome.PASSED or before is not Outcome.PASSED
    if before is Outcome.PASSED:
        assert 2 * yes > no + abstained + yes
        assert 3 * (yes + no + abstained) >= 2 * entitled


def test_who_voted_what_is_forgotten_and_the_decision_stays(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    resident = neighbour(session, clock, 1, courtyard, "1-1-101")
    deliberation = running(session, people, clock, case)
    until_voting(session, scheme, deliberation, clock)
    says(session, scheme, clock, resident, "同意")
    raise_hands(session, deliberation, deliberation.topics[0], Hands(yes=5), people.coordinator, clock.now())
    while deliberation.state is DeliberationState.RUNNING:
        clock.set(deliberation.stage_until or clock.now())
        advance_due(session, scheme, clock.now())
    deliberation.attendees = "1-1-101 张三"
    assert sweep(session, scheme, "votes", clock.advance(days=scheme.retention.cases)) == (0, [])
    assert sweep(session, scheme, "votes", clock.advance(days=1)) == (2, [])
    assert sweep(session, scheme, "votes", clock.now()) == (0, [])
    voters = {(ballot.voter.split(":")[0], ballot.resident_id) for ballot in session.scalars(select(Ballot))}
    assert voters == {("gone", None), ("hands", None)}
    assert deliberation.attendees == ""
    assert deliberation.topics[0].decisions[0].yes == 6
