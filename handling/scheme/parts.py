"""A scheme is a community's way of handling, as data: levels, steps, actions, forms, notices.

The engine knows only these words; communities differ in `handling/schemes/*.toml` alone.
"""

import json
from datetime import time
from functools import cached_property
from hashlib import sha256
from typing import Literal, TypeVar

from pydantic import Field as Limit

from handling.scheme.base import Part, Timed, TimeLimit
from handling.scheme.casework import UnitEntry, UpkeepRule, Visits
from handling.scheme.deliberation import DeliberationKind, ExpertRules, Money
from handling.scheme.figures import Assessment, Targets
from handling.scheme.people import CARE, HonourRule, Retention, RewardEntry
from handling.scheme.supervision import Lights, Supervision
from models import Role, SuggestionState, Urgency

FieldType = Literal[
    "text", "long_text", "integer", "money", "date", "choice", "level", "handler", "courtyard", "unit", "product"
]
# What an action may need; `handling.needs` has the question of each.
Need = Literal["opinion", "resolution"]
# The columns of a case that a field may set.
Target = Literal["", "level", "handler", "courtyard", "due", "feedback", "unit", "upkeep"]


class Tier(Part):
    """A rank of the people who handle (微网格员, 书记), or of stations (主站, 分站, 移动点).
    people: how many there are, 0 when nobody says."""

    code: str
    name: str
    people: int = Limit(default=0, ge=0)


class StationEntry(Part):
    code: str
    name: str
    tier: str
    parent: str = ""


class CourtyardEntry(Part):
    name: str
    aliases: tuple[str, ...] = ()
    households: int | None = Limit(default=None, ge=0)
    station: str = ""


class Hours(Part):
    """Shanghai time."""

    opens: time
    closes: time


class Community(Part):
    """`signature` opens every SMS: carriers in China require 【…】.
    `staffed`: when somebody answers the 0 key, on working days; `staffed_hours` count then.
    `households`: of the whole community, for the rate of participation."""

    name: str
    signature: str = Limit(pattern=r"^【.{1,12}】$")
    staffed: tuple[Hours, ...] = ()
    households: int | None = Limit(default=None, gt=0)
    station_tiers: tuple[Tier, ...] = ()
    stations: tuple[StationEntry, ...] = ()
    courtyards: tuple[CourtyardEntry, ...] = ()


class Level(Timed):
    """With its time limit. `shape` and `code` stand beside the colour, which must never be the only signal.
    `tier`: the rank that is responsible. `experts`: nothing is finished or planned without their opinion."""

    code: str = Limit(max_length=8)
    name: str
    colour: str
    css: str
    shape: str = Limit(max_length=1)
    tier: str
    experts: bool = False
    # What people hear where the code says nothing to them: “红色”. Usually “A类”.
    called: str = ""

    @property
    def words(self) -> str:
        return self.called or f"{self.code}类"


class Field(Part):
    """One question of an action's form. `factors`: the fields that a product multiplies.
    `at_most`: the field above that this number may not exceed.
    `sets`: the column of the case that takes the value.
    `converts`: the choices with which the suggestion has become a measure (转化)."""

    code: str = Limit(pattern=r"^[a-z][a-z_]*$")
    name: str
    type: FieldType
    required: bool = False
    choices: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    sets: Target = ""
    minimum: int = 0
    at_most: str = ""
    converts: tuple[str, ...] = ()
    # What the field tells of the meeting that its action records (`Action.deliberation`).
    records: Literal["", "held_on", "attended", "agreed", "share", "resolution"] = ""
    help: str = ""


class Action(Part):
    """Something that a person may do with a case in a step.

    next: the step that follows, "" to stay. state: the case's new state, None to keep it.
    page: "review" actions are taken on the review page (`handling.review`), the others on the case page.
    levels: only for these levels, empty for all. points: the rule that rewards the resident.
    notice: the template that tells the resident.
    status: what a resident hears from now on instead of the state's name.
    opinion: an expert speaks here. needs: what must have happened before (`handling.needs`); "opinion": in levels
    with `experts`, one of them spoke.
    stations: people of stations of these tiers may do it too, for places below their own station.
    invites: the resident is asked to supervise and evaluate.
    sms: the short words by which its people may do it in a text (“1023 办结 已疏通”).
    asks_rating: the resident may answer with 1 to 5. publishes: the board shows `feedback` from now on.
    converts: the suggestion has become a measure (转化), for the rate of conversion.
    """

    code: str = Limit(pattern=r"^[a-z][a-z_]*$", max_length=40)
    name: str
    roles: tuple[Role, ...] = Limit(min_length=1)
    next: str = ""
    state: SuggestionState | None = None
    page: Literal["case", "review"] = "case"
    fields: tuple[Field, ...] = ()
    notice: str = ""
    levels: tuple[str, ...] = ()
    points: str = ""
    status: Literal["", "handling", "planned", "done"] = ""
    opinion: bool = False
    # The kind of meeting that this form records.
    deliberation: str = ""
    needs: tuple[Need, ...] = ()
    stations: tuple[str, ...] = ()
    invites: bool = False
    asks_rating: bool = False
    publishes: bool = False
    converts: bool = False
    sms: tuple[str, ...] = ()
    help: str = ""


class Step(TimeLimit):
    """With a time limit of its own, whoever comes to this step is promised an answer in that time from then on
    (a mediation platform, a department); without one the case keeps the day that the level gave.
    help: for residents, on the public page."""

    code: str = Limit(pattern=r"^[a-z][a-z_]*$", max_length=40)
    name: str
    actions: tuple[Action, ...] = Limit(min_length=1)
    help: str = ""

    # A case that comes here is confidential from then on: only those who work on it may read it.
    confidential: bool = False
    # The action that takes an unsettled dispute to the next platform; proposed when the step's time is over.
    moves_up: str = ""

    def action(self, code: str) -> Action | None:
        return next((action for action in self.actions if action.code == code), None)


