"""Words that confirmed reviews speak for are proposed to a coordinator, who takes them in or refuses them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager

from handling.learning.keywords import LEARNED, Candidate, Confirmed, candidates
from handling.lexicon_versions import (
    bundled_lexicon,
    changed_words,
    community_words,
    possible_values,
    save_version,
)
from models import KeywordProposal, LexiconVersion, ProposalState, Review, Suggestion, User
from nlp.lexicon.additions import Addition

# The newest: older wording has had its chance.
NEWEST_REVIEWS = 5_000
MOST_PROPOSALS = 30


def confirmed_reviews(session: Session, limit: int = NEWEST_REVIEWS) -> list[Confirmed]:
    """The last review of each of the newest valid cases. One statement."""
    last = select(func.max(Review.id)).group_by(Review.suggestion_id)
    rows = session.scalars(
        select(Review)
        .join(Review.suggestion)
        .where(Review.id.in_(last))
        .order_by(Review.id.desc())
        .limit(limit)
        .options(contains_eager(Review.suggestion))
    )
    return [_confirmed(review) for review in rows if review.decisions.get("valid") and review.text]


def find_keywords(session: Session) -> list[Candidate]:
    """What the reviews speak for, the strongest first. Only reads: a year of reviews takes some seconds, in
    which nobody else should wait for SQLite's write lock."""
    return candidates(
        confirmed_reviews(session),
        bundled_lexicon(),
        community_words(session),
        places=possible_values(session)["place"],
    )


def add_proposals(
    session: Session, found: Iterable[Candidate], *, now: datetime, most: int = MOST_PROPOSALS
) -> list[KeywordProposal]:
    """Rows for those that were never proposed before, whatever came of it."""
    known = set(session.scalars(select(KeywordProposal.key)))
    fresh = [candidate for candidate in found if candidate.key not in known][:most]
    return [proposal for candidate in fresh if (proposal := _propose(session, candidate, now))]


def open_proposals(session: Session) -> list[KeywordProposal]:
    """The strongest first."""
    waiting = select(KeywordProposal).where(KeywordProposal.state == ProposalState.OPEN)
    return list(session.scalars(waiting.order_by(KeywordProposal.score.desc(), KeywordProposal.id).limit(100)))


def accept_proposals(
    session: Session, ids: Collection[int], *, base: int, user: User, now: datetime
) -> LexiconVersion | None:
    """A new version with the proposed words. None when others decided all of them meanwhile. Raises
    StaleLexicon."""
    taken = [proposal for proposal in proposals_of(session, ids) if _decide(session, proposal, True, user, now)]
    if not taken:
        return None
    words = changed_words(community_words(session), add=[addition_of(proposal) for proposal in taken])
    note = f"采纳建议：{'、'.join(proposal.word for proposal in taken)}"
    return save_version(session, words, base=base, author=user, note=note, now=now)


def refuse_proposals(session: Session, ids: Collection[int], *, user: User, now: datetime) -> int:
    """They are never proposed again. How many were still open."""
    return sum(_decide(session, proposal, False, user, now) for proposal in proposals_of(session, ids))


def proposals_of(session: Session, ids: Collection[int]) -> Sequence[KeywordProposal]:
    return session.scalars(select(KeywordProposal).where(KeywordProposal.id.in_(ids))).all()


def addition_of(proposal: KeywordProposal) -> Addition:
    """The word as it stands in the lexicon once it is accepted."""
    return Addition(proposal.kind, proposal.value, proposal.word, proposal.weight)


def _confirmed(review: Review) -> Confirmed:
    case: Suggestion = review.suggestion
    voice = f"resident:{case.resident_id}" if case.resident_id else f"case:{case.id}"
    decided, proposed = review.decisions, review.proposed
    return Confirmed(
        case.number,
        voice,
        review.text,
        {kind: str(decided.get(kind, "")) for kind in LEARNED},
        {kind: str(proposed.get(kind, "")) for kind in LEARNED},
    )


def _propose(session: Session, candidate: Candidate, now: datetime) -> KeywordProposal | None:
    proposal = KeywordProposal(
        key=candidate.key,
        kind=candidate.kind,
        value=candidate.value,
        word=candidate.word,
        weight=candidate.weight,
        score=candidate.score,
        evidence=candidate.evidence,
        proposed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(proposal)
    except IntegrityError:  # another worker's weekly job was quicker
        return None
    return proposal


def _decide(session: Session, proposal: KeywordProposal, accepted: bool, user: User, now: datetime) -> bool:
    state = ProposalState.ACCEPTED if accepted else ProposalState.REFUSED
    result = session.execute(
        update(KeywordProposal)
        .where(KeywordProposal.id == proposal.id, KeywordProposal.state == ProposalState.OPEN)
        .values(state=state, decided_at=now, decided_by_id=user.id)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    session.refresh(proposal)
    return result.rowcount == 1
