import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.notices import queue_notice
from handling.residents import (
    can_receive_sms,
    find_or_add_resident,
    mask,
    normal_number,
    number_takes_sms,
    opt_in,
    opt_out,
)
from handling.scheme import Scheme
from models import Notice, NoticeState, Priority, Resident
from tests.fakes.clock import FakeClock
from tests.handling.conftest import LANDLINE, MOBILE


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("+8613800138000", "+8613800138000"),
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("028-86123456", "+862886123456"),
        ("8613800138000", "+8613800138000"),
        ("+15005550006", "+15005550006"),
        ("+886912345678", "+886912345678"),
        ("", None),
        ("anonymous", None),
        ("+266696687", None),
        ("+7378742833", None),
        ("CHENGBEI", None),
        ("10086", None),
        ("1069012345", None),
        ("sip:zhang@example.org", None),
        ("😀", None),
    ],
)
def test_a_resident_has_a_number_that_can_be_rung(phone: str, number: str | None) -> None:
    assert normal_number(phone) == number


def test_the_same_number_is_the_same_resident(session: Session, clock: FakeClock) -> None:
    first = find_or_add_resident(session, MOBILE, clock.now())
    assert first is not None
    assert find_or_add_resident(session, "13800138000", clock.now()) is first
    assert find_or_add_resident(session, "+266696687", clock.now()) is None
    assert session.query(Resident).count() == 1


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+8613800138000", "138****8000"),
        ("+862886123456", "028****3456"),
        ("+15005550006", "+15****0006"),
        ("10086", "10***"),
        ("", ""),
    ],
)
def test_a_masked_number_keeps_its_ends(phone: str, masked: str) -> None:
    assert mask(phone) == masked


def test_landlines_and_hotlines_take_no_sms() -> None:
    assert number_takes_sms(MOBILE)
    assert number_takes_sms("+15005550006")
    assert not number_takes_sms(LANDLINE)
    assert not number_takes_sms("+864001234567")
    assert number_takes_sms("nonsense"), "the carrier will say"


def test_what_a_carrier_reported_wins_over_the_kind_of_number(clock: FakeClock) -> None:
    deaf_mobile = Resident(phone=MOBILE, sms_capable=False, created_at=clock.now())
    clever_landline = Resident(phone=LANDLINE, sms_capable=True, created_at=clock.now())
    assert not can_receive_sms(deaf_mobile)
    assert can_receive_sms(clever_landline)


def test_opting_out_also_stops_what_waits(session: Session, scheme: Scheme, clock: FakeClock) -> None:
    resident = find_or_add_resident(session, MOBILE, clock.now())
    assert resident is not None

    def queue(key: str, template: str, priority: Priority) -> NoticeState | None:
        notice = queue_notice(
            session,
            scheme,
            key=key,
            template=template,
            resident=resident,
            priority=priority,
            variables={"balance": 10, "points": 10, "ring": "119", "number": 1001},
            now=clock.now(),
        )
        return notice and notice.state

    waiting = queue("a", "awarded", Priority.ROUTINE)
    assert waiting is NoticeState.QUEUED
    queue("b", "received_ring", Priority.EMERGENCY)
    assert opt_out(session, resident, clock.now())
    assert not opt_out(session, resident, clock.advance(minutes=1)), "twice is once"
    states = {notice.key: notice.state for notice in session.scalars(select(Notice))}
    assert states == {"a": NoticeState.CANCELLED, "b": NoticeState.QUEUED}
    assert queue("c", "awarded", Priority.ROUTINE) is None
    assert queue("d", "balance", Priority.REPLY) is NoticeState.QUEUED, "the answer to their own command"
    assert queue("e", "received_ring", Priority.EMERGENCY) is NoticeState.QUEUED
    assert opt_in(resident)
    assert not opt_in(resident)
    assert queue("f", "awarded", Priority.ROUTINE) is NoticeState.QUEUED
