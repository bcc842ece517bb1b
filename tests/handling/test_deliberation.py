"""议题公示 – 意见征集 – 表决公示 – 结果反馈: what a deliberation needs to begin, how it goes on, how it ends."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from handling.clock import SHANGHAI
from handling.deliberation.stages import (
    NotDeliberable,
    TopicDraft,
    add_remark,
    begin,
    draft_deliberation,
    finish_work,
    prolong,
    stop,
)
from handling.scheme import Scheme, load_scheme
from models import Courtyard, DeliberationState, Event, Outcome, Suggestion, User
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.handling.deliberating import FOUR_STEPS, MEETING, advance_due, case, courtyard, neighbour, running, says

__all__ = ["case", "courtyard"]


def test_the_four_steps_follow_each_other_by_the_calendar(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    deliberation = running(session, people, clock, case)
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


def test_a_stage_is_prolonged_with_a_reason_and_stopped_with_one(
    session: Session, scheme: Scheme, people: People, clock: FakeClock, case: Suggestion
) -> None:
    deliberation = running(session, people, clock, case)
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


def test_five_steps_of_a_small_project(
    session: Session, people: People, clock: FakeClock, case: Suggestion, courtyard: Courtyard
) -> None:
    """征集, 确定, 实施, 评议, 监督: 实施 waits for a person; what is not agreed is never carried out."""
    chengdu = load_scheme("chengdu")
    kind = chengdu.deliberation("small_project")
    voters = [neighbour(session, clock, n, courtyard, f"1-1-10{n}") for n in range(1, 6)]
    deliberation = running(session, people, clock, case, kind)
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
    deliberation = running(session, people, clock, case, chengdu.deliberation("small_project"))
    for _ in range(2):
        clock.set(deliberation.stage_until or clock.now())
        advance_due(session, chengdu, clock.now())
    assert deliberation.stage == "oversee"
    assert deliberation.topics[0].decisions[0].outcome is Outcome.NO_QUORUM


def test_users_of_other_roles_may_not_start_it(
    session: Session, people: People, clock: FakeClock, case: Suggestion
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
