"""The community's own words: versions, what a change would have changed, and the understanding that has them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from handling.community import gazetteer
from models import LexiconVersion, Suggestion, SuggestionState, User
from nlp.dialect import Dialect
from nlp.lexicon import DEFAULT, Lexicon, load_lexicon
from nlp.lexicon.additions import (
    MOST,
    Addition,
    AdditionsInvalid,
    Mistake,
    values_of,
    why_not,
    with_additions,
    with_place_names,
)
from nlp.places import PlaceEntry
from nlp.understanding import Understander, Understanding

PREVIEWED = 200


class StaleLexicon(Exception):
    """Somebody saved another version meanwhile: nothing was changed."""

    def __init__(self) -> None:
        super().__init__("别人刚刚改过词表，没有保存。请看过新的词表再改一次")


@dataclass(frozen=True)
class Reading:
    domain: str
    urgency: str
    ring: str


@dataclass(frozen=True)
class Changed:
    """A case that would be read otherwise. `wanted` is what a volunteer decided, None before the review."""

    number: int
    text: str
    before: Reading
    after: Reading
    wanted: Reading | None


@dataclass(frozen=True)
class Preview:
    """`agreed_before` and `agreed_after`: of the `reviewed` cases those whose domain and urgency the machine
    reads as the volunteer decided."""

    cases: int
    changed: tuple[Changed, ...]
    reviewed: int
    agreed_before: int
    agreed_after: int


def version_in_force(session: Session) -> LexiconVersion | None:
    """The newest, with its author; None while the community has no words of its own."""
    newest = select(LexiconVersion).order_by(LexiconVersion.number.desc()).limit(1)
    return session.scalars(newest.options(joinedload(LexiconVersion.author))).one_or_none()


def number_in_force(session: Session) -> int:
    """0 while the community has no words of its own."""
    return session.scalar(select(func.max(LexiconVersion.number))) or 0


def versions(session: Session, limit: int = 50) -> list[LexiconVersion]:
    """The newest first."""
    newest = select(LexiconVersion).order_by(LexiconVersion.number.desc()).limit(limit)
    return list(session.scalars(newest.options(joinedload(LexiconVersion.author))))


def words_of(version: LexiconVersion | None) -> list[Addition]:
    return [Addition.from_json(word) for word in version.words] if version else []


def community_words(session: Session) -> list[Addition]:
    """The community's own words that are in force."""
    return words_of(version_in_force(session))


def possible_values(session: Session) -> dict[str, list[str]]:
    """What a word may speak for, by kind."""
    return values_of(bundled_lexicon(), (place.name for place in gazetteer(session)))


def changed_words(
    words: Sequence[Addition], *, add: Sequence[Addition] = (), remove: Sequence[str] = ()
) -> list[Addition]:
    """The words without those whose keys are removed, and with the added ones; the same key is replaced."""
    kept = {word.key: word for word in words if word.key not in set(remove)}
    return list({**kept, **{word.key: word for word in add}}.values())


def save_version(
    session: Session, words: Sequence[Addition], *, base: int, author: User, note: str, now: datetime
) -> LexiconVersion:
    """A new version in force. `base`: the number of the version that the author saw. Raises StaleLexicon when
    it is no longer the newest, AdditionsInvalid for words that cannot be taken."""
    _check(session, words)
    if number_in_force(session) != base:
        raise StaleLexicon
    version = LexiconVersion(
        number=base + 1,
        author=author,
        created_at=now,
        note=note.strip()[:200],
        words=[word.to_json() for word in words],
    )
    try:
        # PostgreSQL lets two look at the same moment; the unique number decides who was first.
        with session.begin_nested():
            session.add(version)
    except IntegrityError as error:
        raise StaleLexicon from error
    return version


def restorable_words(session: Session, number: int) -> list[Addition]:
    """An older version's words, without those of a domain or courtyard that was renamed since; none for 0.
    Raises StaleLexicon when there is no such version."""
    older = session.scalars(select(LexiconVersion).where(LexiconVersion.number == number)).one_or_none()
    if older is None and number != 0:
        raise StaleLexicon
    values = possible_values(session)
    return [word for word in words_of(older) if not why_not(word, values)]


def restore_version(session: Session, number: int, *, base: int, author: User, now: datetime) -> LexiconVersion:
    """An older version's words as a new version; 0 takes all of the community's words out of force. Raises
    StaleLexicon."""
    words = restorable_words(session, number)
    note = f"恢复第 {number} 版" if number else "回到系统自带的词"
    return save_version(session, words, base=base, author=author, note=note, now=now)


def understander_in_force(session: Session) -> Understander:
    """The taxonomy with the community's words and places as they are now."""
    return understander_with(session, community_words(session))


def dialect_in_force(session: Session) -> Dialect:
    """Sichuanese wording to standard wording, the community's own included."""
    return _dialect(tuple(word for word in community_words(session) if word.kind == "wording"))


def understander_with(session: Session, words: Sequence[Addition]) -> Understander:
    return _understander(tuple(words), tuple(gazetteer(session)))


def preview(
    session: Session,
    before: Callable[[str], Understanding],
    after: Callable[[str], Understanding],
    *,
    limit: int = PREVIEWED,
) -> Preview:
    """How the newest cases are read with the present words and with the proposed ones. One statement."""
    cases = session.scalars(
        select(Suggestion).where(Suggestion.text != "").order_by(Suggestion.id.desc()).limit(limit)
    ).all()
    changed, reviewed, agreed = [], 0, [0, 0]
    for case in cases:
        old, new, wanted = _reading(before(case.text)), _reading(after(case.text)), _decided(case)
        if wanted is not None:
            reviewed += 1
            agreed[0] += _agrees(old, wanted)
            agreed[1] += _agrees(new, wanted)
        if old != new:
            changed.append(Changed(case.number, case.text, old, new, wanted))
    return Preview(len(cases), tuple(changed), reviewed, agreed[0], agreed[1])


@lru_cache(maxsize=1)
def bundled_lexicon() -> Lexicon:
    return load_lexicon(DEFAULT)


# Two: a preview compares the words in force with the proposed ones, mostly several times.
@lru_cache(maxsize=2)
def _understander(words: tuple[Addition, ...], places: tuple[PlaceEntry, ...]) -> Understander:
    return Understander(with_additions(bundled_lexicon(), words), with_place_names(places, words))


@lru_cache(maxsize=1)
def _dialect(words: tuple[Addition, ...]) -> Dialect:
    return Dialect(with_additions(bundled_lexicon(), words).wording)


def _check(session: Session, words: Sequence[Addition]) -> None:
    """Only what is new: a courtyard that was renamed since must not hold up other changes."""
    values, known = possible_values(session), set(community_words(session))
    new = [(number, word) for number, word in enumerate(words, start=1) if word not in known]
    reasons = [(number, why_not(word, values)) for number, word in new]
    mistakes = [Mistake(number, reason) for number, reason in reasons if reason]
    if len(words) > MOST:
        mistakes.append(Mistake(MOST + 1, f"最多 {MOST} 个词"))
    if mistakes:
        raise AdditionsInvalid(mistakes)


def _reading(understanding: Understanding) -> Reading:
    return Reading(understanding.domain, understanding.urgency, understanding.ring)


def _decided(case: Suggestion) -> Reading | None:
    if case.state not in (SuggestionState.HANDLING, SuggestionState.DONE):
        return None
    return Reading(case.domain, case.urgency.value, case.ring)


def _agrees(read: Reading, wanted: Reading) -> bool:
    return (read.domain, read.urgency) == (wanted.domain, wanted.urgency)
