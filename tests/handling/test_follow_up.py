"""After closing: visits, ratings that reopen, confirmation, invitations, upkeep."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from handling.casework import StepNotAllowed
from handling.clock import SHANGHAI
from handling.forms import FormInvalid
from handling.inbound import handle_text
from handling.linking import links_of
from handling.scheme import Scheme
from handling.stories import public_story
from handling.upkeep import change_upkeep, inspect, upkeep_of, upkeeps
from handling.visits import due_visits, record_visit, visits_of
from models import Channel, SuggestionState, Visit, VisitKind, VisitOutcome
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People, received_text
from tests.handling.desk import NEIGHBOUR, InHand, confirm, in_hand, opened

Understand = Callable[[str], Understanding]


@pytest.fixture
def closed(session: Session, scheme: Scheme, clock: FakeClock, people: People) -> InHand:
    hand = in_hand(session, scheme, clock, people)
    hand.close()
    return hand


def visited(
    hand: InHand, visit: Visit, outcome: VisitOutcome | None, score: int | None = None, note: str = ""
) -> None:
    record_visit(
        hand.session,
        hand.scheme,
        visit,
        hand.people.volunteer,
        outcome=outcome,
        score=score,
        note=note,
        now=hand.clock.now(),
    )


def rate(hand: InHand, understand: Understand, score: str, sender: str = MOBILE) -> None:
    text = received_text(hand.session, score, hand.clock.advance(minutes=1), sender)
    handle_text(hand.session, hand.scheme, text, understand, now=hand.clock.now())


# ---------------------------------------------------------------- visits


def test_closing_plans_the_visits_of_the_scheme(closed: InHand) -> None:
    visits = visits_of(closed.session, closed.case.id)
    assert [(visit.kind, visit.due) for visit in visits] == [
        (VisitKind.PHONE, datetime(2026, 3, 12, 18, 0, tzinfo=SHANGHAI))
    ]
    assert due_visits(closed.session) == visits


def test_a_visit_confirms_what_the_handler_only_says(closed: InHand) -> None:
    visit = visits_of(closed.session, closed.case.id)[0]
    assert (closed.case.state, closed.case.confirmed_at) == (SuggestionState.DONE, None)
    with pytest.raises(StepNotAllowed, match="责任人以外"):
        record_visit(
            closed.session,
            closed.scheme,
            visit,
            closed.people.worker,
            outcome=VisitOutcome.CONFIRMED,
            score=5,
            note="",
            now=closed.clock.now(),
        )
    with pytest.raises(FormInvalid, match="评分"):
        visited(closed, visit, VisitOutcome.CONFIRMED, 6)
    visited(closed, visit, VisitOutcome.CONFIRMED, 5, "通了")
    assert closed.case.confirmed_at == closed.clock.now()
    assert closed.case.events[-1].form == {"visit": "phone", "outcome": "confirmed", "score": 5}
    with pytest.raises(StepNotAllowed, match="已经回访"):
        visited(closed, visit, VisitOutcome.CONFIRMED)


def test_who_is_unhappy_is_handled_again_once_and_by_somebody_else(closed: InHand) -> None:
    visit = visits_of(closed.session, closed.case.id)[0]
    with pytest.raises(FormInvalid, match="哪里不满意"):
        visited(closed, visit, VisitOutcome.UNHAPPY)
    visited(closed, visit, VisitOutcome.UNHAPPY, 1, "又堵了")
    case = closed.case
    assert (case.state, case.step, case.reopened, case.done_at) == (SuggestionState.HANDLING, "handle", 1, None)
    assert case.handler == closed.people.secretary, "not the handler of before"
    assert case.due == datetime(2026, 3, 10, 18, 0, tzinfo=SHANGHAI)
    assert closed.told()[-1] == "您说1001号还没有办好，换张书记再办，3月10日前答复您。"
    closed.act(closed.people.secretary, "finish", {"result": "又修好了"})
    closed.act(closed.people.coordinator, "keep_private", {"reason": "小事"})
    closed.act(closed.people.coordinator, "close")
    again = visits_of(closed.session, case.id)[-1]
    visited(closed, again, VisitOutcome.UNHAPPY, 1, "还是堵")
    assert (case.state, case.reopened) == (SuggestionState.DONE, 1), "twice is for the coordinator to decide"


def test_what_is_handled_again_leaves_the_board_until_it_is_published_again(
    session: Session, scheme: Scheme, clock: FakeClock, people: People, understand: Understand
) -> None:
    hand = in_hand(session, scheme, clock, people)
    hand.act(people.worker, "finish", {"result": "修好了"})
    hand.act(people.coordinator, "publish", {"feedback": "下水道疏通了"})
    hand.act(people.coordinator, "close")
    assert public_story(session, scheme, 1001) is not None
    rate(hand, understand, "1")
    assert hand.case.state is SuggestionState.HANDLING
    assert public_story(session, scheme, 1001) is None
    hand.act(people.secretary, "finish", {"result": "又修好了"})
    assert public_story(session, scheme, 1001) is None
    hand.act(people.coordinator, "publish", {"feedback": "全院疏通了"})
    story = public_story(session, scheme, 1001)
    assert story is not None
    assert story.done == "全院疏通了"


def test_who_cannot_be_reached_is_tried_three_times(closed: InHand) -> None:
    for _ in range(3):
        waiting = due_visits(closed.session)
        assert len(waiting) == 1
        visited(closed, waiting[0], VisitOutcome.NOT_REACHED)
        closed.clock.advance(days=1)
    assert due_visits(closed.session) == []
    assert closed.case.confirmed_at is None


@pytest.mark.parametrize("score", ["3", "5"])
def test_a_good_score_is_the_residents_own_confirmation(
    closed: InHand, understand: Understand, score: str
) -> None:
    rate(closed, understand, score)
    assert closed.case.confirmed_at == closed.clock.now()
    assert closed.case.state is SuggestionState.DONE
    assert closed.told()[-1] == "收到您打的分，谢谢您！"


def test_a_bad_score_opens_the_case_again_and_says_so(closed: InHand, understand: Understand) -> None:
    rate(closed, understand, "1")
    assert (closed.case.state, closed.case.confirmed_at) == (SuggestionState.HANDLING, None)
    assert closed.told()[-1] == "您说1001号还没有办好，换张书记再办，3月10日前答复您。"
    assert due_visits(closed.session) == [], "the visit of the first closing is not needed any more"
    closed.act(closed.people.secretary, "finish", {"result": "又修好了"})
    closed.act(closed.people.coordinator, "keep_private", {"reason": "小事"})
    closed.act(closed.people.coordinator, "close")
    rate(closed, understand, "2")
    assert closed.case.state is SuggestionState.DONE
    assert closed.told()[-1] == "收到您打的分。没办好的地方，请打热线告诉我们，谢谢您！"


def test_an_unhappy_neighbour_opens_the_case_that_theirs_was_merged_into(
    session: Session, scheme: Scheme, clock: FakeClock, people: People, understand: Understand
) -> None:
    hand = in_hand(session, scheme, clock, people)
    neighbours = opened(session, scheme, clock, phone=NEIGHBOUR)
    confirm(session, scheme, neighbours, people.volunteer, clock, merge_into=1001)
    hand.close()
    rate(hand, understand, "2", NEIGHBOUR)
    assert (hand.case.state, neighbours.state) == (SuggestionState.HANDLING, SuggestionState.MERGED)
    assert hand.told()[-1].startswith("您说1002号还没有办好")


def test_the_proposer_of_a_best_idea_is_invited_to_evaluate(
    session: Session, scheme: Scheme, clock: FakeClock, people: People
) -> None:
    hand = in_hand(session, scheme, clock, people)
    hand.act(people.worker, "finish", {"result": "修好了"})
    hand.act(people.coordinator, "keep_private", {"reason": "小事"})
    hand.act(people.coordinator, "best_idea", {"merit": "一劳永逸"})
    assert hand.told()[-1] == "谢谢您的金点子！1001号怎么做、做得好不好，请您来监督和评议，社区会和您联系。"
    assert "invited" in hand.kinds()
    assert [visit.kind for visit in due_visits(session)] == [VisitKind.EVALUATION]


# ---------------------------------------------------------------- upkeep


def test_who_keeps_it_in_order_is_said_when_it_is_finished(closed: InHand) -> None:
    kept = upkeep_of(closed.session, closed.case.id)
    assert kept is not None
    assert (kept.keeper, kept.interval_days, kept.subject) == ("物业", 90, "天福苑 公共设施维护")
    assert kept.next_due == datetime(2026, 6, 7, 18, 0, tzinfo=SHANGHAI)


def test_a_round_that_finds_nothing_comes_back_after_the_interval(closed: InHand, understand: Understand) -> None:
    kept = upkeeps(closed.session)[0]
    closed.clock.set(kept.next_due)
    looked = inspect(
        closed.session,
        closed.scheme,
        kept,
        closed.people.worker,
        understand,
        in_order=True,
        note="",
        now=closed.clock.now(),
    )
    assert (looked.in_order, looked.suggestion) == (True, None)
    assert kept.next_due == datetime(2026, 9, 5, 18, 0, tzinfo=SHANGHAI)


def test_a_finding_is_a_new_case_linked_to_the_old_one(closed: InHand, understand: Understand) -> None:
    kept = upkeeps(closed.session)[0]
    now = closed.clock.now()
    ask = {"in_order": False, "now": now}
    with pytest.raises(FormInvalid, match="哪里不对"):
        inspect(closed.session, closed.scheme, kept, closed.people.worker, understand, note=" ", **ask)  # type: ignore[arg-type]
    looked = inspect(
        closed.session,
        closed.scheme,
        kept,
        closed.people.worker,
        understand,
        note="井盖又松了",
        **ask,  # type: ignore[arg-type]
    )
    found = looked.suggestion
    assert found is not None
    assert (found.number, found.channel, found.text) == (1002, Channel.STAFF, "井盖又松了")
    assert found.state is SuggestionState.REVIEW
    assert [link.note for link in links_of(closed.session, found.id)] == ["巡查发现"]


def test_nobody_keeps_what_needs_no_upkeep(
    session: Session, scheme: Scheme, clock: FakeClock, people: People
) -> None:
    hand = in_hand(session, scheme, clock, people)
    hand.act(people.worker, "finish", {"result": "清走了", "upkeep": "不需要"})
    assert upkeeps(session) == []


def test_a_coordinator_changes_the_keeper_and_the_interval(closed: InHand) -> None:
    kept = upkeeps(closed.session)[0]
    change = {"subject": "排水管", "active": True, "now": closed.clock.now()}
    with pytest.raises(FormInvalid, match="1到1000天"):
        change_upkeep(closed.session, kept, closed.people.coordinator, keeper="居民", interval_days=0, **change)  # type: ignore[arg-type]
    with pytest.raises(StepNotAllowed):
        change_upkeep(closed.session, kept, closed.people.worker, keeper="居民", interval_days=30, **change)  # type: ignore[arg-type]
    change_upkeep(closed.session, kept, closed.people.coordinator, keeper="居民", interval_days=30, **change)  # type: ignore[arg-type]
    assert (kept.keeper, kept.next_due) == ("居民", datetime(2026, 4, 8, 18, 0, tzinfo=SHANGHAI))
    change["active"] = False
    change_upkeep(closed.session, kept, closed.people.coordinator, keeper="居民", interval_days=30, **change)  # type: ignore[arg-type]
    assert upkeeps(closed.session) == []
