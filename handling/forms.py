"""The form of an action: what people typed becomes values, or Chinese messages beside the fields.

Money is typed in yuan and kept in integer fen."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import prod
from typing import Any

from sqlalchemy.orm import Session

from handling.calendar import closing_time, why_not_due
from handling.clock import SHANGHAI
from handling.scheme import Action, Field, Scheme
from models import Courtyard, Role, Suggestion, Unit, User

LONGEST = {"text": 200, "long_text": 5000}
LARGEST = 1_000_000_000
_MONEY = re.compile(r"^\d{1,9}(\.\d{1,2})?$")


class FormInvalid(Exception):
    """errors: field code -> what is wrong, in Chinese."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("；".join(errors.values()))
        self.errors = errors


@dataclass
class Filled:
    """values: what the history keeps (JSON; names of people and courtyards, ISO dates, fen).
    targets: what the case takes, as the column needs it."""

    values: dict[str, Any] = field(default_factory=dict)
    targets: dict[str, Any] = field(default_factory=dict)


def read_form(session: Session, scheme: Scheme, action: Action, form: Mapping[str, str], now: datetime) -> Filled:
    """Raises FormInvalid with a message for every field that is wrong."""
    filled = Filled()
    errors: dict[str, str] = {}
    for asked in action.fields:
        try:
            _read_field(session, scheme, asked, form, filled, now)
        except ValueError as error:
            errors[asked.code] = str(error)
    if errors:
        raise FormInvalid(errors)
    return filled


def known_values(case: Suggestion, action: Action, now: datetime) -> dict[str, str]:
    """What a form begins with: what the case already says, and today for the day of a meeting or a visit."""
    known = {
        "level": case.level,
        "handler": str(case.handler_id or ""),
        "unit": str(case.unit_id or ""),
        "courtyard": str(case.courtyard_id or ""),
        "feedback": case.feedback,
    }
    today = now.astimezone(SHANGHAI).date().isoformat()
    begun = {asked.code: today for asked in action.fields if asked.type == "date" and not asked.sets}
    return begun | {asked.code: known[asked.sets] for asked in action.fields if asked.sets in known}


def amounts_before(case: Suggestion, action: Action) -> dict[str, str]:
    """The amounts (in yuan) that an earlier form asked for by the same code: nobody types them twice."""
    said = {code: fen for event in case.events for code, fen in event.form.items() if isinstance(fen, int)}
    asked = [field.code for field in action.fields if field.type == "money" and field.code in said]
    return {code: f"{said[code] / 100:.2f}".removesuffix(".00") for code in asked}


def _read_field(
    session: Session, scheme: Scheme, asked: Field, form: Mapping[str, str], filled: Filled, now: datetime
) -> None:
    if asked.type == "product":
        factors = [filled.values.get(code) for code in asked.factors]
        known = [factor for factor in factors if factor is not None]
        filled.values[asked.code] = prod(known) if len(known) == len(factors) else None
        return
    typed = form.get(asked.code, "").strip()
    if not typed:
        if asked.required:
            raise ValueError(f"请填写{asked.name}")
        filled.values[asked.code] = None
        return
    value, target = _READERS[asked.type](session, scheme, asked, typed)
    limit = filled.values.get(asked.at_most)
    if limit is not None and value > limit:
        raise ValueError(f"{asked.name}不能多于{show_fen(limit) if asked.type == 'money' else limit}")
    if asked.sets == "due" and target < now:
        raise ValueError(f"{asked.name}不能是过去的日子")
    if asked.sets == "due" and (wrong := why_not_due(session, target)):
        raise ValueError(wrong)
    filled.values[asked.code] = value
    if asked.sets:
        filled.targets[asked.sets] = target


def _read_text(_session: Session, _scheme: Scheme, asked: Field, typed: str) -> tuple[str, str]:
    text = typed if asked.type == "long_text" else " ".join(typed.split())
    if len(text) > LONGEST[asked.type]:
        raise ValueError(f"{asked.name}最多{LONGEST[asked.type]}字")
    return text, text


