"""Residents are known by their telephone number."""

import re
from datetime import datetime

import phonenumbers
from phonenumbers import PhoneNumberType
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Medium, Notice, NoticeState, Priority, Resident, ResidentPhone, find_or_add

# What Twilio sends in place of a withheld number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a
# keypad (twilio.com/docs, "What do the phone numbers +7378742833, +2562533, ... mean?").
WITHHELD = frozenset(("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"))
_E164 = re.compile(r"^\+[1-9]\d{7,14}$")
# As dialled inside China: a landline with its 0, a mobile. 106… is a sender of bulk SMS, not a telephone.
_NATIONAL = re.compile(r"^(?:0\d{9,11}|(?:86)?1[3-9]\d{9})$")
_NEVER_TEXTS = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
)


# In place of the number of a resident whose data were erased, with the row's id.
ERASED = "erased:"


def normal_number(phone: str) -> str | None:
    """E.164, or None for a withheld number, an alphabetic sender or a short code.

    Numbers without + are read as mainland China's, as a SIP trunk there delivers them."""
    plain = re.sub(r"[\s\-()]", "", phone)
    if _E164.match(plain):
        return None if plain in WITHHELD else plain
    if not _NATIONAL.match(plain):
        return None
    parsed = phonenumbers.parse(plain, "CN")
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def find_or_add_resident(session: Session, phone: str, now: datetime) -> Resident | None:
    """None when nobody can be known or rung by this number. Parallel callers get the same row; several numbers
    may belong to one resident."""
    number = normal_number(phone)
    if number is None:
        return None
    owner = owner_of(session, number)
    if owner is not None:
        return owner
    resident, _ = find_or_add(session, Resident, key="phone", value=number, created_at=now)
    return resident


def owner_of(session: Session, number: str) -> Resident | None:
    """Whose further number this is (`ResidentPhone`)."""
    owner = select(Resident).join(ResidentPhone, ResidentPhone.resident_id == Resident.id)
    return session.scalars(owner.where(ResidentPhone.phone == number)).one_or_none()


def mask(phone: str) -> str:
    """ "+8613800138000" -> "138****8000"; "+862886123456" -> "028****3456"; "" stays ""."""
    if phone.startswith(ERASED):
        return "已删除"
    national = phone
    if phone.startswith("+86"):
        mobile = re.match(r"^\+861\d{10}$", phone)
        national = phone[3:] if mobile else "0" + phone[3:]
    if len(national) < 8:
        return national[:2] + "*" * (len(national) - 2)
    return f"{national[:3]}****{national[-4:]}"


def number_takes_sms(phone: str) -> bool:
    """By the kind of the number; an unknown kind gets the benefit of the doubt."""
    try:
        parsed = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return True
    return phonenumbers.number_type(parsed) not in _NEVER_TEXTS


def can_receive_sms(resident: Resident) -> bool:
    """What a carrier reported wins over the kind of the number."""
    if resident.sms_capable is not None:
        return resident.sms_capable
    return number_takes_sms(resident.phone)


def opt_out(session: Session, resident: Resident, now: datetime) -> bool:
    """No SMS from now on, waiting ones included. False when that was so already."""
    if resident.opted_out_at is not None:
        return False
    resident.opted_out_at = now
    session.execute(
        update(Notice)
        .where(
            Notice.resident_id == resident.id,
            Notice.state == NoticeState.QUEUED,
            Notice.medium == Medium.SMS,
            Notice.priority != Priority.EMERGENCY,
        )
        .values(state=NoticeState.CANCELLED, finished_at=now)
    )
    return True


def opt_in(resident: Resident) -> bool:
    """False when there was nothing to restore."""
    if resident.opted_out_at is None:
        return False
    resident.opted_out_at = None
    return True