class Template(Part):
    """A registered SMS text: `{variables}` in fixed wording, at most `segments` long with the signature.

    spoken: the same for a call-back, as prompt keys and the tokens {case}, {state}, {due} and {ring}.
    answers_command: also sent to residents who have opted out, since they asked for it.
    sms_only: not worth a call or a visit; those who cannot get an SMS are spared it.
    """

    text: str
    segments: int = Limit(default=1, ge=1, le=8)
    spoken: tuple[str, ...] = ()
    answers_command: bool = False
    sms_only: bool = False


class PointsRule(Part):
    """by_hand: a coordinator gives them to a resident for what no suggestion tells of, such as volunteering."""

    code: str
    name: str
    points: int = Limit(gt=0)
    by_hand: bool = False


class ChannelEntry(Part):
    """A way of speaking up besides the hotline: a box, a 坝坝会, the secretary's day. note: where and when."""

    code: str
    name: str
    online: bool = False
    note: str = ""


class FormLine(Part):
    """value: a word of `handling.scheme.checks.CASE_VALUES`, "action.field" of what was filled in, "" to write by
    hand."""

    name: str
    value: str = ""


class PaperForm(Part):
    """A form to print: the case as the community's own paper shows it."""

    code: str
    name: str
    lines: tuple[FormLine, ...] = Limit(min_length=1)


class Indicator(Timed):
    """A measured time: from the first event of `start` (`received`, `reviewed`, an action) to the first event
    of `end` after it, which should come within the time limit. target: the share of cases that should keep it."""

    code: str
    name: str
    start: tuple[str, ...] = Limit(min_length=1)
    end: tuple[str, ...] = Limit(min_length=1)
    target: float = Limit(default=0.9, ge=0, le=1)


Coded = TypeVar("Coded", DeliberationKind, Level, Step, Tier, PointsRule, PaperForm)


class Scheme(Part):
    name: str = Limit(max_length=40)
    title: str
    # The scheme that this one was made from (`handling.scheme.merge`); its parts are already in here.
    extends: str = ""
    community: Community
    # The ranks of handlers, lowest first.
    tiers: tuple[Tier, ...] = Limit(min_length=1)
    levels: tuple[Level, ...] = Limit(min_length=1)
    # Which level the machine proposes for each urgency, until a person decides.
    proposals: dict[Urgency, str]
    steps: tuple[Step, ...] = Limit(min_length=1)
    notices: dict[str, Template]
    points: tuple[PointsRule, ...] = ()
    rewards: tuple[RewardEntry, ...] = ()
    honours: tuple[HonourRule, ...] = ()
    # The words for residents who need special care (特殊群体).
    care: tuple[str, ...] = CARE
    retention: Retention = Retention()
    # Empty: the default taxonomy's.
    domains: tuple[str, ...] = ()
    # Cases of these are confidential from their review on.
    confidential_domains: tuple[str, ...] = ()
    # The share of reviews that a coordinator reads again (抽查复核).
    review_sample_percent: int = Limit(default=10, ge=0, le=100)
    units: tuple[UnitEntry, ...] = ()
    visits: Visits = Visits()
    upkeep: UpkeepRule = UpkeepRule()
    channels: tuple[ChannelEntry, ...] = ()
    forms: tuple[PaperForm, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    lights: Lights = Lights()
    # None: nobody is reminded, and nothing climbs.
    supervision: Supervision | None = None
    deliberations: tuple[DeliberationKind, ...] = ()
    money: Money = Money()
    experts: ExpertRules = ExpertRules()
    targets: Targets = Targets()
    assessment: Assessment | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content. A copy (`model_copy`) keeps it: with today's notices it is still that
        version."""
        content = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        return sha256(content.encode()).hexdigest()

    @property
    def first_step(self) -> Step:
        return self.steps[0]

    def level(self, code: str) -> Level:
        """KeyError when the scheme has no such level."""
        return _by_code(self.levels, code)

    def step(self, code: str) -> Step:
        """KeyError when the scheme has no such step."""
        return _by_code(self.steps, code)

    def find_step(self, code: str) -> Step | None:
        """None for the step of a case that an older scheme left behind."""
        return next((step for step in self.steps if step.code == code), None)

    def find_level(self, code: str) -> Level | None:
        """None for the level of a case that an older scheme left behind."""
        return next((level for level in self.levels if level.code == code), None)

    def form(self, code: str) -> PaperForm:
        """KeyError when the scheme has no such form."""
        return _by_code(self.forms, code)

    def deliberation(self, code: str) -> DeliberationKind:
        """KeyError when the scheme has no such kind."""
        return _by_code(self.deliberations, code)

    def tier(self, code: str) -> Tier:
        """KeyError when the scheme has no such rank."""
        return _by_code(self.tiers, code)

    def points_rule(self, code: str) -> PointsRule:
        """KeyError when the scheme has no such rule."""
        return _by_code(self.points, code)

    def action(self, code: str) -> Action | None:
        """The first action of that code in any step: names the events of a history."""
        return next((a for step in self.steps for a in step.actions if a.code == code), None)

    def proposed_level(self, urgency: Urgency) -> Level:
        return self.level(self.proposals[urgency])


def _by_code(parts: tuple[Coded, ...], code: str) -> Coded:
    for part in parts:
        if part.code == code:
            return part
    raise KeyError(code)
