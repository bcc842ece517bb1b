"""Quality of reviews: a coordinator reads a share of them again, and how far the two agree is shown. Everybody
sees their own numbers; nobody is ranked."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models import Review, SecondReview, Suggestion, User

# What is compared, with its name on the page.
COMPARED = {"valid": "是不是有效建议", "domain": "领域", "urgency": "紧急程度", "level": "级别"}
# Older ones have been acted on for long.
SAMPLED_DAYS = 14
SHOWN_DAYS = 90
MOST = 500


class AlreadyReviewed(Exception):
    def __init__(self) -> None:
        super().__init__("这一条已经有人复核过了")


@dataclass(frozen=True)
class Agreement:
    """Of `total` reviews of the sample, how many agree in everything, and in each of COMPARED."""

    total: int
    whole: int
    of: Mapping[str, int]

    @property
    def share(self) -> float | None:
        return self.whole / self.total if self.total else None


@dataclass(frozen=True)
class OwnNumbers:
    """A volunteer's reviews of the last 90 days. `corrected`: those whose text they changed; `decided_otherwise`:
    those where they decided something of COMPARED otherwise than the machine proposed."""

    reviews: int
    corrected: int
    decided_otherwise: int
    agreement: Agreement
    disagreements: Sequence[SecondReview]


def in_sample(review_id: int, percent: int) -> bool:
    """Whether a review belongs to the sample: by chance, but always the same, and nobody can choose."""
    digest = hashlib.sha256(f"review {review_id}".encode()).digest()
    return int.from_bytes(digest[:4]) % 100 < percent


def waiting_sample(session: Session, user: User, percent: int, now: datetime) -> list[Review]:
    """Reviews of the sample that nobody has read again, the newest first; never the user's own. One statement."""
    read = select(SecondReview.review_id)
    fresh = (
        select(Review)
        .where(Review.created_at > now - timedelta(days=SAMPLED_DAYS), Review.id.not_in(read))
        .where(Review.reviewer_id != user.id)
        .options(joinedload(Review.suggestion).joinedload(Suggestion.courtyard))
        .order_by(Review.id.desc())
        .limit(MOST)
    )
    return [review for review in session.scalars(fresh) if in_sample(review.id, percent)]


def read_again(
    session: Session, review: Review, coordinator: User, decisions: Mapping[str, Any], note: str, now: datetime
) -> SecondReview:
    """Keep what the coordinator would have decided (the keys of COMPARED). Changes nothing in the case.

    Raises AlreadyReviewed, also for the coordinator's own review."""
    known = session.scalar(select(SecondReview.id).where(SecondReview.review_id == review.id))
    if known is not None or review.reviewer_id == coordinator.id:
        raise AlreadyReviewed
    second = SecondReview(
        review=review,
        coordinator=coordinator,
        decisions={name: decisions[name] for name in COMPARED},
        note=note.strip()[:200],
        created_at=now,
    )
    session.add(second)
    session.flush()
    return second


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """The keys of COMPARED in which two decisions differ. When neither is a suggestion, nothing else counts."""
    if not first.get("valid", True) and not second.get("valid", True):
        return []
    return [name for name in COMPARED if first.get(name) != second.get(name)]


def agreement(session: Session, now: datetime, reviewer: User | None = None) -> Agreement:
    """Of the last 90 days; of one reviewer, or of all together. One statement."""
    return _agreement(_second_reviews(session, now, reviewer))


def own_numbers(session: Session, user: User, now: datetime) -> OwnNumbers:
    """Two statements."""
    since = now - timedelta(days=SHOWN_DAYS)
    mine = select(Review).where(Review.reviewer_id == user.id, Review.created_at > since)
    reviews = session.scalars(mine.order_by(Review.id.desc()).limit(5_000)).all()
    seconds = _second_reviews(session, now, user)
    return OwnNumbers(
        reviews=len(reviews),
        corrected=sum(review.text != review.proposed.get("text") for review in reviews),
        decided_otherwise=sum(bool(differences({"valid": True, **r.proposed}, r.decisions)) for r in reviews),
        agreement=_agreement(seconds),
        disagreements=[s for s in seconds if differences(s.review.decisions, s.decisions)],
    )


def count_reviews(session: Session, now: datetime) -> int:
    """How many reviews the sample is drawn from."""
    since = now - timedelta(days=SHOWN_DAYS)
    return session.scalar(select(func.count(Review.id)).where(Review.created_at > since)) or 0


def _second_reviews(session: Session, now: datetime, reviewer: User | None) -> list[SecondReview]:
    recent = select(SecondReview).where(SecondReview.created_at > now - timedelta(days=SHOWN_DAYS))
    if reviewer is not None:
        recent = recent.join(SecondReview.review).where(Review.reviewer_id == reviewer.id)
    whole = joinedload(SecondReview.review).joinedload(Review.suggestion)
    return list(session.scalars(recent.options(whole).order_by(SecondReview.id.desc()).limit(MOST)))


def _agreement(seconds: Sequence[SecondReview]) -> Agreement:
    found = [differences(second.review.decisions, second.decisions) for second in seconds]
    return Agreement(
        total=len(found),
        whole=sum(not different for different in found),
        of={name: sum(name not in different for different in found) for name in COMPARED},
    )