def _read_integer(_session: Session, _scheme: Scheme, asked: Field, typed: str) -> tuple[int, int]:
    plain = _plain_number(typed)
    if not plain.isdecimal() or int(plain) > LARGEST:
        raise ValueError(f"{asked.name}要写整数")
    if int(plain) < asked.minimum:
        raise ValueError(f"{asked.name}不能少于{asked.minimum}")
    return int(plain), int(plain)


def _read_money(_session: Session, _scheme: Scheme, asked: Field, typed: str) -> tuple[int, int]:
    fen = fen_of(typed, asked.name)
    return fen, fen


def fen_of(typed: str, name: str = "金额") -> int:
    """ "1,920元" -> 192000. ValueError in Chinese when it is no amount."""
    plain = _plain_number(typed).strip("元¥￥")
    if not _MONEY.match(plain):
        raise ValueError(f"{name}要写成40或40.50的样子")
    yuan, _, cents = plain.partition(".")
    return int(yuan) * 100 + int(cents.ljust(2, "0"))


def _read_date(_session: Session, _scheme: Scheme, asked: Field, typed: str) -> tuple[str, datetime]:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise ValueError(f"{asked.name}要写成2026-03-09的样子") from None
    return day.isoformat(), closing_time(day)


def _read_choice(_session: Session, _scheme: Scheme, asked: Field, typed: str) -> tuple[str, str]:
    if typed not in asked.choices:
        raise ValueError(f"{asked.name}请从列表里选")
    return typed, typed


def _read_level(_session: Session, scheme: Scheme, asked: Field, typed: str) -> tuple[str, str]:
    if typed not in {level.code for level in scheme.levels}:
        raise ValueError(f"{asked.name}请从列表里选")
    return typed, typed


def _read_handler(session: Session, _scheme: Scheme, asked: Field, typed: str) -> tuple[str, User]:
    user = session.get(User, int(typed)) if typed.isdecimal() and len(typed) < 10 else None
    if user is None or not user.active or user.role is Role.VOLUNTEER:
        raise ValueError(f"{asked.name}请从列表里选")
    return user.name, user


def _read_courtyard(session: Session, _scheme: Scheme, asked: Field, typed: str) -> tuple[str, Courtyard]:
    courtyard = session.get(Courtyard, int(typed)) if typed.isdecimal() and len(typed) < 10 else None
    if courtyard is None:
        raise ValueError(f"{asked.name}请从列表里选")
    return courtyard.name, courtyard


def _read_unit(session: Session, _scheme: Scheme, asked: Field, typed: str) -> tuple[str, Unit]:
    unit = session.get(Unit, int(typed)) if typed.isdecimal() and len(typed) < 10 else None
    if unit is None or not unit.active:
        raise ValueError(f"{asked.name}请从列表里选")
    return unit.name, unit


_READERS: dict[str, Any] = {
    "text": _read_text,
    "long_text": _read_text,
    "integer": _read_integer,
    "money": _read_money,
    "date": _read_date,
    "choice": _read_choice,
    "level": _read_level,
    "handler": _read_handler,
    "courtyard": _read_courtyard,
    "unit": _read_unit,
}


def _plain_number(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).replace(",", "").replace(" ", "")


def show_value(action: Action, code: str, value: Any) -> str:
    """A value of the history for people: 192000 fen -> "1,920元", "2026-03-09" -> "3月9日", None -> ""."""
    asked = next((f for f in action.fields if f.code == code), None)
    if value is None:
        return ""
    if asked is not None and _is_money(action, asked):
        return show_fen(value)
    if asked is not None and asked.type == "date":
        day = date.fromisoformat(value)
        return f"{day.month}月{day.day}日"
    return str(value)


def _is_money(action: Action, asked: Field) -> bool:
    factors = [f for f in action.fields if f.code in asked.factors]
    return asked.type == "money" or any(factor.type == "money" for factor in factors)


def show_fen(fen: int) -> str:
    """192000 -> "1,920元"; 4050 -> "40.50元"."""
    yuan, rest = divmod(fen, 100)
    return f"{yuan:,}.{rest:02d}元" if rest else f"{yuan:,}元"
