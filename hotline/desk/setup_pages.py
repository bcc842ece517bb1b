"""开通步骤: a community is set up in ten minutes. The first page makes the administrator's account, under an
address that `hotline serve` prints and that works once; the others can be skipped and come back to."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from flask import abort, current_app, redirect, render_template, request, session, url_for
from flask_login import login_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.people import add_user
from handling.scheme import Scheme, SchemeError, bundled_schemes, load_scheme
from handling.scheme.editions import edition_in_force
from hotline.current import current
from hotline.desk.access import allowed, blueprint, person
from hotline.desk.users import new_password, note_user, values_of
from hotline.first_start import (
    OwnCommunity,
    exchange_community,
    has_users,
    is_token,
    missing_settings,
    own_community,
    use_up_token,
    write_own_community,
)
from hotline.settings import OWN_SCHEME, names_a_scheme
from hotline.telephony.prompts import new_caller
from models import Call, Role, Text, User

STEPS = {
    "community": "社区名称",
    "scheme": "办理流程",
    "carrier": "热线号码",
    "people": "人员",
    "hours": "值守时间",
    "prompts": "话音",
    "test": "试打一次",
    "done": "看看还差什么",
}
PEOPLE_ROWS = 6
HOURS_ROWS = 3
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

Answer = str | tuple[str, int] | Response


@dataclass(frozen=True)
class Account:
    """A new account, shown once."""

    name: str
    username: str
    password: str


@blueprint.get("/setup/first/<token>")
def first_account(token: str) -> Answer:
    if _begun():
        return redirect(url_for("desk.login"))
    if not is_token(current().settings.home, token):
        abort(404)
    return _first_page({})


@blueprint.post("/setup/first/<token>")
def make_first_account(token: str) -> Answer:
    hotline, form = current(), request.form
    if _begun():
        return redirect(url_for("desk.login"))
    if not is_token(hotline.settings.home, token):
        abort(404)
    if form.get("password") != form.get("again"):
        return _first_page({"again": "两次写的密码不一样"}), 422
    try:
        with hotline.database.write() as database:
            user = _add(database, form, form.get("password", ""), Role.ADMINISTRATOR)
            # Two people with the address: who takes the token away first has the account.
            if not use_up_token(hotline.settings.home):
                database.rollback()
                return redirect(url_for("desk.login"))
    except ValueError as error:
        return _first_page({"password": _chinese(error)}), 422
    session.clear()
    session.permanent = True
    login_user(person(user))
    return redirect(url_for("desk.setup", step="community"))


def _first_page(errors: dict[str, str]) -> str:
    return render_template("desk/setup_first.html", errors=errors, form=request.form)


@blueprint.get("/setup")
@blueprint.get(f"/setup/<any({', '.join(STEPS)}):step>")
@allowed(Role.ADMINISTRATOR)
def setup(step: str = "done") -> Answer:
    return _page(step)


@blueprint.post("/setup/community")
@allowed(Role.ADMINISTRATOR)
def save_community() -> Answer:
    name, signature = request.form.get("name", "").strip(), request.form.get("signature", "").strip(" 【】[]")
    errors = {}
    if not 2 <= len(name) <= 30:
        errors["name"] = "社区名称写 2 到 30 个字"
    if not 1 <= len(signature) <= 12:
        errors["signature"] = "短信签名写 1 到 12 个字"
    if not errors and not _save(replace(_own(), name=name, signature=f"【{signature}】")):
        errors["signature"] = "签名太长，短信里放不下正文了，请短一些"
    return _next("community", errors)


@blueprint.post("/setup/scheme")
@allowed(Role.ADMINISTRATOR)
def save_scheme() -> Answer:
    base = request.form.get("base", "")
    errors = {}
    if base not in bundled_schemes():
        errors["base"] = "请选一种"
    elif not _save(replace(_own(), base=base)):
        errors["base"] = "这种流程放不下您的短信签名，请先把签名写短一些"
    return _next("scheme", errors)


@blueprint.post("/setup/hours")
@allowed(Role.ADMINISTRATOR)
def save_hours() -> Answer:
    form = request.form
    rows = list(zip(form.getlist("opens"), form.getlist("closes"), strict=False))
    staffed = tuple(sorted((opens, closes) for opens, closes in rows if opens or closes))
    errors = {}
    if not all(_TIME.fullmatch(opens) and _TIME.fullmatch(closes) and opens < closes for opens, closes in staffed):
        errors["opens"] = "时间写成 09:00 的样子，结束要比开始晚"
    elif any(later[0] < earlier[1] for earlier, later in pairwise(staffed)):
        errors["opens"] = "几段时间重叠了"
    elif not _save(replace(_own(), staffed=staffed)):
        errors["opens"] = "没有存下，请检查时间"
    return _next("hours", errors)


@blueprint.post("/setup/people")
@allowed(Role.ADMINISTRATOR)
def add_people() -> Answer:
    """Each row for itself: the good ones are added, the others come back with what is wrong."""
    made: list[Account] = []
    left: list[dict[str, str]] = []
    columns = [request.form.getlist(name) for name in ("name", "username", "role", "tier", "phone")]
    for values in zip(*columns, strict=False):
        row = dict(zip(("name", "username", "role", "tier", "phone"), values, strict=True))
        if not row["name"].strip() and not row["username"].strip():
            continue
        password = new_password()
        try:
            with current().database.write() as database:
                user = _add(database, row, password, Role(row["role"]))
                note_user(database, user, None, values_of(user))
                made.append(Account(user.name, user.username, password))
        except ValueError as error:
            left.append({**row, "wrong": _chinese(error)})
    if left or made:
        return _page("people", made=made, rows=left), 422 if left else 200
    return _next("people", {})


def _add(database: Session, row: Any, password: str, role: Role) -> User:
    """ValueError in Chinese (after English) for what is wrong with it."""
    username = row.get("username", "").strip()
    if database.scalar(select(func.count()).where(User.username == username)):
        raise ValueError("这个用户名已经有人用了")
    return add_user(
        database,
        username=username,
        name=row.get("name", ""),
        password=password,
        role=role,
        tier=row.get("tier", "") if role is Role.HANDLER else "",
        phone=_mobile(row.get("phone", "")),
        now=current().clock.now(),
    )


def _mobile(typed: str) -> str | None:
    """As people write it: 138 0013 8000."""
    plain = re.sub(r"[\s-]", "", typed)
    return f"+86{plain}" if re.fullmatch(r"1\d{10}", plain) else plain or None


def _chinese(error: ValueError) -> str:
    """Messages that are also shown in the terminal say it in English first."""
    found = re.search(r"[\u4e00-\u9fff].*", str(error))
    return found[0] if found else "没有填对"


def _own() -> OwnCommunity:
    """As the file says, below what was edited on the desk."""
    return own_community(load_scheme(current().settings.scheme))


def _save(own: OwnCommunity) -> bool:
    """Write it and use it at once; False when it does not fit together. The worker notices the new file itself."""
    hotline = current()
    if not _may_write():
        abort(409, "办理流程由设置 HOTLINE_SCHEME 指定，或者已经在工作台上改过，请在那里改。")
    try:
        scheme = write_own_community(hotline.settings.home, own)
    except SchemeError:
        return False
    with hotline.database.write() as database:
        exchange_community(database, scheme)
    settings = hotline.settings.model_copy(update={"scheme": str(hotline.settings.home / OWN_SCHEME)})
    current_app.extensions["hotline"] = replace(hotline, settings=settings, scheme=scheme)
    return True


def _may_write() -> bool:
    """Not over what an operator names, nor below what was edited on the desk since, where it would not be seen."""
    with current().database.read() as database:
        edition = edition_in_force(database)
    edited = edition is not None and bool(edition.text)
    return bool(_own().base) and not edited and not names_a_scheme() and not current().settings.demo


def _next(step: str, errors: dict[str, str]) -> Answer:
    if errors:
        return _page(step, errors=errors), 422
    following = list(STEPS)[list(STEPS).index(step) + 1]
    return redirect(url_for("desk.setup", step=following))


def _page(step: str, **more: Any) -> str:
    hotline = current()
    with hotline.database.read() as database:
        roles = set(database.scalars(select(User.role).where(User.active.is_(True))))
        people = database.scalar(select(func.count(User.id)).where(User.active.is_(True)))
        came = (_last(database, Call.started_at), _last(database, Text.received_at))
    heard = max(filter(None, came), default=None)
    checks = missing_settings(hotline.settings)
    written = (hotline.settings.home / OWN_SCHEME).is_file() or not _may_write()
    ready = {
        "community": written,
        "scheme": written,
        "carrier": all(there for _, _, there in checks),
        "people": {Role.VOLUNTEER, Role.HANDLER} <= roles,
        "hours": bool(hotline.scheme.community.staffed),
        "prompts": True,  # the bundled ones serve until the community records its own
        "test": heard is not None,
    }
    return render_template(
        "desk/setup.html",
        step=step,
        steps=STEPS,
        following=list(STEPS)[min(list(STEPS).index(step) + 1, len(STEPS) - 1)],
        ready=ready,
        checks=checks,
        own=_own(),
        may_write=_may_write(),
        choices=_choices() if step == "scheme" else [],
        heard=heard,
        settings=hotline.settings,
        prompts=hotline.prompts,
        heard_first=new_caller(),
        count=people,
        form=request.form,
        **{"errors": {}, "made": [], "rows": [], **more},
        people_rows=PEOPLE_ROWS,
        hours_rows=HOURS_ROWS,
    )


def _choices() -> list[tuple[str, Scheme]]:
    return [(name, load_scheme(name)) for name in bundled_schemes()]


def _last(database: Session, column: Any) -> datetime | None:
    found: datetime | None = database.scalar(select(func.max(column)))
    return found


def _begun() -> bool:
    with current().database.read() as database:
        return has_users(database)
