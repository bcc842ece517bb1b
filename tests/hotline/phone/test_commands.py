"""`hotline call` and `hotline text` against a running server."""

import threading
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from hotline.commands.phone import answer, call, text
from hotline.phone.numbers import SAMPLE_RESIDENTS
from tests.hotline.phone.conftest import ACCOUNT, NUMBER, TOKEN, Served
from tests.hotline.phone.scripted_hotline import wav

MOBILE, LANDLINE = SAMPLE_RESIDENTS[0].number, SAMPLE_RESIDENTS[2].number
WELCOME = (
    '<Gather numDigits="1" timeout="1" action="/twilio/keys"><Say>您好，请讲</Say></Gather>'
    '<Record action="/twilio/done" finishOnKey="#"/>'
)


@pytest.fixture
def terminal(served: Served, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """In a shell that has the server's settings."""
    for name, value in {
        "HOTLINE_HOME": str(served.settings.home),
        "HOTLINE_PUBLIC_URL": served.url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_NUMBER": NUMBER,
    }.items():
        monkeypatch.setenv(name, value)
    return CliRunner()


@pytest.fixture
def voice(tmp_path: Path) -> str:
    path = tmp_path / "voice.wav"
    path.write_bytes(wav(3, rate=16000))
    return str(path)


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line[10:] for line in result.output.splitlines()]


def test_a_call_is_told_line_by_line(served: Served, terminal: CliRunner, voice: str) -> None:
    served.twiml |= {"/twilio/voice": WELCOME, "/twilio/done": "<Say>谢谢</Say>"}

    told = lines(terminal.invoke(call, ["--wav", voice, "--from", LANDLINE]))

    assert told == [
        "交换机 → /twilio/voice 200",
        "热线：您好，请讲",
        "等按键 1 秒",
        "提示音",
        "开始录音（最长 3600 秒，静音 5 秒结束）",
        "录到 3.0 秒",
        "来电人挂机，通话结束",
    ]
    assert served.told[0][1]["From"] == LANDLINE
    recording = next(params["RecordingUrl"] for _, params in served.told if "RecordingUrl" in params)
    assert requests.get(recording, auth=(ACCOUNT, TOKEN), timeout=5).status_code == 200


def test_keys_are_pressed_and_the_hash_key_ends_the_recording(
    served: Served, terminal: CliRunner, voice: str
) -> None:
    served.twiml |= {"/twilio/voice": WELCOME, "/twilio/keys": WELCOME, "/twilio/done": "<Say>谢谢</Say>"}

    told = lines(terminal.invoke(call, ["--wav", voice, "--keys", "1#"]))

    assert [p["Digits"] for path, p in served.told if path == "/twilio/keys"] == ["1"]
    assert told[-2:] == ["热线：谢谢", "热线挂机，通话结束"]


@pytest.mark.parametrize("moment", ["before-beep", "0.5"])
def test_hanging_up_early_leaves_nothing_behind(
    served: Served, terminal: CliRunner, voice: str, moment: str
) -> None:
    served.twiml |= {"/twilio/voice": WELCOME}

    told = lines(terminal.invoke(call, ["--wav", voice, "--hang-up-at", moment]))

    assert told[-1] == "来电人挂机，通话结束"
    assert [path for path, _ in served.told] == ["/twilio/voice", "/twilio/voice/status"]


def test_a_text_waits_for_its_answer(served: Served, terminal: CliRunner) -> None:
    answer = threading.Timer(0.5, _answer, [served])
    answer.start()

    result = terminal.invoke(text, ["--from", MOBILE, "--wait", "10", "路灯坏了"])
    answer.join()

    assert served.told[0][1]["Body"] == "路灯坏了"
    assert f"{NUMBER} → {MOBILE}：收到" in result.output


def test_a_call_back_is_picked_up_and_heard_while_waiting(served: Served, terminal: CliRunner) -> None:
    served.twiml["/twilio/notice/1/voice"] = "<Say>给您回个话</Say>"
    call_sid = served.client.calls.create(to=LANDLINE, from_=NUMBER, url=f"{served.url}/twilio/notice/1/voice").sid
    served.pass_time(1)

    result = terminal.invoke(text, ["--from", LANDLINE, "--wait", "1", "进度"])

    assert "热线：给您回个话" in result.output
    assert served.client.calls(call_sid).fetch().status == "completed"


def test_what_a_carrier_could_not_do_is_said_plainly(served: Served, terminal: CliRunner) -> None:
    served.twiml["/twilio/voice"] = "<Pause/>"

    result = terminal.invoke(call, [])

    assert result.exit_code == 1
    assert "Somleng executes no <Pause>" in result.output


def test_a_file_that_is_no_sound_is_refused(terminal: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("hello")

    result = terminal.invoke(call, ["--wav", str(tmp_path / "a.wav")])

    assert "not a sound file" in result.output


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HOTLINE_PUBLIC_URL", "http://127.0.0.1:1", "is `hotline demo` running?"),
        ("TWILIO_AUTH_TOKEN", "another", "another TWILIO_AUTH_TOKEN"),
        ("HOTLINE_HOME", "elsewhere", "another HOTLINE_HOME"),
        ("TWILIO_NUMBER", "", "start `hotline demo` first"),
    ],
)
def test_a_server_that_is_not_this_handsets_is_named(
    served: Served,
    terminal: CliRunner,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setenv(name, str(tmp_path / value) if name == "HOTLINE_HOME" else value)

    result = terminal.invoke(text, ["您好"])

    assert result.exit_code == 1
    assert words in result.output
    assert served.told == []


def test_a_server_without_the_exchange_is_refused(
    terminal: CliRunner, monkeypatch: pytest.MonkeyPatch, served: Served
) -> None:
    monkeypatch.setenv("HOTLINE_PUBLIC_URL", f"{served.url}/in-service")

    result = terminal.invoke(text, ["您好"])

    assert "no pretend exchange" in result.output


def _answer(served: Served) -> None:
    served.client.messages.create(to=MOBILE, from_=NUMBER, body="收到")
    served.pass_time(2)


def test_another_number_of_the_hotline_can_be_dialled_and_texted(
    served: Served, terminal: CliRunner, voice: str
) -> None:
    served.twiml["/twilio/voice"] = "<Hangup/>"
    campaign = "+862885550111"
    assert terminal.invoke(call, ["--to", campaign]).exit_code == 0
    assert terminal.invoke(text, ["--to", campaign, "出行"]).exit_code == 0
    assert {params["To"] for _, params in served.told} == {campaign}


def test_a_call_of_the_hotline_is_answered_with_keys(served: Served, terminal: CliRunner) -> None:
    served.twiml |= {
        "/twilio/ask": '<Gather numDigits="1" action="/twilio/keys"><Say>请按一</Say></Gather>',
        "/twilio/keys": "<Say>谢谢</Say>",
    }
    served.client.calls.create(to=LANDLINE, from_=NUMBER, url=f"{served.url}/twilio/ask")
    served.pass_time(1)

    told = lines(terminal.invoke(answer, ["--from", LANDLINE, "--keys", "3", "--wait", "5"]))

    assert "热线：谢谢" in told
    assert [params["Digits"] for path, params in served.told if path == "/twilio/keys"] == ["3"]


def test_who_is_not_rung_is_told_so(served: Served, terminal: CliRunner) -> None:
    result = terminal.invoke(answer, ["--from", LANDLINE, "--wait", "0.3"])
    assert result.exit_code == 1
    assert "没有电话打来" in result.output
