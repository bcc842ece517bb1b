"""What a scheme says about deliberation (议事): its kinds, their stages, who votes, and how many must agree."""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic import Field as Limit

from handling.scheme.base import Part
from models import Role


def _share(text: str) -> str:
    whole = Fraction(text.removeprefix(">"))
    if not 0 < whole <= 1:
        raise ValueError(f"“{text}” is no share between 0 and 1")
    return text


# "2/3": at least two thirds; ">1/2": more than half. 过半数 does not include the half, 三分之二以上 includes the
# number itself (民法典 articles 278 and 1259).
Share = Annotated[str, Limit(pattern=r"^>?[1-9]\d{0,2}/[1-9]\d{0,2}$"), AfterValidator(_share)]
# tell: 公示. hear: 征集意见. vote: 表决. work: 实施, ended by a person. result: 反馈.
Does = Literal["tell", "hear", "vote", "work", "result"]
RECORDS = ("held_on", "attended", "agreed", "share", "resolution")


class DeliberationStage(Part):
    """A stage with its days. `yes` and `no`: the two answers of a vote, as residents text them."""

    code: str = Limit(pattern=r"^[a-z][a-z_]*$", max_length=40)
    name: str
    does: Does
    working_days: int = Limit(ge=1, le=250)
    yes: str = "同意"
    no: str = "不同意"
    help: str = ""


class DeliberationKind(Part):
    """A way of deliberating. Without stages it is a meeting that is held once.

    voters: households of a courtyard, each with one vote, or the members of a board. parties: who they are, when
    that is fixed (五方). quorum: the share of those entitled that must take part. threshold: the share of those
    taking part that must agree. observer: 社区观察员 must be named. roles: who may start one.
    pass_score: members give 0 to 100 points, and this mean is needed. choose: how many topics at most are chosen.
    """

    code: str = Limit(pattern=r"^[a-z][a-z_]*$", max_length=40)
    name: str
    roles: tuple[Role, ...] = Limit(min_length=1)
    voters: Literal["households", "members"] = "households"
    parties: tuple[str, ...] = ()
    stages: tuple[DeliberationStage, ...] = ()
    quorum: Share = ">1/2"
    threshold: Share = ">1/2"
    observer: bool = False
    pass_score: int | None = Limit(default=None, ge=1, le=100)
    choose: int | None = Limit(default=None, ge=1)
    help: str = ""

    def stage(self, code: str) -> DeliberationStage | None:
        """None for a meeting that is held once."""
        return next((stage for stage in self.stages if stage.code == code), None)

    def stage_after(self, code: str) -> DeliberationStage | None:
        codes = [stage.code for stage in self.stages]
        place = codes.index(code) + 1 if code in codes else 0
        return self.stages[place] if place < len(self.stages) else None

    @property
    def votes_remotely(self) -> bool:
        """By SMS and by phone key: each household from home."""
        return self.voters == "households" and any(stage.does == "vote" for stage in self.stages)


class Matching(Part):
    """配套资金: above this share of the plan raised by residents, the fund adds `ratio` times what they raised.
    most_fen: at most so much for one project."""

    name: str
    above: Share
    ratio: Share = "1/1"
    most_fen: int | None = Limit(default=None, gt=0)


class Grant(Part):
    """微创投, 保障资金: what a project may be given. most_fen: at most so much for one project."""

    code: str = Limit(max_length=40)
    name: str
    most_fen: int | None = Limit(default=None, gt=0)
    help: str = ""


class Money(Part):
    """Money besides what residents pay. matching: None where nobody adds anything."""

    matching: Matching | None = None
    grants: tuple[Grant, ...] = ()


class ExpertRules(Part):
    """智囊团. wanted: fields besides the domains in which the community looks for somebody (智慧社区).
    working_days: to give an opinion."""

    wanted: tuple[str, ...] = ()
    working_days: int = Limit(default=5, ge=1, le=250)


def reaches(share: str, part: int, whole: int) -> bool:
    """Does `part` of `whole` reach the share? Exact, without rounding."""
    needed = Fraction(share.removeprefix(">")) * whole
    return part > needed if share.startswith(">") else part >= needed


def share_in_words(share: str) -> str:
    """ ">1/2" -> "过半数"; "2/3" -> "2/3以上"; ">3/10" -> "超过3/10"; "1/1" -> "全部"."""
    if share == ">1/2":
        return "过半数"
    if Fraction(share.removeprefix(">")) == 1:
        return "全部"
    return f"超过{share[1:]}" if share.startswith(">") else f"{share}以上"


# What the engine itself sends about deliberations and experts, and what these notices may say.
VOTE_NOTICES = {
    "topic_open": frozenset(("kind", "stage", "matter", "mark", "until")),
    "comment_noted": frozenset(("matter",)),
    "vote_open": frozenset(("matter", "yes", "no", "until")),
    "vote_noted": frozenset(("matter", "choice", "until")),
    "vote_which": frozenset(("votes", "yes")),
    "vote_refused": frozenset(("reason",)),
    "vote_result": frozenset(("matter", "result", "agreed", "against")),
}
EXPERT_NOTICES = {
    "expert_asked": frozenset(("number", "expert", "matter", "question", "until")),
    "expert_asked_private": frozenset(("number", "expert", "until")),
    "opinion_noted": frozenset(("number", "verdict")),
    "opinion_late": frozenset(("number", "verdict")),
    "opinion_aside": frozenset(("number",)),
    "opinion_refused": frozenset(("number", "why")),
}
