"""The service in processes of its own."""

import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

from handling.people import add_user
from hotline.cli import main
from models import Notice, NoticeState, Role
from tests.end_to_end.service import DUTY_PHONE, Service, count, eventually

CALLER = "+8613800138000"


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
    # Were it not refused, it would fail for want of the port, with another word.
    with socket.create_server(("127.0.0.1", made.port)):
        ended = CliRunner().invoke(main, ["serve", "--port", str(made.port)], env={**made.environment, **unsafe})
    assert ended.exit_code == 1
    assert named in ended.stderr
    assert carrier.auth_token not in ended.output
    assert isinstance(ended.exception, SystemExit)


def test_a_refusal_is_one_line_not_a_traceback(tmp_path, carrier):
    made = Service(tmp_path / "home", f"sqlite:///{tmp_path}/x.sqlite3", carrier)
    command = [sys.executable, "-m", "hotline", "serve", "--port", str(made.port)]
    environment = {**made.environment, "TWILIO_AUTH_TOKEN": ""}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "TWILIO_AUTH_TOKEN" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_passwords_are_kept_as_argon2_hashes_only(database, clock):
    with database.write() as session:
        add_user(session, username="a", name="甲", password="correct horse", role=Role.HANDLER, now=clock.now())
    with database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM user_account").one()
    assert "correct horse" not in str(row)
    assert "$argon2id$" in str(row)
