import pytest
from sqlalchemy.orm import Session

from handling.people import add_user, set_active, set_password, verify_password
from models import Role
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People


def test_a_password_is_kept_as_an_argon2_hash(people: People) -> None:
    assert people.volunteer.password_hash.startswith("$argon2id$")
    assert verify_password(people.volunteer, "correct horse")
    assert not verify_password(people.volunteer, "Correct horse")
    assert not verify_password(None, "correct horse")


def test_a_new_password_and_a_lock_end_every_session(people: People) -> None:
    user = people.worker
    set_password(user, "another horse")
    assert user.session_version == 2
    assert not verify_password(user, "correct horse")
    set_active(user, active=False)
    assert user.session_version == 3
    assert not verify_password(user, "another horse"), "locked"
    set_active(user, active=True)
    assert user.session_version == 3
    assert verify_password(user, "another horse")


def test_a_damaged_hash_is_no_password(people: People) -> None:
    people.worker.password_hash = "broken"
    assert not verify_password(people.worker, "correct horse")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"password": "1234567"}, "8"),
        ({"name": " "}, "empty"),
        ({"username": ""}, "empty"),
        ({"phone": "12"}, "telephone"),
    ],
)
def test_a_bad_account_is_refused(
    session: Session, clock: FakeClock, changed: dict[str, str], message: str
) -> None:
    right = {"username": "x", "name": "X", "password": "correct horse", "phone": "13900000001"}
    with pytest.raises(ValueError, match=message):
        add_user(session, **(right | changed), role=Role.HANDLER, now=clock.now())
    assert add_user(session, **right, role=Role.HANDLER, now=clock.now()).phone == "+8613900000001"
