"""The parts of a scheme about residents: special care, points and rewards, honours, how long data are kept."""

from pydantic import Field as Limit

from handling.scheme.base import Part

# 特殊群体, as communities in Chengdu list them (S1).
CARE = ("独居", "高龄", "残疾", "低保", "特困")


class RewardEntry(Part):
    """What points are exchanged for at the beginning; the desk keeps stock and price from then on.
    stock: None for a service that does not run out."""

    code: str = Limit(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)
    name: str = Limit(max_length=12)
    cost: int = Limit(gt=0)
    stock: int | None = Limit(default=None, ge=0)


class HonourRule(Part):
    """Who is proposed for an honour: residents whom the points rules `counts` rewarded at least `minimum` times
    within a calendar year. People decide."""

    code: str = Limit(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)
    name: str = Limit(max_length=20)
    counts: tuple[str, ...] = Limit(min_length=1)
    minimum: int = Limit(gt=0)


class Retention(Part):
    """Days after which data go (PIPL article 19: the shortest time that the purpose needs).

    recordings: after the case is closed. recordings_of_learners: after it came in, where the resident agreed that
    the recogniser learns from it. cases: after closing, words, places and numbers go and the skeleton stays.
    other_contacts: calls and texts that belong to no case. looks: the access log."""

    recordings: int = Limit(default=30, ge=1, le=180)
    recordings_of_learners: int = Limit(default=180, ge=1, le=180)
    cases: int = Limit(default=365, ge=30, le=3650)
    other_contacts: int = Limit(default=90, ge=7, le=365)
    looks: int = Limit(default=1095, ge=180, le=3650)
