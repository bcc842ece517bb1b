"""One deed for many cases at once: each case through its own rules, as if its page were open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handling.calendar import closing_time
from handling.casework import take_action
from handling.clock import SHANGHAI
from handling.deeds import StaleCase, StepNotAllowed, check_leading
from handling.forms import FormInvalid, known_values
from handling.permission import actions_for
from handling.scheme import Scheme
from handling.story_release import NotReleased, put_back, take_off
from handling.wishes import ask_extension, decide_wish, open_wishes
from models import Notice, Suggestion, User

# As many as somebody still reads through in a preview.
MOST = 100
# The actions by which schemes give a case to somebody, or to somebody else.
GIVING = ("assign", "reassign")


@dataclass(frozen=True)
class Given:
    """What the form says for all: the new handler's id, an ISO day, the reason."""

    handler: str = ""
    due: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Outcome:
    """What the deed makes of one case. changes: (what, before, after) for people. told: so many notices go out.
    refused: why it is not done; then nothing has changed."""

    number: int
    text: str
    version: int
    changes: tuple[tuple[str, str, str], ...] = ()
    told: int = 0
    refused: str = ""


@dataclass(frozen=True)
class _Doing:
    session: Session
    scheme: Scheme
    case: Suggestion
    user: User
    given: Given
    now: datetime


def do_deed(
    session: Session,
    scheme: Scheme,
    number: int,
    user: User,
    deed: str,
    given: Given,
    *,
    now: datetime,
    version: int | None = None,
) -> Outcome:
    """Do it to one case. The caller commits, or rolls back what was only a preview or was refused.
    version: that of the preview on which the person decided."""
    case = session.scalars(select(Suggestion).where(Suggestion.number == number)).one_or_none()
    if case is None:
        return Outcome(number, "", 0, refused="没有这件事")
    text, before, told, shown = case.text, _shown(case), _told(session, case), case.version
    try:
        check_leading(user)
        if version is not None and version != case.version:
            raise StaleCase
        DEEDS[deed][1](_Doing(session, scheme, case, user, given, now))
        session.flush()
    except (FormInvalid, StepNotAllowed, StaleCase, NotReleased) as error:
        return Outcome(number, text, shown, refused=str(error))
    after = _shown(case)
    changes = tuple((name, before[name], after[name]) for name in after if before[name] != after[name])
    return Outcome(number, text, shown, changes, _told(session, case) - told)


def _assign(doing: _Doing) -> None:
    able = [a for a in actions_for(doing.scheme, doing.case, doing.user) if a.code in GIVING]
    if not able:
        raise StepNotAllowed("这一步不能交办，请打开这件事看看")
    known = known_values(doing.case, able[0], doing.now)
    form = {**known, "handler": doing.given.handler, "reason": doing.given.reason}
    take_action(doing.session, doing.scheme, doing.case, doing.user, able[0].code, form, now=doing.now)


def _extend(doing: _Doing) -> None:
    try:
        due = closing_time(date.fromisoformat(doing.given.due))
    except ValueError:
        raise FormInvalid({"due": "请选新的期限"}) from None
    ask_extension(doing.session, doing.case, doing.user, due=due, reason=doing.given.reason, now=doing.now)


def _grant(doing: _Doing) -> None:
    wishes = [wish for wish in open_wishes(doing.session, doing.case.id) if wish.due is not None]
    if not wishes:
        raise StepNotAllowed("没有人申请延期")
    for wish in wishes:
        decide_wish(doing.session, doing.scheme, wish, doing.user, granted=True, now=doing.now)


def _take_off(doing: _Doing) -> None:
    if doing.case.published_at is None:
        raise StepNotAllowed("现在没有公开")
    take_off(doing.session, doing.case, by=doing.user, now=doing.now)


def _put_back(doing: _Doing) -> None:
    if doing.case.published_at is not None:
        raise StepNotAllowed("已经公开着")
    put_back(doing.session, doing.case, by=doing.user, now=doing.now)


DEEDS: Mapping[str, tuple[str, Callable[[_Doing], None]]] = {
    "assign": ("交办给一个人", _assign),
    "extend": ("申请延期（由另一位统筹员批准）", _extend),
    "grant": ("批准已经申请的延期", _grant),
    "take_off": ("从公示栏撤下", _take_off),
    "put_back": ("放回公示栏", _put_back),
}


def _shown(case: Suggestion) -> dict[str, str]:
    """What may change, as people read it."""
    return {
        "责任人": case.handler.name if case.handler else "还没有",
        "步骤": case.step,
        "期限": f"{case.due.astimezone(SHANGHAI):%Y-%m-%d}" if case.due else "还没有",
        "公示栏": "公开" if case.published_at else "不公开",
        "延期申请": str(sum(event.kind == "extension_asked" for event in case.events)),
    }


def _told(session: Session, case: Suggestion) -> int:
    return session.scalar(select(func.count(Notice.id)).where(Notice.suggestion_id == case.id)) or 0
