"""Who should take a case: the rank that its level names, from the courtyard's own station upwards, the least
loaded first. It is a proposal with its reason; a coordinator decides."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from handling.scheme import Scheme
from models import Role, Station, Suggestion, SuggestionState, User

# Stations above one another; a circle that somebody made by hand must not hang a page.
HIGHEST = 8


@dataclass(frozen=True)
class Proposal:
    """reason: in Chinese, for the form's help."""

    user: User
    reason: str


@dataclass(frozen=True)
class _Candidate:
    user: User
    tier: int
    # Stations between the place and the person; after them those who belong to no station.
    distance: int
    load: int

    @property
    def rank(self) -> tuple[int, int, int, int]:
        return self.tier, self.distance, self.load, self.user.id


def propose_handler(
    session: Session, scheme: Scheme, case: Suggestion, *, without: Collection[int | None] = (), above: str = ""
) -> Proposal | None:
    """The nearest person of the level's rank; when nobody of that rank serves the place, of the next rank above.
    without: ids of people who must not have it. above: a rank that is too low.

    None when nobody fits. Two statements, whatever the community."""
    chain = [station.id for station in stations_above(case.station)]
    tiers = [tier.code for tier in scheme.tiers]
    level = scheme.find_level(case.level)
    lowest = tiers.index(level.tier) if level is not None and level.tier in tiers else 0
    if above in tiers:
        lowest = max(lowest, tiers.index(above) + 1)
    loads = open_loads(session)
    able = select(User).where(User.active, User.role == Role.HANDLER, User.tier.in_(tiers[lowest:]))
    candidates = [
        _Candidate(user, tiers.index(user.tier), distance, loads.get(user.id, 0))
        for user in session.scalars(able.options(joinedload(User.station)))
        if user.id not in without and (distance := _distance(user, chain)) is not None
    ]
    if not candidates:
        return None
    best = min(candidates, key=lambda candidate: candidate.rank)
    who = _standing(scheme, best)
    return Proposal(best.user, f"往上一级，{who}" if above else _reason(scheme, case, best, tiers[lowest]) + who)


def stations_above(station: Station | None) -> list[Station]:
    """The station itself and those above it, the nearest first."""
    chain: list[Station] = []
    while station is not None and len(chain) < HIGHEST:
        chain.append(station)
        station = station.parent
    return chain


def serves(user: User, case: Suggestion) -> bool:
    """Does the case lie at the user's station or below it?"""
    return user.station_id is not None and user.station_id in [s.id for s in stations_above(case.station)]


def by_rank(scheme: Scheme, people: Iterable[User], case: Suggestion) -> list[tuple[str, list[User]]]:
    """Rank and its people, the lowest first, for a list to choose from: those who serve the place stand first.
    Who has no rank comes last, under “”."""
    ordered = sorted(people, key=lambda person: not serves(person, case))
    ranks = [(tier.name, [p for p in ordered if p.tier == tier.code]) for tier in scheme.tiers]
    codes = {tier.code for tier in scheme.tiers}
    return [(name, of) for name, of in (*ranks, ("", [p for p in ordered if p.tier not in codes])) if of]


def open_loads(session: Session) -> dict[int, int]:
    """user id -> cases in hand."""
    counted = (
        select(Suggestion.handler_id, func.count())
        .where(Suggestion.state == SuggestionState.HANDLING, Suggestion.handler_id.is_not(None))
        .group_by(Suggestion.handler_id)
    )
    return {user_id: count for user_id, count in session.execute(counted) if user_id is not None}


def _distance(user: User, chain: list[int]) -> int | None:
    """None for somebody of another place."""
    if user.station_id is None:
        return len(chain)
    return chain.index(user.station_id) if user.station_id in chain else None


def _reason(scheme: Scheme, case: Suggestion, best: _Candidate, wanted: str) -> str:
    above = "" if best.user.tier == wanted else f"没有管这里的{scheme.tier(wanted).name}，往上一级，"
    found = scheme.find_level(case.level)
    level = f"{found.words}由{scheme.tier(wanted).name}负责；" if found else ""
    return level + above


def _standing(scheme: Scheme, best: _Candidate) -> str:
    where = best.user.station.name if best.user.station else "全社区"
    return f"{best.user.name}是{where}的{scheme.tier(best.user.tier).name}，手上有{best.load}件"
