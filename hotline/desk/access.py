"""Who is at the desk, what each role may open, and the note of every look at personal data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Blueprint, abort, request
from flask.blueprints import BlueprintSetupState
from flask_login import LoginManager, UserMixin, current_user, login_required
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handling.deeds import LEADERS as LEADERS
from hotline.current import current
from models import AccessEntry, Alarm, Database, Role, Suggestion, SuggestionState, User

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

REVIEWERS = (Role.VOLUNTEER, *LEADERS)
STAFF = (Role.HANDLER, *LEADERS)
EVERYBODY = tuple(Role)

# A player asks for one recording in many portions: that is one look.
SAME_LOOK = timedelta(minutes=10)

LARGEST_KEY = 2**31 - 1

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Person(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """The user of this session. The cookie carries the id and the session's version: raising the version
    in the database ends all sessions."""

    id: int
    username: str
    name: str
    role: Role
    session_version: int
    on_duty: bool = False
    # 一键呼叫 that wait for somebody, when this page was asked for.
    alarms: int = 0

    def get_id(self) -> str:
        return f"{self.id}.{self.session_version}"


def me() -> Person:
    return cast(Person, current_user)


def allowed(*roles: Role) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer]]:
    """Only these roles may open the view; others get the 403 page, strangers the login."""

    def guard(view: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
        @wraps(view)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            if me().role not in roles:
                abort(403)
            return view(*args, **kwargs)

        return cast(Callable[Arguments, Answer], login_required(guarded))

    return guard


def person(user: User, alarms: int = 0) -> Person:
    return Person(user.id, user.username, user.name, user.role, user.session_version, user.on_duty, alarms)


def acting_user(session: Session) -> User:
    """The row of the user of this session, for events and claims."""
    return session.get_one(User, me().id)


def may_help() -> bool:
    """Who is on duty or leads learns at once who calls for help, where to go and whom to ring."""
    return me().on_duty or me().role in LEADERS


def may_see_number(suggestion: Suggestion) -> bool:
    """Coordinators and administrators, and the handler of the case."""
    return me().role in LEADERS or suggestion.handler_id == me().id


def may_listen(suggestion: Suggestion | None) -> bool:
    """A handler to the own cases, a volunteer to what is to be reviewed."""
    if me().role in LEADERS:
        return True
    if suggestion is None:
        return False
    if me().role == Role.VOLUNTEER:
        return suggestion.state == SuggestionState.REVIEW
    return suggestion.handler_id == me().id


def read_id(value: str | None) -> int | None:
    """A key of a table; None for what is none."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None


def read_ids(values: Iterable[str]) -> list[int]:
    """Those that are keys of a table."""
    return [found for value in values if (found := read_id(value)) is not None]


def note_look(database: Database, action: str, subject: str, now: datetime) -> None:
    """One line in the access log for each look (PIPL article 51); portions of one look are one line."""
    seen = select(AccessEntry.id).where(
        AccessEntry.user_id == me().id,
        AccessEntry.action == action,
        AccessEntry.subject == subject,
        AccessEntry.at > now - SAME_LOOK,
    )
    with database.read() as session:
        if session.scalar(seen.limit(1)) is not None:
            return
    with database.write() as session:
        session.add(AccessEntry(at=now, user_id=me().id, action=action, subject=subject))


@blueprint.before_request
def refuse_what_no_database_holds() -> None:
    """PostgreSQL keeps no NUL in a text, and neither database a key of more than 31 bits."""
    if any("\0" in value for value in request.values.values()):
        abort(400)
    if any(isinstance(value, int) and value > LARGEST_KEY for value in (request.view_args or {}).values()):
        abort(404)


def _load_person(cookie: str) -> Person | None:
    user_id, _, version = cookie.partition(".")
    if not (user_id.isascii() and user_id.isdigit()):
        return None
    with current().database.read() as session:
        # In one statement, since every page asks it.
        running = select(func.count(Alarm.id)).where(Alarm.arrived_at.is_(None)).scalar_subquery()
        found = session.execute(select(User, running).where(User.id == int(user_id))).one_or_none()
        if found is None or not found[0].active or str(found[0].session_version) != version:
            return None
        return person(*found)


def _set_up_login(state: BlueprintSetupState) -> None:
    manager = LoginManager(state.app)
    manager.login_view = "desk.login"
    manager.login_message = None
    manager.user_loader(_load_person)


blueprint.record_once(_set_up_login)
