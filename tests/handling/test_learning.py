"""The community's own words in versions, and what reviews teach."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.community import set_up_community
from handling.intake import open_suggestion
from handling.learning.proposals import (
    accept_proposals,
    add_proposals,
    find_keywords,
    open_proposals,
    refuse_proposals,
)
from handling.lexicon_versions import (
    StaleLexicon,
    changed_words,
    community_words,
    number_in_force,
    preview,
    restore_version,
    save_version,
    understander_in_force,
    understander_with,
    versions,
)
from handling.residents import find_or_add_resident
from handling.review import confirm_review
from handling.scheme import Scheme
from models import Channel, Database, KeywordProposal, LexiconVersion, ProposalState, Urgency, User
from nlp.lexicon.additions import Addition, AdditionsInvalid
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People, add_people

BIN = Addition("domain", "环境卫生", "潲水桶桶", 3)
Confirm = Callable[..., int]


@pytest.fixture
def confirm(
    session: Session,
    people: People,
    scheme: Scheme,
    clock: FakeClock,
    understand: Callable[[str], Understanding],
) -> Confirm:
    """A resident said the text, a volunteer decided; the case's number."""

    def confirmed(text: str, domain: str, *, voice: int = 1, valid: bool = True, urgency: str = "normal") -> int:
        now = clock.now()
        case = open_suggestion(
            session,
            scheme,
            channel=Channel.SMS,
            resident=find_or_add_resident(session, f"+86138001{voice:05d}", now),
            understanding=understand(text),
            received_at=now,
            now=now,
        )
        confirm_review(
            session,
            scheme,
            case,
            people.volunteer,
            text=text,
            domain=domain,
            demand_type=case.demand_type,
            urgency=Urgency(urgency),
            level=case.level,
            courtyard_id=None,
            place="",
            valid=valid,
            merge_into=None,
            note="" if valid else "广告",
            now=now,
        )
        return case.number

    return confirmed


def save(session: Session, people: People, clock: FakeClock, *words: Addition, base: int = 0) -> LexiconVersion:
    return save_version(session, words, base=base, author=people.coordinator, note="说明", now=clock.now())


def test_a_saved_word_is_understood_and_the_bundled_lexicon_does_not_know_it(
    session: Session, people: People, clock: FakeClock
) -> None:
    said = "有个潲水桶桶倒在那里"
    own_word = Addition("domain", "文体教育", "潲水桶桶", 3)
    assert understander_in_force(session).understand(said).domain != "文体教育"
    save(session, people, clock, own_word)
    understood = understander_in_force(session).understand(said)
    assert understood.domain == "文体教育"
    assert any(item.word == "潲水桶桶" for item in understood.evidence)


def test_a_word_that_no_longer_counts_takes_the_force_out_of_the_bundled_one(
    session: Session, people: People, clock: FakeClock
) -> None:
    before = understander_in_force(session).understand("说的是路灯")
    assert before.domain == "公共设施维护"
    save(session, people, clock, Addition("domain", "公共设施维护", "路灯", 0))
    after = understander_in_force(session).understand("说的是路灯")
    assert not any(item.kind == "domain" and item.word == "路灯" for item in after.evidence)


def test_another_name_of_a_courtyard_and_a_wording_work_at_once(
    session: Session, people: People, clock: FakeClock
) -> None:
    courtyard = Addition("place", "天福苑", "老缫丝厂", 1)
    save(session, people, clock, courtyard, Addition("wording", "垃圾堆", "渣巴巴", 1))
    understood = understander_in_force(session).understand("老缫丝厂门口一个渣巴巴")
    assert [place.name for place in understood.places] == ["天福苑"]
    assert "垃圾堆" in understood.standard_text


