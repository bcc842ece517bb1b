"""What the types of a scheme cannot say: that its parts fit together."""

from collections import Counter
from collections.abc import Iterator

from handling.history import ENGINE_EVENTS
from handling.scheme.checks_casework import casework_problems
from handling.scheme.checks_deliberation import deliberation_problems
from handling.scheme.checks_people import people_problems
from handling.scheme.checks_texts import staff_text_problems
from handling.scheme.checks_time import time_problems
from handling.scheme.notice_variables import ENGINE_NOTICES, VARIABLES, known_in, variables_of
from handling.scheme.parts import Action, Field, Scheme, Step, Template
from handling.sms import ONE_SEGMENT, SEGMENT_OF_MANY, sms_units
from models import SuggestionState, Urgency
from nlp.toml_lines import Where

Problem = tuple[Where, str]

# What a line of a paper form may show of the case (`handling.scheme.forms.case_values`).
CASE_VALUES = frozenset(
    ("number", "received_at", "channel", "phone", "text", "place", "courtyard", "station", "domain", "demand_type")
) | {"urgency", "level", "colour", "handler", "due", "done_at", "state", "rating", "feedback"}
# The actions that the review page takes in the first step.
REVIEW_ACTIONS = ("confirm", "refuse", "merge")
SPOKEN_TOKENS = frozenset(("{case}", "{state}", "{due}", "{ring}"))
_TARGET_TYPES = {
    "level": "level",
    "handler": "handler",
    "courtyard": "courtyard",
    "due": "date",
    "feedback": "long_text",
    "unit": "unit",
    "upkeep": "choice",
}


def problems(scheme: Scheme) -> Iterator[Problem]:
    yield from _doubles(scheme)
    yield from _community(scheme)
    yield from _levels(scheme)
    for at, step in enumerate(scheme.steps):
        for place, action in enumerate(step.actions):
            yield from _action(scheme, action, ("steps", at, "actions", place))
    yield from _review(scheme.first_step)
    yield from _reachable(scheme)
    yield from _notices(scheme)
    yield from _forms(scheme)
    yield from _indicators(scheme)
    yield from casework_problems(scheme)
    yield from deliberation_problems(scheme)
    yield from time_problems(scheme)
    yield from people_problems(scheme)
    yield from staff_text_problems(scheme)


def _doubles(scheme: Scheme) -> Iterator[Problem]:
    named: list[tuple[Where, list[str]]] = [
        (("levels",), [level.code for level in scheme.levels]),
        (("tiers",), [tier.code for tier in scheme.tiers]),
        (("steps",), [step.code for step in scheme.steps]),
        (("points",), [rule.code for rule in scheme.points]),
        (("channels",), [channel.code for channel in scheme.channels]),
        (("units",), [unit.code for unit in scheme.units]),
        (("forms",), [form.code for form in scheme.forms]),
        (("indicators",), [indicator.code for indicator in scheme.indicators]),
        (("community", "stations"), [station.code for station in scheme.community.stations]),
        (("community", "courtyards"), [courtyard.name for courtyard in scheme.community.courtyards]),
    ]
    for at, step in enumerate(scheme.steps):
        actions: Where = ("steps", at, "actions")
        named.append((actions, [action.code for action in step.actions]))
        for place, action in enumerate(step.actions):
            named.append(((*actions, place, "fields"), [field.code for field in action.fields]))
    for where, codes in named:
        for code, count in Counter(codes).items():
            if count > 1:
                second = [i for i, c in enumerate(codes) if c == code][1]
                yield (*where, second), f"“{code}” is there twice"


def _community(scheme: Scheme) -> Iterator[Problem]:
    community = scheme.community
    tiers = {tier.code for tier in community.station_tiers}
    codes = {station.code for station in community.stations}
    earlier: set[str] = set()
    for at, station in enumerate(community.stations):
        where: Where = ("community", "stations", at)
        if station.tier not in tiers:
            yield (*where, "tier"), f"no station tier “{station.tier}”"
        if station.parent and station.parent not in earlier:
            yield (*where, "parent"), f"no station “{station.parent}” above this one in the file"
        earlier.add(station.code)
    for at, courtyard in enumerate(community.courtyards):
        if courtyard.station and courtyard.station not in codes:
            yield ("community", "courtyards", at, "station"), f"no station “{courtyard.station}”"


def _levels(scheme: Scheme) -> Iterator[Problem]:
    tiers = {tier.code for tier in scheme.tiers}
    for at, level in enumerate(scheme.levels):
        if level.tier not in tiers:
            yield ("levels", at, "tier"), f"no tier “{level.tier}”"
    codes = {level.code for level in scheme.levels}
    for urgency in Urgency:
        if urgency not in scheme.proposals:
            yield ("proposals",), f"no level is proposed for “{urgency.value}”"
    for urgency, code in scheme.proposals.items():
        if code not in codes:
            yield ("proposals", urgency.value), f"no level “{code}”"


