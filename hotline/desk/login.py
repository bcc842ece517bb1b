"""Login and logout."""

from typing import cast
from urllib.parse import urlsplit

from flask import Flask, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_user, logout_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from handling.people import verify_password
from hotline.current import current
from hotline.desk.access import EVERYBODY, Person, allowed, blueprint, me, person
from models import Role, User

# Failed attempts only: the first guards one account, the second an address that tries many.
PER_ACCOUNT = "5 per 5 minutes; 40 per day"
PER_ADDRESS = "60 per 5 minutes"

limiter = Limiter(key_func=get_remote_address)


def _account() -> str:
    return f"{get_remote_address()} {request.form.get('username', '').strip().lower()[:64]}"


def _failed(response: Response) -> bool:
    return response.status_code == 401


@blueprint.get("/")
@allowed(*EVERYBODY)
def home() -> Response:
    return redirect(url_for("desk.mine" if me().role == Role.HANDLER else "desk.queue"))


@blueprint.get("/login")
def login() -> str | Response:
    if current_user.is_authenticated:
        return redirect(url_for("desk.home"))
    return render_template("desk/login.html", username="", failed=False)


@blueprint.post("/login")
@limiter.limit(PER_ADDRESS, deduct_when=_failed)
@limiter.limit(PER_ACCOUNT, key_func=_account, deduct_when=_failed)
def try_login() -> Response | tuple[str, int]:
    username = request.form.get("username", "").strip()
    found = _find(username, request.form.get("password", ""))
    if found is None:
        return render_template("desk/login.html", username=username, failed=True), 401
    session.clear()
    session.permanent = True
    login_user(found)
    return redirect(_next_page())


@blueprint.post("/logout")
@allowed(*EVERYBODY)
def logout() -> Response:
    logout_user()
    session.clear()
    return redirect(url_for("desk.login"))


def _find(username: str, password: str) -> Person | None:
    with current().database.read() as database:
        user = database.scalar(select(User).where(User.username == username, User.active.is_(True)))
    # A stranger's name costs the same time as a wrong password: the answer must not tell which names exist.
    right = verify_password(user, password)
    return person(user) if user is not None and right else None


def _next_page() -> str:
    """Where the login was asked for, if that is a page of the desk."""
    wanted = urlsplit(request.args.get("next", ""))
    if wanted.scheme or wanted.netloc or not wanted.path.startswith("/desk/"):
        return url_for("desk.home")
    return wanted.path + (f"?{wanted.query}" if wanted.query else "")


def _set_up_limiter(state: BlueprintSetupState) -> None:
    # Several web machines count together in Redis; one machine in its own memory.
    broker: str = state.app.extensions["hotline"].settings.broker_url
    state.app.config["RATELIMIT_STORAGE_URI"] = broker if broker.startswith("redis") else "memory://"
    # Redis away: this machine counts alone, and nobody is locked out.
    state.app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    limiter.init_app(cast(Flask, state.app))


blueprint.record_once(_set_up_limiter)
