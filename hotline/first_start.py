"""The first start of a home: who may set it up, and the community's own scheme file that the setup pages write.

Nothing secret is kept here: the carrier's account and token stay in the environment or in `hotline.toml`."""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from handling.community import set_up_community
from handling.scheme import Scheme, bundled_schemes, load_scheme, read_scheme
from hotline.settings import OWN_SCHEME, Settings
from models import Courtyard, Resident, Station, Suggestion, User

TOKEN_FILE = "setup_token"  # noqa: S105 (the file's name)
# "09:00", "12:00"
Hours = tuple[str, str]


@dataclass(frozen=True)
class OwnCommunity:
    """What the setup pages decide: a bundled scheme (`base`), and what is the community's own in it."""

    base: str
    name: str
    signature: str
    staffed: tuple[Hours, ...]


def has_users(session: Session) -> bool:
    return session.scalar(select(User.id).limit(1)) is not None


def setup_token(home: Path) -> str:
    """The token of the one-time address; the same until an account exists. Readable by us alone."""
    path = home / TOKEN_FILE
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(0o600)
        draft.write_text(secrets.token_urlsafe(24))
        draft.replace(path)
    return path.read_text()


def is_token(home: Path, token: str) -> bool:
    try:
        return compare_digest((home / TOKEN_FILE).read_text().encode(), token.encode())
    except FileNotFoundError:
        return False


def use_up_token(home: Path) -> bool:
    """False when somebody else was quicker: a file is removed once."""
    try:
        (home / TOKEN_FILE).unlink()
    except FileNotFoundError:
        return False
    return True


def own_community(scheme: Scheme) -> OwnCommunity:
    """As the scheme in force has it."""
    base = next((name for name in (scheme.extends, scheme.name) if name in bundled_schemes()), "")
    hours = tuple((f"{h.opens:%H:%M}", f"{h.closes:%H:%M}") for h in scheme.community.staffed)
    return OwnCommunity(base, scheme.community.name, scheme.community.signature, hours)


def write_own_community(home: Path, own: OwnCommunity) -> Scheme:
    """Write the scheme file and give what it says. SchemeError, and nothing written, when it does not fit
    together: a signature that is too long leaves no room for the words of an SMS."""
    path = home / OWN_SCHEME
    text = _toml(own)
    scheme = read_scheme(text, path)
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return scheme


def _toml(own: OwnCommunity) -> str:
    lines = [
        "# Written by the setup pages of the desk (开通步骤); they write it anew each time.",
        f"name = {_quoted(f'{own.base}-own')}",
        f"title = {_quoted(load_scheme(own.base).title)}",
        f"extends = {_quoted(own.base)}",
        "",
        "[community]",
        f"name = {_quoted(own.name)}",
        f"signature = {_quoted(own.signature)}",
        "staffed = [",
        *(f"  {{ opens = {opens}:00, closes = {closes}:00 }}," for opens, closes in own.staffed),
        "]",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A JSON string is a TOML string, but for DEL."""
    return json.dumps(text.replace("\x7f", ""), ensure_ascii=False)


def exchange_community(session: Session, scheme: Scheme) -> None:
    """Another scheme's stations and courtyards, while nothing belongs to the old ones; later only what is
    missing is added."""
    used = or_(
        select(Suggestion.id).exists(),
        select(Resident.id).where(Resident.courtyard_id.is_not(None)).exists(),
        select(User.id).where(User.station_id.is_not(None)).exists(),
    )
    if not session.scalar(select(used)):
        session.execute(delete(Courtyard))
        for station in _leaves_first(session.scalars(select(Station).order_by(Station.id.desc()))):
            session.delete(station)
            session.flush()
    set_up_community(session, scheme)


def _leaves_first(stations: Iterable[Station]) -> list[Station]:
    waiting, ordered = list(stations), []
    while waiting:
        parents = {station.parent_id for station in waiting}
        leaves = [station for station in waiting if station.id not in parents]
        ordered += leaves
        waiting = [station for station in waiting if station not in leaves]
    return ordered


def missing_settings(settings: Settings) -> list[tuple[str, str, bool]]:
    """What the telephone line needs: the setting, what it is in Chinese, whether it is there. Never its value."""
    return [
        ("TWILIO_NUMBER", "热线号码", bool(settings.twilio_number)),
        ("TWILIO_ACCOUNT_SID", "运营商账号", bool(settings.twilio_account_sid)),
        ("TWILIO_AUTH_TOKEN", "运营商令牌（核对来电是不是真的）", bool(settings.auth_tokens)),
        ("HOTLINE_PUBLIC_URL", "运营商能访问的网址（https 开头）", settings.public_url.startswith("https://")),
        ("HOTLINE_DUTY_PHONES", "紧急情况要通知的值班手机", bool(settings.duty_phones)),
    ]