def _action(scheme: Scheme, action: Action, where: Where) -> Iterator[Problem]:
    if action.code in ENGINE_EVENTS:
        yield (*where, "code"), f"“{action.code}” names an event of the engine"
    if action.next and action.next not in {step.code for step in scheme.steps}:
        yield (*where, "next"), f"no step “{action.next}”"
    if action.notice and action.notice not in scheme.notices:
        yield (*where, "notice"), f"no notice “{action.notice}”"
    if action.points and action.points not in {rule.code for rule in scheme.points}:
        yield (*where, "points"), f"no points rule “{action.points}”"
    for code in action.levels:
        if code not in {level.code for level in scheme.levels}:
            yield (*where, "levels"), f"no level “{code}”"
    if action.publishes and not any(field.sets == "feedback" for field in action.fields):
        yield (*where, "publishes"), "publishes, but no field sets the feedback"
    earlier: dict[str, Field] = {}
    for at, field in enumerate(action.fields):
        yield from _field(field, earlier, (*where, "fields", at))
        earlier[field.code] = field


def _field(field: Field, earlier: dict[str, Field], where: Where) -> Iterator[Problem]:
    if (field.type == "choice") != bool(field.choices):
        yield where, "choices belong to the type “choice”, and it needs them"
    if (field.type == "product") != bool(field.factors):
        yield where, "factors belong to the type “product”, and it needs them"
    for code in field.factors:
        if code not in earlier:
            yield where, f"no field “{code}” above the product"
        elif earlier[code].type not in ("integer", "money"):
            yield where, f"“{code}” is no number"
    if field.at_most and (field.at_most not in earlier or earlier[field.at_most].type != field.type):
        yield (*where, "at_most"), f"no field “{field.at_most}” of the same type above"
    money = [code for code in field.factors if code in earlier and earlier[code].type == "money"]
    if len(money) > 1:
        yield where, "money times money is nothing that a form may ask"
    if field.sets and field.type != _TARGET_TYPES[field.sets]:
        yield where, f"a field that sets “{field.sets}” has the type “{_TARGET_TYPES[field.sets]}”"
    if field.code in VARIABLES and field.code != field.sets:
        yield (*where, "code"), f"“{field.code}” already means something in every notice"


def _review(first: Step) -> Iterator[Problem]:
    for code in REVIEW_ACTIONS:
        action = first.action(code)
        if action is None or action.page != "review":
            yield ("steps", 0), f'the first step needs the action “{code}” with page = "review"'
    confirm = first.action("confirm")
    if confirm is not None and not confirm.next:
        place = first.actions.index(confirm)
        yield ("steps", 0, "actions", place), "“confirm” leads nowhere: next is missing"


def _reachable(scheme: Scheme) -> Iterator[Problem]:
    onward = {step.code: {a.next for a in step.actions if a.next} for step in scheme.steps}
    reached = _closure(scheme.first_step.code, onward)
    for at, step in enumerate(scheme.steps):
        if step.code not in reached:
            yield ("steps", at), f"no action leads to the step “{step.code}”"
    ending = {step.code for step in scheme.steps if any(a.state is SuggestionState.DONE for a in step.actions)}
    for at, step in enumerate(scheme.steps):
        if not ending & _closure(step.code, onward):
            yield ("steps", at), f'no way leads from “{step.code}” to an action with state = "done"'


def _closure(start: str, onward: dict[str, set[str]]) -> set[str]:
    reached = {start}
    waiting = [start]
    while waiting:
        fresh = onward.get(waiting.pop(), set()) - reached
        reached |= fresh
        waiting += fresh
    return reached


def _notices(scheme: Scheme) -> Iterator[Problem]:
    for name in ENGINE_NOTICES:
        if name not in scheme.notices:
            yield ("notices",), f"the notice “{name}” is missing"
    for name, template in scheme.notices.items():
        yield from _notice(scheme, name, template)


def _notice(scheme: Scheme, name: str, template: Template) -> Iterator[Problem]:
    where: Where = ("notices", name)
    try:
        used = variables_of(template.text)
    except ValueError as error:
        yield (*where, "text"), f"braces: {error}"
        return
    for variable in sorted(used - known_in(scheme, name)):
        yield (*where, "text"), f"no variable “{{{variable}}}”"
    for token in template.spoken:
        if token.startswith("{") and token not in SPOKEN_TOKENS:
            yield (*where, "spoken"), f"no token “{token}”"
    if "://" in template.text or "www." in template.text:
        # Carriers in China refuse links in texts (reference B.7), and elderly people should distrust them.
        yield (*where, "text"), "a link in an SMS"
    fixed = sms_units(scheme.community.signature + template.text.format_map(dict.fromkeys(used, "")))
    limit = ONE_SEGMENT if template.segments == 1 else SEGMENT_OF_MANY * template.segments
    if fixed > limit:
        yield (
            (*where, "text"),
            f"{fixed} units without its variables; {template.segments} segment(s) hold {limit}",
        )


def _forms(scheme: Scheme) -> Iterator[Problem]:
    fields = {f"{a.code}.{field.code}" for step in scheme.steps for a in step.actions for field in a.fields}
    for at, form in enumerate(scheme.forms):
        for place, line in enumerate(form.lines):
            if line.value and line.value not in CASE_VALUES | fields:
                yield ("forms", at, "lines", place, "value"), f"“{line.value}” is no value of a case or an action"


def _indicators(scheme: Scheme) -> Iterator[Problem]:
    known = set(ENGINE_EVENTS) | {a.code for step in scheme.steps for a in step.actions if a.page == "case"}
    for at, indicator in enumerate(scheme.indicators):
        for key in ("start", "end"):
            for code in getattr(indicator, key):
                if code not in known:
                    yield ("indicators", at, key), f"no event “{code}”"
