"""The service in processes of its own, with real speech, killed and restarted."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from handling.people import add_user
from hotline.phone.samples import samples
from models import Database, Notice, NoticeState, Recording, RecordingState, Role, Suggestion, Text
from tests.end_to_end.service import DUTY_PHONE, Service, eventually
from tests.fakes.carrier import CarrierFake
from tests.fakes.clock import FakeClock

CALLER = "+8613800138000"


@pytest.fixture
def carrier():
    fake = CarrierFake()
    yield fake
    fake.close()
    assert not fake.faults, "\n".join(fake.faults)


@pytest.fixture
def service(tmp_path: Path, database: Database, carrier: CarrierFake, speech_model: Path):
    made = Service(
        tmp_path / "home",
        database.url.render_as_string(hide_password=False),
        carrier,
        HOTLINE_SPEECH_MODEL=str(speech_model),
    )
    made.start()
    yield made
    made.stop()


def count(database: Database, model: type, **by: object) -> int:
    with database.read() as session:
        return session.query(model).filter_by(**by).count()


@pytest.mark.speech
def test_a_real_voicemail_becomes_a_case_and_the_caller_is_told(service, carrier):
    drain = samples()["drain"]
    service.leave_voicemail(CALLER, drain.path.read_bytes(), "1" * 32)
    message = eventually(lambda: carrier.messages and carrier.messages[0])
    with service.database.read() as session:
        case = session.query(Suggestion).one()
        [recording] = case.recordings
        assert "下水道" in case.standard_text
        assert case.courtyard.name == "天福苑"
        assert recording.transcript.words[0]["end"] > 0
    assert message.to == CALLER
    assert str(case.number) in message.body
    assert eventually(lambda: carrier.recordings.deleted) == ["RE" + "1" * 32]


@pytest.mark.speech
def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_done_twice(service, carrier):
    """Six voicemails and three texts; the worker dies four times at odd moments."""
    sound = samples()["drain"].path.read_bytes()
    for i in range(6):
        service.leave_voicemail(f"+861380013800{i}", sound, f"{i}" * 32)
    for i in range(3):
        service.webhook("/twilio/sms", MessageSid=f"SM{i}", From=f"+861390013900{i}", Body="院坝头的路灯不亮了")
    # Leases of a killed worker run out after minutes; the test does not wait so long.
    for pause in (0.4, 1.5, 0.9, 2.3):
        threading.Event().wait(pause)
        service.kill_worker()
        _expire_leases(service.database)
    eventually(lambda: count(service.database, Suggestion) == 9, 120)
    eventually(lambda: len(carrier.messages) >= 9, 120)
    threading.Event().wait(2)
    assert count(service.database, Suggestion) == 9
    assert count(service.database, Recording, state=RecordingState.DONE) == 6
    assert sorted(m.to for m in carrier.messages) == sorted(
        [*(f"+861380013800{i}" for i in range(6)), *(f"+861390013900{i}" for i in range(3))]
    )


def _expire_leases(database: Database) -> None:
    """Says that the time of the dead worker's leases is over; while nobody works, it changes nothing else."""
    clock = FakeClock()
    with database.write() as session:
        for model in (Recording, Text, Notice):
            rows = session.query(model).filter(model.lease_until.is_not(None))
            rows.update({model.lease_until: clock.now()})


@pytest.mark.speech
def test_an_emergency_reaches_the_duty_phone_at_once(service, carrier):
    service.webhook("/twilio/sms", MessageSid="SM1", From=CALLER, Body="屋头煤气味好大，怕是煤气漏了")
    alert = eventually(lambda: [m for m in carrier.messages if m.to == DUTY_PHONE])
    assert CALLER.removeprefix("+86") in alert[0].body.replace("-", "")
    answer = eventually(lambda: [m for m in carrier.messages if m.to == CALLER])
    assert "119" in answer[0].body


@pytest.mark.speech
def test_an_empty_home_is_set_up_with_the_community_and_no_users(service):
    from models import Courtyard, User

    assert count(service.database, User) == 0
    assert count(service.database, Courtyard) == 32


@pytest.mark.speech
def test_a_delivery_receipt_finds_its_notice(service, carrier):
    service.webhook("/twilio/sms", MessageSid="SM1", From=CALLER, Body="院坝头的路灯不亮了")
    message = eventually(lambda: carrier.messages and carrier.messages[0])
    path = message.callback.removeprefix(service.url)
    assert service.webhook(path, MessageSid=message.sid, MessageStatus="delivered").ok
    assert count(service.database, Notice, state=NoticeState.DELIVERED) == 1


UNSAFE = [
    ({"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
    ({"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID"),
    ({"HOTLINE_PUBLIC_URL": "http://hotline.example.org"}, "HOTLINE_PUBLIC_URL"),
    ({"TWILIO_API_BASE": "http://carrier.example.org"}, "TWILIO_API_BASE"),
    ({"HOTLINE_PUBLIC_URL": ""}, "HOTLINE_PUBLIC_URL"),
    ({"HOTLINE_SECRET_KEY": "secret"}, "HOTLINE_SECRET_KEY"),
    ({"HOTLINE_DUTY_PHONES": "12345"}, "HOTLINE_DUTY_PHONES"),
    ({"HOTLINE_SCHEME": "no-such-scheme"}, "no-such-scheme"),
]


@pytest.mark.parametrize(("unsafe", "named"), UNSAFE, ids=[f"{n} {next(iter(u.values()))}" for u, n in UNSAFE])
def test_serve_refuses_unsafe_settings_and_says_which(tmp_path, carrier, unsafe, named):
    made = Service(tmp_path / "home", f"sqlite:///{tmp_path}/x.sqlite3", carrier)
    environment = {**made.environment, **unsafe}
    command = [sys.executable, "-m", "hotline", "serve", "--port", str(made.port)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert named in ended.stderr
    assert "Traceback" not in ended.stderr
    assert carrier.auth_token not in ended.stderr


def test_passwords_are_kept_as_argon2_hashes_only(database, clock):
    with database.write() as session:
        add_user(session, username="a", name="甲", password="correct horse", role=Role.HANDLER, now=clock.now())
    with database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM user_account").one()
    assert "correct horse" not in str(row)
    assert "$argon2id$" in str(row)
