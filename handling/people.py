"""Accounts of volunteers and staff."""

import secrets
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from handling.residents import normal_number
from models import Role, Station, User

# The length that NIST SP 800-63B asks for where a password is the only factor is 15; 8 is its floor.
SHORTEST_PASSWORD = 8
_HASHER = PasswordHasher()


def add_user(
    session: Session,
    *,
    username: str,
    name: str,
    password: str,
    role: Role,
    now: datetime,
    tier: str = "",
    phone: str | None = None,
    on_duty: bool = False,
    station: Station | None = None,
) -> User:
    """ValueError for a weak password, an empty name or an impossible telephone number."""
    if not username.strip() or not name.strip():
        raise ValueError("username and name must not be empty 用户名和姓名不能为空")
    number = normal_number(phone) if phone else None
    if phone and number is None:
        raise ValueError(f"{phone} is no telephone number 电话号码不对，要写成 +86138… 的样子")
    user = User(
        username=username.strip(),
        name=name.strip(),
        password_hash=hash_password(password),
        role=role,
        tier=tier,
        phone=number,
        on_duty=on_duty,
        station=station,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def hash_password(password: str) -> str:
    """argon2id. ValueError when it is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password has at least {SHORTEST_PASSWORD} characters 密码至少{SHORTEST_PASSWORD}位")
    return _HASHER.hash(password)


def set_password(user: User, password: str) -> None:
    """Also ends every session of this user."""
    user.password_hash = hash_password(password)
    user.session_version += 1


def set_active(user: User, active: bool) -> None:
    """Lock or unlock an account; a lock ends its sessions."""
    if user.active and not active:
        user.session_version += 1
    user.active = active


def verify_password(user: User | None, password: str) -> bool:
    """False for an unknown or locked user too, after the same time: nobody learns which names exist."""
    stored = user.password_hash if user is not None else _nobody()
    try:
        _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return user is not None and user.active


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_hex())
