"""People: accounts of volunteers and staff, the administrator's page."""

import secrets
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.changes import changes, note_change
from handling.people import add_user, set_active, set_password
from handling.scheme.words import ROLES
from hotline.current import current
from hotline.desk.access import acting_user, allowed, blueprint, me
from hotline.desk.changes import shown
from models import Role, User

# Without letters and digits that are taken for each other when somebody copies them from a slip of paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

AREA = "user"
NAMES = {
    "role": "身份",
    "active": "可以登录",
    "on_duty": "值班",
    "password": "密码",
    "tier": "级别",
    "station": "征集点",
    "unit": "单位",
}


@dataclass(frozen=True)
class NewPassword:
    name: str
    text: str


@blueprint.get("/users")
@allowed(Role.ADMINISTRATOR)
def users() -> str:
    return _page()


@blueprint.post("/users")
@allowed(Role.ADMINISTRATOR)
def add_person() -> str | tuple[str, int]:
    form, password = request.form, new_password()
    errors = {}
    with current().database.write() as session:
        username = form.get("username", "").strip()
        if form.get("role") not in set(Role):
            errors["role"] = "请选择身份"
        elif not username or not form.get("name", "").strip():
            errors["username"] = "姓名和用户名都要填"
        elif session.scalar(select(func.count()).where(User.username == username)):
            errors["username"] = "这个用户名已经有人用了"
        else:
            errors = _add(session, form, password)
    if errors:
        return _page(errors=errors, form=form), 422
    return _page(NewPassword(form["name"], password))


@blueprint.post("/users/<int:user_id>/password")
@allowed(Role.ADMINISTRATOR)
def reset_password(user_id: int) -> str:
    password = new_password()
    with current().database.write() as session:
        user = session.get(User, user_id) or abort(404)
        set_password(user, password)
        name = user.name
        note_user(session, user, {"password": "旧的"}, {"password": "新的"})
    return _page(NewPassword(name, password))


@blueprint.post("/users/<int:user_id>/active")
@allowed(Role.ADMINISTRATOR)
def switch_active(user_id: int) -> Response:
    # Whoever locks the own account could lock everybody out.
    if user_id == me().id:
        abort(400)
    with current().database.write() as session:
        user = session.get(User, user_id) or abort(404)
        before = values_of(user)
        set_active(user, not user.active)
        note_user(session, user, before, values_of(user))
        flash(f"{user.name}{'可以登录了' if user.active else '已停用，正在使用的登录也已结束'}。")
    return redirect(url_for("desk.users"))


@blueprint.post("/users/<int:user_id>/duty")
@allowed(Role.ADMINISTRATOR)
def switch_duty(user_id: int) -> Response:
    with current().database.write() as session:
        user = session.get(User, user_id) or abort(404)
        before = values_of(user)
        user.on_duty = not user.on_duty
        note_user(session, user, before, values_of(user))
        flash(f"{user.name}{'开始' if user.on_duty else '不再'}值班。")
    return redirect(url_for("desk.users"))


def new_password() -> str:
    """Twelve letters in threes, easy to copy: about 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(3)) for _ in range(4))


def _add(session: Session, form: Any, password: str) -> dict[str, str]:
    try:
        user = add_user(
            session,
            username=form["username"],
            name=form["name"],
            password=password,
            role=Role(form["role"]),
            tier=form.get("tier", ""),
            phone=form.get("phone", "").strip() or None,
            now=current().clock.now(),
        )
        session.flush()
        note_user(session, user, None, values_of(user))
    except ValueError as error:
        return {"phone": str(error)}
    return {}


def values_of(user: User) -> dict[str, Any]:
    """What a history says of a person."""
    return {
        "role": ROLES[user.role],
        "active": user.active,
        "on_duty": user.on_duty,
        "tier": user.tier,
        "station": user.station.name if user.station else "",
        "unit": user.unit.name if user.unit else "",
    }


def note_user(session: Session, user: User, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
    """Into the history of the people, by whoever is at the desk."""
    author, now = acting_user(session), current().clock.now()
    note_change(session, AREA, user.id, user.name, before=before, after=after, author=author, now=now)


def _page(password: NewPassword | None = None, *, errors: Any = (), form: Any = ()) -> str:
    with current().database.read() as session:
        rows = list(session.scalars(select(User).order_by(User.active.desc(), User.role, User.name)))
        history = [shown(change, NAMES) for change in changes(session, (AREA,))]
    page = {"users": rows, "history": history, "password": password}
    return render_template("desk/users.html", **page, errors=dict(errors), form=dict(form))