@pytest.mark.parametrize(
    "word",
    [
        Addition("domain", "没有的领域", "词语", 3),
        Addition("emergency", "心脏", "痛", 3),
        Addition("domain", "环境卫生", "(a|b)", 3),
        Addition("domain", "环境卫生", "词语", 7),
        Addition("place", "没有的院落", "别名", 1),
    ],
)
def test_a_word_that_cannot_be_taken_changes_nothing(
    session: Session, people: People, clock: FakeClock, word: Addition
) -> None:
    with pytest.raises(AdditionsInvalid) as refused:
        save(session, people, clock, BIN, word)
    assert [mistake.line for mistake in refused.value.mistakes] == [2]
    assert number_in_force(session) == 0


def test_the_same_word_weighed_anew_replaces_the_old_and_a_removed_one_is_gone() -> None:
    lighter = Addition(BIN.kind, BIN.value, BIN.word, 1)
    assert changed_words([BIN], add=[lighter]) == [lighter]
    assert changed_words([BIN], remove=[BIN.key]) == []


def test_an_older_version_comes_back_as_a_new_one(session: Session, people: People, clock: FakeClock) -> None:
    save(session, people, clock, BIN)
    save(session, people, clock, base=1)
    restored = restore_version(session, 1, base=2, author=people.administrator, now=clock.now())
    assert restored.number == 3
    assert community_words(session) == [BIN]
    history = [(version.number, version.author.name) for version in versions(session)]
    assert history == [(3, "周管理"), (2, "刘统筹"), (1, "刘统筹")]
    restore_version(session, 0, base=3, author=people.coordinator, now=clock.now())
    assert community_words(session) == []


def test_whoever_saw_an_older_version_is_refused(session: Session, people: People, clock: FakeClock) -> None:
    save(session, people, clock, BIN)
    with pytest.raises(StaleLexicon):
        save(session, people, clock, base=0)
    assert community_words(session) == [BIN]


