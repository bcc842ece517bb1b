"""智囊团: the directory with its gaps, and an expert's card."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.clock import SHANGHAI
from handling.experts import EXPERT_KINDS, absence, coverage, directory, open_requests
from handling.queries import courtyards
from handling.residents import normal_number
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, allowed, blueprint, me, note_look
from hotline.desk.proposals import domain_names
from models import Expert, ExpertConflict, ExpertKind, Unit

MOST_FIELDS = 12
LONGEST_FIELD = 20
Answer = str | tuple[str, int] | Response


@dataclass(frozen=True)
class Card:
    """What the form of an expert says, checked. conflicts: ("courtyard" or "unit", id)."""

    name: str
    phone: str | None
    organisation: str
    kind: ExpertKind
    fields: list[str]
    active: bool
    away_until: date | None
    conflicts: list[tuple[str, int]]


@blueprint.get("/experts")
@allowed(*STAFF)
def experts() -> str:
    return _page({}, {})


@blueprint.post("/experts")
@allowed(*LEADERS)
def add_expert() -> Answer:
    card, errors = read_card(request.form)
    if card is None:
        return _page(request.form, errors), 422
    with current().database.write() as session:
        expert = Expert(created_at=current().clock.now())
        session.add(expert)
        _fill(session, expert, card)
    flash(f"{card.name}加进了智囊团。")
    return redirect(url_for("desk.experts"))


@blueprint.get("/experts/<int:expert_id>")
@allowed(*LEADERS)
def expert_card(expert_id: int) -> Answer:
    note_look(current().database, "view", f"expert:{expert_id}", current().clock.now())
    return _card(expert_id, None, {})


@blueprint.post("/experts/<int:expert_id>")
@allowed(*LEADERS)
def save_expert(expert_id: int) -> Answer:
    card, errors = read_card(request.form)
    if card is None:
        return _card(expert_id, request.form, errors), 422
    with current().database.write() as session:
        expert = session.get(Expert, expert_id, with_for_update=True) or abort(404)
        _fill(session, expert, card)
    flash(f"{card.name}的资料改好了。")
    return redirect(url_for("desk.experts"))


def read_card(form: Mapping[str, str]) -> tuple[Card | None, dict[str, str]]:
    """The card, or None with what is wrong, by field."""
    errors: dict[str, str] = {}
    name, phone = form.get("name", "").strip(), form.get("phone", "").strip()
    fields = [part.strip()[:LONGEST_FIELD] for part in _parts(form.get("fields", "")) if part.strip()]
    away = form.get("away_until", "").strip()
    if not name:
        errors["name"] = "请填写姓名"
    if phone and normal_number(phone) is None:
        errors["phone"] = "这不像电话号码"
    if not fields or len(fields) > MOST_FIELDS:
        errors["fields"] = f"请写1到{MOST_FIELDS}个领域"
    if form.get("kind") not in set(ExpertKind):
        errors["kind"] = "请选一种"
    try:
        until = date.fromisoformat(away) if away else None
    except ValueError:
        errors["away_until"] = "请选一个日期"
    if errors:
        return None, errors
    return Card(
        name=name[:64],
        phone=normal_number(phone) if phone else None,
        organisation=form.get("organisation", "").strip()[:120],
        kind=ExpertKind(form["kind"]),
        fields=list(dict.fromkeys(fields)),
        active=form.get("active", "1") == "1",
        away_until=until,
        conflicts=_conflicts(form),
    ), {}


def _parts(text: str) -> list[str]:
    for mark in "，；;\n\t 　":
        text = text.replace(mark, "、")
    return text.replace(",", "、").split("、")


def _conflicts(form: Mapping[str, str]) -> list[tuple[str, int]]:
    """From the names of the ticked boxes: "conflict-courtyard-3"."""
    found = []
    for name in form:
        kind, _, number = name.removeprefix("conflict-").partition("-")
        if name.startswith("conflict-") and kind in ("courtyard", "unit") and number.isdecimal():
            found.append((kind, int(number[:9])))
    return found


def _fill(session: Session, expert: Expert, card: Card) -> None:
    for name in ("name", "phone", "organisation", "kind", "fields", "active", "away_until"):
        setattr(expert, name, getattr(card, name))
    places = {place.id for place in courtyards(session)}
    units = set(session.scalars(select(Unit.id)))
    expert.conflicts.clear()
    session.flush()
    for kind, key in card.conflicts:
        if kind == "courtyard" and key in places:
            expert.conflicts.append(ExpertConflict(courtyard_id=key))
        elif kind == "unit" and key in units:
            expert.conflicts.append(ExpertConflict(unit_id=key))


def wanted_fields() -> list[str]:
    """The domains of the community, but the one for whatever is left; and what the scheme looks for besides."""
    return [*(name for name in domain_names() if name != "其他"), *current().scheme.experts.wanted]


def _page(form: Mapping[str, str], errors: Mapping[str, str]) -> str:
    hotline = current()
    today = hotline.clock.now().astimezone(SHANGHAI).date()
    with hotline.database.read() as session:
        everybody = directory(session)
        page: dict[str, Any] = {
            "experts": everybody,
            "coverage": coverage(wanted_fields(), everybody, today),
            "waiting": open_requests(session),
            "absence": lambda expert: absence(expert, today),
            **_choices(session),
        }
    return render_template(
        "desk/experts.html",
        **page,
        form=form,
        errors=errors,
        may_edit=me().role in LEADERS,
        wanted=wanted_fields(),
    )


def _card(expert_id: int, form: Mapping[str, str] | None, errors: Mapping[str, str]) -> str:
    with current().database.read() as session:
        expert = session.get(Expert, expert_id) or abort(404)
        known = {
            "name": expert.name,
            "phone": expert.phone or "",
            "organisation": expert.organisation,
            "kind": expert.kind.value,
            "fields": "、".join(expert.fields),
            "active": "1" if expert.active else "0",
            "away_until": expert.away_until.isoformat() if expert.away_until else "",
        }
        known |= {f"conflict-courtyard-{c.courtyard_id}": "1" for c in expert.conflicts if c.courtyard_id}
        known |= {f"conflict-unit-{c.unit_id}": "1" for c in expert.conflicts if c.unit_id}
        page = _choices(session)
    return render_template(
        "desk/expert.html",
        expert=expert,
        **page,
        form=known if form is None else form,
        errors=errors,
        wanted=wanted_fields(),
    )


def _choices(session: Session) -> dict[str, Any]:
    units = session.scalars(select(Unit).where(Unit.active.is_(True)).order_by(Unit.name))
    return {"kinds": EXPERT_KINDS, "courtyards": courtyards(session), "units": list(units)}
