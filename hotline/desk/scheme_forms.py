"""The forms of 流程 and what they ask for, as values for the text of a scheme: only what differs from the rules in
force."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import time
from typing import Any

from werkzeug.datastructures import MultiDict

from handling.scheme import Scheme
from handling.scheme.base import TIME_UNITS, TimeLimit
from handling.scheme.text import Value, limited
from models import Role

Form = MultiDict[str, str]

UNITS = {"working_days": "个工作日", "hours": "小时", "staffed_hours": "个工作小时"}
LIGHTS = {
    "yellow": "剩下的时间不到多少，案件亮黄灯",
    "red": "剩下的时间不到多少，案件亮红灯（0：超期才亮）",
    "team_yellow": "红灯案件占到多少，人员和单位亮黄灯",
    "team_red": "红灯案件占到多少，人员和单位亮红灯",
    "target_yellow": "达到目标的多少以上，指标还算黄灯",
}
_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–—~～到至]\s*(\d{1,2}):(\d{2})\s*")
_CODE = re.compile(r"[a-z][a-z_]*")


class SchemeFormInvalid(Exception):
    """Messages in Chinese by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


def values_of(part: str, scheme: Scheme, form: Form) -> list[Value]:
    """part: a key of PARTS. Raises SchemeFormInvalid."""
    errors: dict[str, str] = {}
    values = list(PARTS[part](scheme, form, errors))
    if errors:
        raise SchemeFormInvalid(errors)
    return values


def unit_of(limit: TimeLimit) -> str:
    """ "" without a limit."""
    return next((unit for unit in TIME_UNITS if getattr(limit, unit) is not None), "")


def _levels(scheme: Scheme, form: Form, errors: dict[str, str]) -> Iterator[Value]:
    for level in scheme.levels:
        yield from _limit(("levels", level.code), level, level.code, form, errors)
        if (tier := form.get(f"tier-{level.code}", level.tier)) != level.tier:
            yield Value(("levels", level.code, "tier"), tier)
        if (name := form.get(f"name-{level.code}", level.name).strip()) != level.name:
            yield Value(("levels", level.code, "name"), name)


def _steps(scheme: Scheme, form: Form, errors: dict[str, str]) -> Iterator[Value]:
    for step in scheme.steps:
        yield from _limit(("steps", step.code), step, step.code, form, errors)
        for action in step.actions:
            name = f"roles-{step.code}-{action.code}"
            chosen = [role for role in Role if role in form.getlist(name)]
            if not chosen:
                errors[name] = "至少选一种人"
            elif set(chosen) != set(action.roles):
                yield Value(("steps", step.code, "actions", action.code, "roles"), [str(r.value) for r in chosen])


def _limit(
    path: tuple[str, ...], limit: TimeLimit, code: str, form: Form, errors: dict[str, str]
) -> Iterator[Value]:
    unit, typed = form.get(f"unit-{code}", ""), form.get(f"limit-{code}", "").strip()
    if unit not in TIME_UNITS:
        return
    if not (typed.isascii() and typed.isdigit() and len(typed) < 5):
        errors[f"limit-{code}"] = "时限要写数字"
    elif (unit, int(typed)) != (unit_of(limit), getattr(limit, unit)):
        yield from limited(path, unit, int(typed))


def _points(scheme: Scheme, form: Form, errors: dict[str, str]) -> Iterator[Value]:
    for rule in scheme.points:
        typed = form.get(f"points-{rule.code}", str(rule.points)).strip()
        if not (typed.isascii() and typed.isdigit() and 0 < int(typed) < 100_000):
            errors[f"points-{rule.code}"] = "要写大于 0 的数字"
        elif int(typed) != rule.points:
            yield Value(("points", rule.code, "points"), int(typed))


def _channels(scheme: Scheme, form: Form, errors: dict[str, str]) -> Iterator[Value]:
    for channel in scheme.channels:
        if form.get(f"drop-{channel.code}"):
            yield Value(("channels", channel.code), {"remove": True})
            continue
        for key in ("name", "note"):
            typed = form.get(f"{key}-{channel.code}", getattr(channel, key)).strip()
            if key == "name" and not typed:
                errors[f"name-{channel.code}"] = "名称要填"
            elif typed != getattr(channel, key):
                yield Value(("channels", channel.code, key), typed)
    yield from _new_channel(scheme, form, errors)


def _new_channel(scheme: Scheme, form: Form, errors: dict[str, str]) -> Iterator[Value]:
    code, name = form.get("new-code", "").strip(), form.get("new-name", "").strip()
    if not code and not name:
        return
    if not _CODE.fullmatch(code) or code in {channel.code for channel in scheme.channels}:
        errors["new-code"] = "代号写没用过的小写英文字母，例如 box_two"
    if not name:
        errors["new-name"] = "名称要填"
    yield Value(("channels", code), {"name": name, "note": form.get("new-note", "").strip()})


def _staffed(scheme: Scheme, form: Form, errors: dict[str, str]) -> Iterator[Value]:
    hours: list[dict[str, time]] = []
    for number, line in enumerate(filter(str.strip, form.get("staffed", "").splitlines()), start=1):
        span = _span(line.replace("：", ":"))
        if span is None:
            errors["staffed"] = f"第 {number} 行写成 9:00-12:00 的样子，结束要比开始晚"
        else:
            hours.append({"opens": span[0], "closes": span[1]})
    if hours != [{"opens": one.opens, "closes": one.closes} for one in scheme.community.staffed]:
        yield Value(("community", "staffed"), hours)


def _span(line: str) -> tuple[time, time] | None:
    found = _HOURS.fullmatch(line)
    try:
        opens, closes = (time(int(found[at]), int(found[at + 1])) for at in (1, 3)) if found else (time(), time())
    except ValueError:
        return None
    return (opens, closes) if opens < closes else None


def _lights(scheme: Scheme, form: Form, errors: dict[str, str]) -> Iterator[Value]:
    for key in LIGHTS:
        typed = form.get(key, "").strip()
        if not (typed.isascii() and typed.isdigit() and int(typed) <= 100):
            errors[key] = "写 0 到 100 的百分数"
        elif int(typed) != percent(getattr(scheme.lights, key)):
            yield Value(("lights", key), int(typed) / 100)


def percent(share: float) -> int:
    return round(share * 100)


PARTS: dict[str, Callable[[Scheme, Form, dict[str, str]], Iterator[Any]]] = {
    "levels": _levels,
    "steps": _steps,
    "staffed": _staffed,
    "points": _points,
    "channels": _channels,
    "lights": _lights,
}