def test_two_coordinators_who_save_at_once_get_one_version_and_one_refusal(
    database: Database, scheme: Scheme, clock: FakeClock
) -> None:
    with database.write() as session:
        set_up_community(session, scheme)
        authors = [person.id for person in vars(add_people(session, clock.now())).values()]
    together = threading.Barrier(len(authors))
    outcomes: list[str] = []

    def save_own_word(author: int, number: int) -> None:
        word = Addition("domain", "环境卫生", f"词语{number}", 3)
        together.wait()
        try:
            with database.write() as session:
                user = session.get_one(User, author)
                save_version(session, [word], base=0, author=user, note="", now=clock.now())
            outcomes.append("saved")
        except StaleLexicon:
            outcomes.append("refused")

    threads = [threading.Thread(target=save_own_word, args=(a, n)) for n, a in enumerate(authors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * (len(authors) - 1) + ["saved"]
    with database.read() as session:
        assert [version.number for version in versions(session)] == [1]


def test_the_preview_shows_which_cases_would_be_read_otherwise(session: Session, confirm: Confirm) -> None:
    number = confirm("院坝头有个猫儿坨坨", "环境卫生")
    confirm("路灯坏了", "公共设施维护", voice=2)
    word = Addition("domain", "环境卫生", "猫儿坨坨", 3)
    shown = preview(
        session, understander_in_force(session).understand, understander_with(session, [word]).understand
    )
    assert [changed.number for changed in shown.changed] == [number]
    assert shown.changed[0].after.domain == "环境卫生"
    assert shown.changed[0].before.domain != "环境卫生"
    assert (shown.cases, shown.reviewed) == (2, 2)
    assert shown.agreed_after == shown.agreed_before + 1
    assert number_in_force(session) == 0


@pytest.fixture
def taught(confirm: Confirm) -> list[int]:
    """Four residents say 坨坨灰, and a volunteer calls it 环境卫生; others speak of other things."""
    numbers = [
        confirm(f"{where}堆起坨坨灰", "环境卫生", voice=voice)
        for voice, where in enumerate(("门口", "楼梯间", "花园旁边", "车棚"), start=1)
    ]
    others = (
        ("路灯坏了看不见", "公共设施维护"),
        ("水管漏了没人修", "公共设施维护"),
        ("楼上吵得睡不着", "邻里纠纷"),
        ("车子乱停挡了路", "停车交通"),
        ("想问低保怎么办", "民政救助"),
        ("食堂的饭太硬了", "养老助老"),
    )
    for voice, (text, domain) in enumerate(others, start=10):
        confirm(text, domain, voice=voice)
    return numbers


def propose(session: Session, clock: FakeClock) -> list[KeywordProposal]:
    return add_proposals(session, find_keywords(session), now=clock.now())


def proposed_domain_word(session: Session, clock: FakeClock) -> KeywordProposal:
    return next(p for p in propose(session, clock) if "坨" in p.word and p.kind == "domain")


def test_a_word_that_several_residents_say_is_proposed_with_its_evidence(
    session: Session, clock: FakeClock, taught: list[int]
) -> None:
    found = proposed_domain_word(session, clock)
    assert (found.value, found.word) == ("环境卫生", "坨坨灰")
    assert (found.evidence["with"], found.evidence["elsewhere"]) == (4, 0)
    assert set(found.evidence["examples"]) <= set(taught)


def test_one_resident_who_repeats_a_word_is_one_voice(
    session: Session, clock: FakeClock, confirm: Confirm, taught: list[int]
) -> None:
    for place in ("门口", "楼下", "车棚", "花园"):
        confirm(f"{place}有坝坝虫", "环境卫生", voice=77)
    assert not any("坝坝虫" in proposal.word for proposal in propose(session, clock))


def test_what_was_no_suggestion_teaches_nothing(session: Session, clock: FakeClock, confirm: Confirm) -> None:
    for voice in range(5):
        confirm("卖便宜坨坨灰", "环境卫生", voice=voice, valid=False)
    confirm("路灯坏了", "公共设施维护", voice=9)
    assert propose(session, clock) == []


def test_words_that_the_lexicon_has_are_not_proposed(
    session: Session, clock: FakeClock, confirm: Confirm, taught: list[int]
) -> None:
    for voice in range(20, 26):
        confirm("路灯坏了看不见", "公共设施维护", voice=voice)
    proposed = [(p.value, p.word) for p in propose(session, clock)]
    assert not any("路灯" in word for value, word in proposed if value == "公共设施维护")


def test_people_are_no_sign_of_a_matter(
    session: Session, clock: FakeClock, confirm: Confirm, taught: list[int]
) -> None:
    for voice in range(30, 36):
        confirm(f"婆婆{'东南西北中前'[voice - 30]}边", "医疗健康", voice=voice)
    assert not any("婆婆" in p.word for p in propose(session, clock))


def test_a_refused_word_is_never_proposed_again(
    session: Session, people: People, clock: FakeClock, taught: list[int]
) -> None:
    proposals = propose(session, clock)
    assert proposals
    ids = [proposal.id for proposal in proposals]
    assert refuse_proposals(session, ids, user=people.coordinator, now=clock.now()) == len(ids)
    assert propose(session, clock) == []
    assert open_proposals(session) == []
    assert accept_proposals(session, ids, base=0, user=people.coordinator, now=clock.now()) is None


def test_an_accepted_word_is_in_the_next_version_and_understood(
    session: Session, people: People, clock: FakeClock, taught: list[int]
) -> None:
    proposal = proposed_domain_word(session, clock)
    version = accept_proposals(session, [proposal.id], base=0, user=people.coordinator, now=clock.now())
    assert version is not None
    assert version.number == 1
    assert understander_in_force(session).understand("那点有坨坨灰").domain == "环境卫生"
    decided = session.scalars(select(KeywordProposal).where(KeywordProposal.id == proposal.id)).one()
    assert (decided.state, decided.decided_by_id) == (ProposalState.ACCEPTED, people.coordinator.id)
