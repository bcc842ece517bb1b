"""What neighbours read of a finished case, and what they never read."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.anonymising import anonymise_case
from handling.residents import find_or_add_resident
from handling.scheme import Scheme
from handling.stories import public_photo, public_stories, public_story
from handling.story_release import NotReleased, put_back, release_photo, take_off, withhold_photo, word_story
from models import (
    Attachment,
    AttachmentKind,
    EntryKind,
    Event,
    MoneyEntry,
    Project,
    Relative,
    Suggestion,
    SuggestionState,
    Unit,
)
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People
from tests.handling.desk import case_row


@pytest.fixture
def case(session: Session, people: People, clock: FakeClock) -> Suggestion:
    """Reported by 李桂兰 ten days ago, done two days ago, on the board since this morning."""
    now = clock.now()
    resident = find_or_add_resident(session, MOBILE, now)
    resident.name, resident.address = "李桂兰", "天福苑3栋2单元501"
    session.add(Relative(resident=resident, name="赵小军", phone="+8613800138001"))
    return case_row(
        session,
        1023,
        now - timedelta(days=10),
        step="rate",
        state=SuggestionState.DONE,
        resident=resident,
        handler=people.worker,
        unit=Unit(code="drains", name="市政疏通队"),
        domain="公共设施维护",
        feedback="全院疏通了",
        answered_at=now - timedelta(days=2),
        published_at=now,
    )


def photo(session: Session, case: Suggestion, people: People, kind: AttachmentKind, now: datetime) -> Attachment:
    made = Attachment(
        suggestion_id=case.id,
        kind=kind,
        name="照片.jpg",
        content_type="image/jpeg",
        size=1,
        sha256="",
        path="attachments/a.jpg",
        uploaded_by=people.worker,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def test_a_story_tells_days_and_roles(session: Session, scheme: Scheme, case: Suggestion, people: People) -> None:
    story = public_story(session, scheme, 1023)
    assert story is not None
    assert (story.days, story.days_in_words) == (8, "用了 8 天")
    assert story.by == (scheme.tier(people.worker.tier).name, "市政疏通队")
    assert story.account is None


@pytest.mark.parametrize(
    ("written", "public"),
    [
        ("李桂兰家门口疏通了", "一位居民家门口疏通了"),
        ("她的儿子赵小军也来帮忙", "她的儿子一位居民也来帮忙"),
        ("有事打13800138000", "有事打（号码已隐去）"),
        ("天福苑3栋2单元501的下水道", "（住址已隐去）的下水道"),
        ("感谢王婆婆提醒", "感谢某婆婆提醒"),
        ("天福苑3栋外面的管子", "天福苑3栋外面的管子"),
    ],
)
def test_what_the_files_know_of_people_is_hidden_in_both_texts(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock, written: str, public: str
) -> None:
    word_story(session, case, asked=written, done=written, by=people.coordinator, now=clock.now())
    story = public_story(session, scheme, 1023)
    assert story is not None
    assert (story.asked, story.done) == (public, public)


def test_the_handlers_name_is_hidden_too(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    word_story(session, case, asked="", done=f"{people.worker.name}修好了", by=people.coordinator, now=clock.now())
    story = public_story(session, scheme, 1023)
    assert story is not None
    assert story.done == "工作人员修好了"


def test_the_name_stays_hidden_when_the_files_have_forgotten_it(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    word_story(session, case, asked="李桂兰说堵了", done="李桂兰很满意", by=people.coordinator, now=clock.now())
    anonymise_case(session, scheme, case)
    story = public_story(session, scheme, 1023)
    assert story is not None
    assert (story.asked, story.done) == ("一位居民说堵了", "一位居民很满意")


@pytest.mark.parametrize("hide", ["confidential", "unpublished", "merged"])
def test_what_is_not_released_has_no_story(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock, hide: str
) -> None:
    shown = photo(session, case, people, AttachmentKind.AFTER, clock.now())
    release_photo(session, shown, by=people.coordinator, now=clock.now())
    assert public_photo(session, shown.id) is shown
    if hide == "confidential":
        case.confidential = True
    elif hide == "unpublished":
        take_off(session, case, by=people.coordinator, now=clock.now())
    else:
        case.state = SuggestionState.MERGED
    session.flush()
    assert public_story(session, scheme, 1023) is None
    assert public_stories(session, scheme).rows == []
    assert public_photo(session, shown.id) is None


def test_taken_off_and_put_back_it_stands_where_it_stood(
    session: Session, case: Suggestion, people: People, clock: FakeClock
) -> None:
    since = case.published_at
    take_off(session, case, by=people.coordinator, now=clock.advance(hours=1))
    put_back(session, case, by=people.coordinator, now=clock.advance(hours=1))
    put_back(session, case, by=people.coordinator, now=clock.advance(hours=1))
    assert case.published_at == since
    kinds = session.scalars(select(Event.kind).where(Event.suggestion_id == case.id).order_by(Event.id)).all()
    assert kinds == ["taken_off_board", "put_back_on_board"]


def test_what_never_was_on_the_board_is_not_put_back(
    session: Session, case: Suggestion, people: People, clock: FakeClock
) -> None:
    case.published_at = None
    with pytest.raises(NotReleased, match="没有公开过"):
        put_back(session, case, by=people.coordinator, now=clock.now())


def test_photos_are_released_one_by_one(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    now = clock.now()
    before = photo(session, case, people, AttachmentKind.BEFORE, now)
    after = photo(session, case, people, AttachmentKind.AFTER, now)
    release_photo(session, after, by=people.coordinator, now=now)
    story = public_story(session, scheme, 1023)
    assert story is not None
    assert (story.before, story.after) == ((), (after.id,))
    assert public_photo(session, before.id) is None
    withhold_photo(session, after, by=people.coordinator, now=now)
    assert public_photo(session, after.id) is None


def test_a_receipt_is_never_for_everybody(
    session: Session, case: Suggestion, people: People, clock: FakeClock
) -> None:
    receipt = photo(session, case, people, AttachmentKind.RECEIPT, clock.now())
    with pytest.raises(NotReleased):
        release_photo(session, receipt, by=people.coordinator, now=clock.now())


def test_the_cost_is_told_only_with_a_public_account(
    session: Session, scheme: Scheme, case: Suggestion, people: People, clock: FakeClock
) -> None:
    project = Project(suggestion=case, title="疏通", opened_at=clock.now(), opened_by=people.coordinator)
    spent = MoneyEntry(
        key="1", project=project, kind=EntryKind.SPENDING, amount=-192000, at=clock.now(), entered_by=people.worker
    )
    session.add_all([project, spent])
    session.flush()
    story = public_story(session, scheme, 1023)
    assert story is not None
    assert story.account is None
    project.published_at = clock.now()
    session.flush()
    story = public_story(session, scheme, 1023)
    assert story is not None
    assert story.account is not None
    assert story.account.spent == 192000


def test_the_words_must_say_what_was_done(
    session: Session, case: Suggestion, people: People, clock: FakeClock
) -> None:
    with pytest.raises(NotReleased):
        word_story(session, case, asked="堵了", done=" ", by=people.coordinator, now=clock.now())
    word_story(session, case, asked="堵了", done="通了", by=people.coordinator, now=clock.now())
    word_story(session, case, asked="堵了", done="通了", by=people.coordinator, now=clock.now())
    assert [event.kind for event in case.events] == ["told_public"]
