"""议题公示 – 意见征集 – 表决公示 – 结果反馈, meetings, and what they come to."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.casework import StepNotAllowed, take_action
from handling.clock import SHANGHAI
from handling.deliberation.meetings import Hands, MeetingRecord, TopicRecord, hold_meeting, raise_hands
from handling.deliberation.notices import tell_portion, waiting_to_be_told
from handling.deliberation.stages import (
    NotDeliberable,
    TopicDraft,
    add_remark,
    advance,
    begin,
    draft_deliberation,
    finish_work,
    prolong,
    stages_over,
    stop,
)
from handling.deliberation.votes import Count, ballots_of, count, household_at, outcome_of
from handling.forms import FormInvalid
from handling.inbound import handle_text
from handling.residents import find_or_add_resident
from handling.retention import sweep
from handling.scheme import Scheme, load_scheme
from handling.scheme.deliberation import DeliberationKind, DeliberationStage
from models import (
    Ballot,
    Courtyard,
    Deliberation,
    DeliberationState,
    Event,
    Notice,
    Outcome,
    Project,
    Resident,
    Role,
    Suggestion,
    Text,
    TextKind,
    User,
)
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People, received_text
from tests.handling.desk import case_row

STAGES = (
    DeliberationStage(code="notice", name="议题公示", does="tell", working_days=3),
    DeliberationStage(code="opinions", name="意见征集", does="hear", working_days=3),
    DeliberationStage(code="vote", name="表决公示", does="vote", working_days=3),
    DeliberationStage(code="result", name="结果反馈", does="result", working_days=2),
)
FOUR_STEPS = DeliberationKind(
    code="building_council",
    name="楼栋议事会",
    roles=(Role.COORDINATOR,),
    stages=STAGES,
    quorum="2/3",
    threshold=">1/2",
    observer=True,
)
MET = {"held_on": "2026-03-09", "households": "6", "agreed": "6", "share": "40", "resolution": "每户40元疏通"}
MEETING = DeliberationKind(code="courtyard_meeting", name="坝坝会", roles=(Role.COORDINATOR,))


@pytest.fixture
def courtyard(session: Session) -> Courtyard:
    found = session.scalars(select(Courtyard).where(Courtyard.name == "天福苑")).one()
    found.households = 6
    return found


@pytest.fixture
def case(session: Session, scheme: Scheme, courtyard: Courtyard, people: People, clock: FakeClock) -> Suggestion:
    return case_row(
        session,
        1023,
        clock.now(),
        resident=neighbour(session, clock, 1, courtyard, "1-1-101"),
        text="下水道返水",
        courtyard=courtyard,
        level="A",
        handler=people.worker,
    )


def neighbour(session: Session, clock: FakeClock, n: int, courtyard: Courtyard | None, door: str = "") -> Resident:
    resident = find_or_add_resident(session, f"+86138001380{n:02d}", clock.now())
    assert resident is not None
    resident.courtyard, resident.address = courtyard, door
    session.flush()
    return resident


def running(
    session: Session,
    scheme: Scheme,
    people: People,
    clock: FakeClock,
    case: Suggestion,
    kind: DeliberationKind = FOUR_STEPS,
) -> Deliberation:
    deliberation = draft_deliberation(
        session,
        kind,
        title="天福苑疏通下水道",
        courtyard=case.courtyard,
        topics=[TopicDraft("全院疏通，每户40元", case=case)],
        user=people.coordinator,
        now=clock.now(),
    )
    deliberation.observer = "李观察"
    begin(session, deliberation, people.coordinator, clock.now())
    return deliberation


def advance_due(session: Session, scheme: Scheme, now: datetime) -> int:
    """What the clock does: how many moved on."""
    over = stages_over(session, now)
    for deliberation_id in over:
        advance(session, scheme, deliberation_id, now)
    while waiting := waiting_to_be_told(session):
        tell_portion(session, scheme, waiting[0], now)
    return len(over)


def until_voting(session: Session, scheme: Scheme, deliberation: Deliberation, clock: FakeClock) -> None:
    advance_due(session, scheme, clock.now())
    while deliberation.stage != "vote":
        assert deliberation.stage_until
        clock.set(deliberation.stage_until)
        assert advance_due(session, scheme, clock.now()) >= 1


def says(session: Session, scheme: Scheme, clock: FakeClock, resident: Resident, body: str) -> str:
    """The answer to this text, "" when it became a suggestion or got none."""
    text = received_text(session, body, clock.advance(minutes=11), resident.phone)
    handle_text(session, scheme, text, never_understood, now=clock.now())
    answer = session.scalars(select(Notice).where(Notice.key == f"text:{text.id}")).one_or_none()
    return answer.body.removeprefix("【城北社区】") if answer else ""


def never_understood(text: str) -> object:
    raise AssertionError(f"“{text}” was taken for a suggestion")


def told(session: Session, template: str) -> list[str]:
    rows = session.scalars(select(Notice).where(Notice.template == template).order_by(Notice.id))
    return [row.body.removeprefix("【城北社区】") for row in rows]


# ---------------------------------------------------------------- four steps
def test_the_four_steps_follow_each_other_by_the_calendar(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    deliberation = running(session, scheme, people, clock, case)
    dates = []
    while deliberation.state is DeliberationState.RUNNING:
        assert deliberation.stage_until
        dates.append((deliberation.stage, f"{deliberation.stage_until.astimezone(SHANGHAI):%m-%d %H}"))
        clock.set(deliberation.stage_until - timedelta(seconds=1))
        assert advance_due(session, scheme, clock.now()) == 0, "a public notice may not be cut short"
        clock.set(deliberation.stage_until)
        assert advance_due(session, scheme, clock.now()) == 1
        assert advance_due(session, scheme, clock.now()) == 0
    assert dates == [
        ("notice", "03-12 18"),
        ("opinions", "03-17 18"),
        ("vote", "03-20 18"),
        ("result", "03-24 18"),
    ]
    assert deliberation.state is DeliberationState.CLOSED


def test_households_vote_by_text_once_each_and_are_told_the_result(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    neighbours = [neighbour(session, clock, n, courtyard, f"1-1-10{n}") for n in range(1, 6)]
    son = neighbour(session, clock, 9, courtyard, "1栋1单元101号")
    deliberation = running(session, scheme, people, clock, case)
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


def test_sentences_ratings_and_other_courtyards_are_no_votes(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    here = neighbour(session, clock, 1, courtyard, "1-1-101")
    elsewhere = neighbour(session, clock, 7, None)
    deliberation = running(session, scheme, people, clock, case)
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
        running(session, scheme, people, clock, one)
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
    deliberation = running(session, scheme, people, clock, case)
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


def test_a_stage_is_prolonged_with_a_reason_and_stopped_with_one(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    deliberation = running(session, scheme, people, clock, case)
    assert deliberation.stage_until
    with pytest.raises(NotDeliberable, match="只能往后延"):
        prolong(session, deliberation, deliberation.stage_until, "x", people.coordinator, clock.now())
    with pytest.raises(NotDeliberable, match="到时间才结束"):
        finish_work(session, scheme, deliberation, clock.now())
    later = deliberation.stage_until + timedelta(days=7)
    prolong(session, deliberation, later, "下雨，没有人来看", people.coordinator, clock.now())
    assert [remark.text for remark in deliberation.remarks] == ["“议题公示”延长：下雨，没有人来看"]
    add_remark(session, deliberation, "公示贴在门口了", people.coordinator, clock.now(), by_observer=True)
    stop(session, deliberation, "政府来修了", people.coordinator, clock.now())
    assert (deliberation.state, deliberation.stage_until) == (DeliberationState.CANCELLED, None)
    assert advance_due(session, scheme, later) == 0
    assert [event.kind for event in session.query(Event).filter_by(suggestion_id=case.id)][
        -1
    ] == "deliberation_stopped"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"observer": ""}, "要请一位社区观察员"),
        ({"entitled": 0}, "要写明有表决权的户数"),
        ({"topics": []}, "还没有议题"),
    ],
)
def test_what_is_missing_keeps_it_from_starting(
    session: Session,
    scheme: Scheme,
    people: People,
    clock: FakeClock,
    case: Suggestion,
    change: dict[str, object],
    reason: str,
) -> None:
    topics = [TopicDraft("全院疏通", case=case)]
    deliberation = draft_deliberation(
        session,
        FOUR_STEPS,
        title="疏通",
        courtyard=case.courtyard,
        topics=topics,
        user=people.coordinator,
        now=clock.now(),
    )
    deliberation.observer = "李观察"
    for name, value in change.items():
        setattr(deliberation, name, value)
    with pytest.raises(NotDeliberable, match=reason):
        begin(session, deliberation, people.coordinator, clock.now())
    with pytest.raises(NotDeliberable):
        begin(session, deliberation, people.worker, clock.now())


def test_a_confidential_case_never_becomes_a_topic(
    session: Session, people: People, clock: FakeClock, case: Suggestion
) -> None:
    case.confidential = True
    with pytest.raises(NotDeliberable, match="保密"):
        draft_deliberation(
            session,
            MEETING,
            title="x",
            courtyard=case.courtyard,
            topics=[TopicDraft("x", case=case)],
            user=people.coordinator,
            now=clock.now(),
        )


# ---------------------------------------------------------------- meetings
def test_a_meeting_counts_who_came_and_decides(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    deliberation = running(session, scheme, people, clock, case, MEETING)
    topic = deliberation.topics[0]
    record = TopicRecord(Hands(yes=3, no=1), resolution="每户40元")
    hold_meeting(
        session,
        scheme,
        deliberation,
        MeetingRecord(
            date(2026, 3, 9), 5, {topic.id: record}, attendees="101 102 103 201 202", minutes="议了一小时"
        ),
        people.worker,
        clock.now(),
    )
    (decision,) = topic.decisions
    assert (decision.took_part, decision.yes, decision.no, decision.abstained) == (5, 3, 1, 1)
    assert decision.outcome is Outcome.PASSED, "three of five that came, five of six households"
    assert deliberation.state is DeliberationState.CLOSED
    (event,) = session.query(Event).filter_by(kind="deliberation_passed")
    assert event.note == ("坝坝会“全院疏通，每户40元”：通过，6户里5户参与，3户同意、1户不同意、1户弃权。每户40元")
    with pytest.raises(NotDeliberable):
        hold_meeting(
            session, scheme, deliberation, MeetingRecord(date(2026, 3, 9), 5, {}), people.worker, clock.now()
        )


def test_the_review_board_gives_points_and_chooses_the_best(
    session: Session, people: People, clock: FakeClock, case: Suggestion
) -> None:
    jinbi = load_scheme("jinbi")
    board = jinbi.deliberation("review_board").model_copy(update={"choose": 2})
    deliberation = draft_deliberation(
        session,
        board,
        title="三月评审会",
        courtyard=None,
        topics=[TopicDraft("滑梯地面", case=case), TopicDraft("座椅"), TopicDraft("绿植"), TopicDraft("游泳池")],
        user=people.coordinator,
        now=clock.now(),
        entitled=3,
    )
    begin(session, deliberation, people.coordinator, clock.now())
    points = [(85, 90, 80), (70, 71, 70), (70, 70, 70), (20, 59, 90)]
    records = {
        topic.id: TopicRecord(scores=dict(zip("甲乙丙", scores, strict=True)))
        for topic, scores in zip(deliberation.topics, points, strict=True)
    }
    hold_meeting(
        session, jinbi, deliberation, MeetingRecord(date(2026, 3, 9), 3, records), people.coordinator, clock.now()
    )
    decisions = [topic.decisions[0] for topic in deliberation.topics]
    assert [d.score for d in decisions] == [8500, 7033, 7000, 5633]
    assert [d.outcome.value for d in decisions] == ["passed", "passed", "rejected", "rejected"]


def test_an_action_with_a_deliberation_is_the_record_of_a_meeting(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    courtyard.households = 48
    form = {
        "held_on": "2026-03-09",
        "households": "48",
        "agreed": "48",
        "share": "40",
        "resolution": "每户40元疏通",
    }
    take_action(session, scheme, case, people.worker, "courtyard_meeting", form, now=clock.now())
    (deliberation,) = session.scalars(select(Deliberation))
    assert (deliberation.state, deliberation.entitled, deliberation.attended) == (DeliberationState.CLOSED, 48, 48)
    assert deliberation.topics[0].decisions[0].outcome is Outcome.PASSED


def test_a_meeting_of_too_few_decides_nothing_and_collects_nothing(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    few = MET | {"households": "3", "agreed": "3"}
    take_action(session, scheme, case, people.worker, "courtyard_meeting", few, now=clock.now())
    told = session.scalars(select(Notice.body).where(Notice.template == "meeting")).one()
    assert "3户同意，参与的不够，不算数：" in told
    assert session.scalars(select(Project)).all() == []


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"households": "7"}, "households", "天福苑登记的是6户"),
        ({"held_on": "2026-03-10"}, "held_on", "会还没有开"),
    ],
)
def test_a_meeting_that_cannot_have_been_is_refused_at_its_field(
    session: Session,
    scheme: Scheme,
    people: People,
    clock: FakeClock,
    case: Suggestion,
    wrong: dict[str, str],
    field: str,
    message: str,
) -> None:
    with pytest.raises(FormInvalid, match=message) as caught:
        take_action(session, scheme, case, people.worker, "courtyard_meeting", MET | wrong, now=clock.now())
    assert list(caught.value.errors) == [field]
    assert session.scalars(select(Deliberation)).all() == []


def test_the_board_must_have_chosen_before_the_case_is_selected(
    session: Session, people: People, clock: FakeClock, case: Suggestion
) -> None:
    jinbi = load_scheme("jinbi")
    case.scheme, case.step, case.level = "jinbi", "selection", "B"
    form = {"asked": "5000", "granted": "4500", "until": "2026-03-20"}
    with pytest.raises(StepNotAllowed, match="要先有议事通过的决定"):
        take_action(session, jinbi, case, people.coordinator, "select", form, now=clock.now())
    session.add(Event(suggestion=case, at=clock.now(), kind="deliberation_passed", step=case.step))
    session.flush()
    session.refresh(case, ["events"])
    take_action(session, jinbi, case, people.coordinator, "select", form, now=clock.now())
    assert case.step == "handle"


def test_five_steps_of_a_small_project(
    session: Session, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    """征集, 确定, 实施, 评议, 监督: 实施 waits for a person; what is not agreed is never carried out."""
    chengdu = load_scheme("chengdu")
    kind = chengdu.deliberation("small_project")
    voters = [neighbour(session, clock, n, courtyard, f"1-1-10{n}") for n in range(1, 6)]
    deliberation = running(session, chengdu, people, clock, case, kind)
    seen = [deliberation.stage]
    while deliberation.state is DeliberationState.RUNNING:
        if deliberation.stage == "carry_out":
            clock.set((deliberation.stage_until or clock.now()) + timedelta(days=3))
            assert advance_due(session, chengdu, clock.now()) == 0
            finish_work(session, chengdu, deliberation, clock.now())
        else:
            for voter in voters if deliberation.stage in ("decide", "evaluate") else []:
                says(session, chengdu, clock, voter, "同意" if deliberation.stage == "decide" else "满意")
            clock.set(deliberation.stage_until or clock.now())
            advance_due(session, chengdu, clock.now())
        seen.append(deliberation.stage)
    assert seen == ["collect", "decide", "carry_out", "evaluate", "oversee", ""]
    assert [(d.stage, d.outcome.value) for d in deliberation.topics[0].decisions] == [
        ("decide", "passed"),
        ("evaluate", "passed"),
    ]


def test_what_nobody_votes_for_goes_straight_to_the_result(
    session: Session, people: People, clock: FakeClock, case: Suggestion
) -> None:
    chengdu = load_scheme("chengdu")
    deliberation = running(session, chengdu, people, clock, case, chengdu.deliberation("small_project"))
    for _ in range(2):
        clock.set(deliberation.stage_until or clock.now())
        advance_due(session, chengdu, clock.now())
    assert deliberation.stage == "oversee"
    assert deliberation.topics[0].decisions[0].outcome is Outcome.NO_QUORUM


# ---------------------------------------------------------------- counting
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
    deliberation = running(session, scheme, people, clock, case)
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


def test_users_of_other_roles_may_not_start_it(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    user: User = people.worker
    deliberation = draft_deliberation(
        session,
        MEETING,
        title="x",
        courtyard=case.courtyard,
        topics=[TopicDraft("x", case=case)],
        user=user,
        now=clock.now(),
    )
    with pytest.raises(NotDeliberable, match="您的角色不能发起“坝坝会”"):
        begin(session, deliberation, user, clock.now())
