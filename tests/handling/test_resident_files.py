"""One person, several numbers, one file."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from handling.forms import FormInvalid
from handling.residents import find_or_add_resident
from handling.residents.files import MergeRefused, add_number, make_main_number, proposed_names
from handling.residents.points import award, balance_of
from handling.scheme import PointsRule
from models import (
    Call,
    Campaign,
    Consent,
    Participation,
    ParticipationState,
    PointsEntry,
    Purpose,
    Resident,
    ResidentPhone,
)
from tests.fakes.clock import FakeClock
from tests.handling.conftest import LANDLINE, MOBILE, People

TEN = PointsRule(code="valid", name="有效建议", points=10)


def resident_of(session: Session, clock: FakeClock, phone: str) -> Resident:
    resident = find_or_add_resident(session, phone, clock.now())
    assert resident is not None
    return resident


def test_everything_of_the_second_number_joins_the_file(session: Session, clock: FakeClock) -> None:
    keep, other = resident_of(session, clock, MOBILE), resident_of(session, clock, LANDLINE)
    keep.name, other.name, other.address = "王秀英", "王婆婆", "3栋501"
    for resident in (keep, other):
        award(session, TEN, resident, key=f"a{resident.id}", now=clock.now())
    session.add(Call(sid="CA1", from_number=LANDLINE, resident=other, started_at=clock.now()))
    session.add(Consent(resident=other, purpose=Purpose.HONOURS, given_at=clock.now(), given_how="短信"))
    session.flush()
    add_number(session, keep, "028-86123456", label="座机")
    assert session.query(Resident).all() == [keep]
    assert (keep.name, keep.address) == ("王秀英", "3栋501"), "what was known stays, what was missing comes"
    assert balance_of(session, keep.id) == 20
    assert {entry.resident_id for entry in session.query(PointsEntry) if entry.resident_id} == {keep.id}
    assert session.query(Call).one().resident_id == keep.id
    assert session.query(Consent).one().resident_id == keep.id
    assert resident_of(session, clock, LANDLINE) is keep


def test_two_files_that_both_took_part_in_one_thing_stay_apart(
    session: Session, clock: FakeClock, people: People
) -> None:
    keep, other = resident_of(session, clock, MOBILE), resident_of(session, clock, LANDLINE)
    campaign = Campaign(
        title="交通出行",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        created_by=people.coordinator,
        created_at=clock.now(),
    )
    award(session, TEN, other, key="a", now=clock.now())
    for resident in (keep, other):
        session.add(Participation(campaign=campaign, resident=resident, state=next(iter(ParticipationState))))
    session.flush()
    with pytest.raises(MergeRefused, match="只能参加一次"):
        add_number(session, keep, LANDLINE)
    session.expire_all()
    assert session.query(Resident).count() == 2
    assert session.query(ResidentPhone).count() == 0
    assert balance_of(session, other.id) == 10
    assert balance_of(session, keep.id) == 0


def test_the_main_number_can_change_and_the_old_one_stays_theirs(session: Session, clock: FakeClock) -> None:
    resident = resident_of(session, clock, LANDLINE)
    resident.sms_capable = False
    entry = add_number(session, resident, MOBILE)
    make_main_number(session, entry)
    assert (resident.phone, resident.sms_capable) == (MOBILE, None)
    assert resident_of(session, clock, LANDLINE) is resident
    assert resident_of(session, clock, MOBILE) is resident


def test_a_number_is_a_number(session: Session, clock: FakeClock) -> None:
    with pytest.raises(FormInvalid, match="不像电话号码"):
        add_number(session, resident_of(session, clock, MOBILE), "12345")


def test_no_name_is_proposed_where_none_was_said(session: Session, clock: FakeClock) -> None:
    assert proposed_names(session, resident_of(session, clock, MOBILE)) == []
