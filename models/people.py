"""Residents, staff, stations and courtyards."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class Role(enum.StrEnum):
    VOLUNTEER = "volunteer"  # 志愿者
    HANDLER = "handler"  # 办理人
    COORDINATOR = "coordinator"  # 统筹员
    ADMINISTRATOR = "administrator"  # 管理员


class Station(Base):
    """A point of the collection network (征集点): main station, grid station, mobile point."""

    __tablename__ = "station"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    tier: Mapped[str] = mapped_column(String(24))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    parent: Mapped["Station | None"] = relationship(remote_side=[id])
    active: Mapped[bool] = mapped_column(default=True)


class Unit(Base):
    """单位: a department, property company or partner that handles or helps, and whose work is assessed."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    # The scheme's word: department, property, partner.
    kind: Mapped[str] = mapped_column(String(24), default="")
    phone: Mapped[str | None] = mapped_column(String(24))
    active: Mapped[bool] = mapped_column(default=True)


class Courtyard(Base):
    """院落; `aliases` are the other names that residents use for it. A retired one stays for its cases, and is
    neither offered nor found any more."""

    __tablename__ = "courtyard"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    aliases: Mapped[list[str]] = mapped_column(default=list)
    households: Mapped[int | None]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    station: Mapped[Station | None] = relationship()
    active: Mapped[bool] = mapped_column(default=True)


class User(Base):
    """A volunteer or a member of staff; `tier` is the scheme's word for a handler's rank."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role]
    tier: Mapped[str] = mapped_column(String(24), default="")
    phone: Mapped[str | None] = mapped_column(String(24))
    on_duty: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    # Raised at a password change or a lock, which ends every session of this user.
    session_version: Mapped[int] = mapped_column(default=1)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    station: Mapped[Station | None] = relationship()
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    unit: Mapped[Unit | None] = relationship()
    created_at: Mapped[datetime]


class Resident(Base):
    """Known by the number only; the name is kept when the resident gives it."""

    __tablename__ = "resident"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(String(24), unique=True)
    name: Mapped[str | None] = mapped_column(String(64))
    courtyard_id: Mapped[int | None] = mapped_column(ForeignKey("courtyard.id"))
    courtyard: Mapped[Courtyard | None] = relationship()
    # None: decide by the number's kind; set when a carrier reports otherwise (21614, 30006, ...).
    sms_capable: Mapped[bool | None]
    opted_out_at: Mapped[datetime | None]
    # Building, unit, door: where help has to go.
    address: Mapped[str] = mapped_column(String(120), default="")
    # 四川话 or 普通话; empty while nobody knows.
    language: Mapped[str] = mapped_column(String(24), default="")
    # 独居, 高龄, ...: the scheme's words; only for those who look after the resident.
    care: Mapped[list[str]] = mapped_column(default=list)
    care_note: Mapped[str] = mapped_column(String(400), default="")
    # How they want to be told ("sms", "call", "person"; empty: what works), and between which hours ("09:00").
    reach_by: Mapped[str] = mapped_column(String(24), default="")
    reach_from: Mapped[str] = mapped_column(String(5), default="")
    reach_until: Mapped[str] = mapped_column(String(5), default="")
    # 忘记我: they asked for their data to be deleted, and it was.
    erasure_asked_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
