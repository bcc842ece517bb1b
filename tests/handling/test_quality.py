"""A share of the reviews is read again; agreement is counted for all together and for oneself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from handling.intake import open_suggestion
from handling.quality import (
    AlreadyReviewed,
    agreement,
    differences,
    in_sample,
    own_numbers,
    read_again,
    waiting_sample,
)
from handling.review import confirm_review
from handling.scheme import Scheme
from models import Channel, Review, Urgency, User
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People

SAME = {"valid": True, "domain": "公共设施维护", "urgency": "normal", "level": "B"}


@pytest.fixture
def reviewed(
    session: Session, scheme: Scheme, understand: Callable[[str], Understanding], clock: FakeClock
) -> Callable[..., Review]:
    def reviewed(user: User, text: str = "路灯坏了", said: str = "路灯坏了") -> Review:
        case = open_suggestion(
            session,
            scheme,
            channel=Channel.SMS,
            resident=None,
            understanding=understand(said),
            received_at=clock.now(),
            now=clock.now(),
        )
        confirm_review(
            session,
            scheme,
            case,
            user,
            text=text,
            domain="公共设施维护",
            demand_type="投诉",
            urgency=Urgency.NORMAL,
            level="B",
            courtyard_id=None,
            place="",
            valid=True,
            merge_into=None,
            note="",
            now=clock.now(),
        )
        return case.reviews[0]

    return reviewed


def test_the_sample_is_about_the_share_and_always_the_same() -> None:
    sample = [review for review in range(10_000) if in_sample(review, 10)]
    assert 900 < len(sample) < 1_100
    assert sample == [review for review in range(10_000) if in_sample(review, 10)]
    assert not any(in_sample(review, 0) for review in range(100))
    assert all(in_sample(review, 100) for review in range(100))


def test_nobody_reads_their_own_review_again(
    session: Session, people: People, reviewed: Callable[..., Review], clock: FakeClock
) -> None:
    own, other = reviewed(people.coordinator), reviewed(people.volunteer)
    assert waiting_sample(session, people.coordinator, 100, clock.now()) == [other]
    with pytest.raises(AlreadyReviewed):
        read_again(session, own, people.coordinator, SAME, "", clock.now())


def test_a_review_is_read_again_once_and_the_case_stays(
    session: Session, people: People, reviewed: Callable[..., Review], clock: FakeClock
) -> None:
    review = reviewed(people.volunteer)
    version, events = review.suggestion.version, len(review.suggestion.events)
    read_again(
        session, review, people.coordinator, {**SAME, "urgency": "urgent", "level": "A"}, "会摔人", clock.now()
    )
    assert (review.suggestion.urgency, review.suggestion.version) == (Urgency.NORMAL, version)
    assert len(review.suggestion.events) == events
    assert waiting_sample(session, people.coordinator, 100, clock.now()) == []
    with pytest.raises(AlreadyReviewed):
        read_again(session, review, people.administrator, SAME, "", clock.now())


def test_old_reviews_are_left_alone(
    session: Session, people: People, reviewed: Callable[..., Review], clock: FakeClock
) -> None:
    reviewed(people.volunteer)
    assert waiting_sample(session, people.coordinator, 100, clock.now() + timedelta(days=15)) == []


def test_agreement_is_counted_by_question_for_all_and_for_oneself(
    session: Session, people: People, reviewed: Callable[..., Review], clock: FakeClock
) -> None:
    now = clock.now()
    mine, theirs = reviewed(people.volunteer), reviewed(people.other_volunteer)
    read_again(session, mine, people.coordinator, SAME, "", now)
    read_again(session, theirs, people.coordinator, {**SAME, "domain": "安全隐患"}, "灯座漏电", now)
    whole = agreement(session, now)
    assert (whole.total, whole.whole, whole.share) == (2, 1, 0.5)
    assert whole.of == {"valid": 2, "domain": 1, "urgency": 2, "level": 2}
    assert agreement(session, now, people.volunteer).whole == 1
    assert agreement(session, now + timedelta(days=91)).total == 0


def test_everybody_sees_their_own_numbers_alone(
    session: Session, people: People, reviewed: Callable[..., Review], clock: FakeClock
) -> None:
    now = clock.now()
    reviewed(people.volunteer)
    review = reviewed(people.volunteer, text="路灯坏了", said="路等坏了")
    reviewed(people.other_volunteer)
    read_again(session, review, people.coordinator, {**SAME, "level": "A"}, "晚上会摔人", now)
    numbers = own_numbers(session, people.volunteer, now)
    assert (numbers.reviews, numbers.corrected) == (2, 1)
    assert [second.note for second in numbers.disagreements] == ["晚上会摔人"]
    assert own_numbers(session, people.other_volunteer, now).disagreements == []


def test_of_two_refusals_nothing_else_is_compared() -> None:
    assert differences({**SAME, "valid": False}, {**SAME, "valid": False, "domain": "其他"}) == []
    assert differences(SAME, {**SAME, "valid": False}) == ["valid"]
