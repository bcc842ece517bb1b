"""The demonstration's HOTLINE_HOME: settings made up once, people by role."""

import hashlib
import secrets
import tomllib
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from handling.clock import SystemClock
from handling.people import add_user
from handling.scheme import load_scheme
from hotline.settings import Settings, SettingsError, read_settings
from models import Database, Role, Station, User

# Numbers of the ranges that look like Chengdu's; nothing is ever rung.
HOTLINE_NUMBER = "+862885551234"
DUTY_PHONE = "+8613900000119"


class Person(NamedTuple):
    username: str
    name: str
    role: Role
    tier: str
    station: str
    phone: str | None = None


PEOPLE = (
    Person("volunteer", "张阿姨", Role.VOLUNTEER, "", "main"),
    Person("volunteer2", "周老师", Role.VOLUNTEER, "", "main"),
    Person("handler", "李网格", Role.HANDLER, "micro_grid", "mobile11", "+8613900000201"),
    Person("committee", "陈委员", Role.HANDLER, "committee", "main", "+8613900000202"),
    Person("coordinator", "王书记", Role.COORDINATOR, "secretary", "main", "+8613900000203"),
    Person("administrator", "赵管理", Role.ADMINISTRATOR, "", "main"),
)


def demo_settings(port: int) -> Settings:
    """Settings of the demonstration in HOTLINE_HOME. SettingsError when that holds a real community."""
    home = read_settings().home
    path = home / "demo.toml"
    if (home / "hotline.sqlite3").exists() and not path.exists():
        raise SettingsError(
            f"{home} holds a real community. Set HOTLINE_HOME to another folder for the demonstration. "
            "这里是正式数据,演示请换一个 HOTLINE_HOME。"
        )
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = f"http://127.0.0.1:{port}"
    kept = tomllib.loads(path.read_text()) if path.exists() else {}
    values = {
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_NUMBER": HOTLINE_NUMBER,
        "HOTLINE_DUTY_PHONES": DUTY_PHONE,
        **kept,
        "HOTLINE_PUBLIC_URL": url,
        "TWILIO_API_BASE": f"{url}/phone/carrier",
    }
    _write(path, "".join(f'{name} = "{value}"\n' for name, value in values.items()))
    return read_settings()


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".part")
    draft.touch(0o600)
    draft.write_text(text)
    draft.replace(path)


def password_of(settings: Settings, username: str) -> str:
    """Eight digits: easy to type, the same at every start, another on every machine."""
    digest = hashlib.sha256(f"{settings.auth_tokens[0]} {username}".encode()).hexdigest()
    return f"{int(digest, 16) % 10**8:08d}"


def add_people(settings: Settings, database: Database) -> None:
    ranks = {tier.code for tier in load_scheme(settings.scheme).tiers}
    with database.write() as session:
        for person in PEOPLE:
            if session.scalar(select(User.id).where(User.username == person.username)):
                continue
            add_user(
                session,
                username=person.username,
                name=person.name,
                password=password_of(settings, person.username),
                role=person.role,
                tier=person.tier if person.tier in ranks else "",
                phone=person.phone,
                station=session.scalar(select(Station).where(Station.code == person.station)),
                now=SystemClock().now(),
            )
