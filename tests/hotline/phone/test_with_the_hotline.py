"""The handset on the product's own webhooks, with the prompts that callers hear."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.phone.exchange import Exchange
from hotline.phone.handset import VOICE_FALLBACK, Handset, converse
from hotline.phone.scripted import ScriptedCaller
from hotline.phone.steps import Beep, Dialling, Ended, NothingHeard, Prompt, Recorded, Step
from hotline.phone.wire import Answer, Line, Wire
from hotline.settings import Settings
from models import Call, CallState, Database, Recording, Text
from tests.fakes.clock import FakeClock
from tests.hotline.phone.in_process import through
from tests.hotline.phone.scripted_hotline import of, wav

RESIDENT = "+8613800000001"
Ring = Callable[[ScriptedCaller], list[Step]]


@pytest.fixture
def handset(app: Flask, settings: Settings, clock: FakeClock, tmp_path: Path) -> Handset:
    wire = Wire(Line.of(settings), through(app.test_client(), settings.public_url))
    return Handset(wire, Exchange(tmp_path / "phone", clock), RESIDENT)


@pytest.fixture
def ring(handset: Handset) -> Ring:
    return lambda caller: list(converse(handset.call()[1], caller.reply))


def state_of_the_call(database: Database) -> CallState:
    with database.read() as session:
        return session.scalars(select(Call.state)).one()


def test_the_tone_comes_within_twenty_seconds_and_soon_after_the_last_word(ring: Ring) -> None:
    steps = ring(ScriptedCaller([wav(3)]))

    last = [p for p in of(steps, Prompt) if p.at < of(steps, Beep)[0].at][-1]
    assert of(steps, Beep)[0].at <= 20
    assert of(steps, Beep)[0].at - (last.at + last.seconds) <= 1.5


def test_a_voicemail_is_announced_once(ring: Ring, database: Database) -> None:
    steps = ring(ScriptedCaller([wav(4)]))

    with database.read() as session:
        recording = session.scalars(select(Recording)).one()
        assert recording.sid == of(steps, Recorded)[0].sid
        assert recording.announced_seconds == 4
        assert recording.call.from_number == RESIDENT
        assert recording.call.ended_at is not None
    assert state_of_the_call(database) is CallState.RECORDED


def test_two_silences_end_kindly_and_are_a_missed_call(ring: Ring, database: Database) -> None:
    steps = ring(ScriptedCaller())

    assert len(of(steps, NothingHeard)) == 2
    assert of(steps, Ended)[0].by == "hotline"
    assert state_of_the_call(database) is CallState.MISSED


def test_a_second_try_is_recorded(ring: Ring, database: Database) -> None:
    steps = ring(ScriptedCaller([wav(11, loud=False), wav(3)]))

    assert len(of(steps, Recorded)) == 1
    assert state_of_the_call(database) is CallState.RECORDED


@pytest.mark.parametrize("caller", [ScriptedCaller(hang_up_before_beep=True), ScriptedCaller(hang_up_at=3)])
def test_hanging_up_early_is_a_missed_call(ring: Ring, database: Database, caller: ScriptedCaller) -> None:
    ring(caller)

    assert state_of_the_call(database) is CallState.MISSED


def test_the_hash_key_leads_to_thanks(ring: Ring) -> None:
    steps = ring(ScriptedCaller([wav(3)], keys="#"))

    assert of(steps, Prompt)[-1].url.endswith("/thanks.wav")


def test_any_key_leads_to_the_tone(ring: Ring) -> None:
    for key in "15":
        assert len(of(ring(ScriptedCaller([wav(3)], keys=key)), Recorded)) == 1


@pytest.mark.parametrize("answers", [True, False])
def test_the_zero_key_rings_the_duty_phone(ring: Ring, settings: Settings, answers: bool) -> None:
    steps = ring(ScriptedCaller([wav(3)], keys="0", duty_phone_answers=answers))

    assert of(steps, Dialling)[0].number == settings.duty_phones[0]
    assert len(of(steps, Recorded)) == (0 if answers else 1)


def test_the_apology_still_takes_a_voicemail(
    app: Flask, settings: Settings, clock: FakeClock, tmp_path: Path, database: Database
) -> None:
    client = through(app.test_client(), settings.public_url)

    def failing(method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer:
        if url.endswith("/twilio/voice"):
            return Answer(500, "text/html", b"", {})
        return client(method, url, form, headers)

    wire = Wire(Line.of(settings), failing)
    handset = Handset(wire, Exchange(tmp_path / "phone", clock), RESIDENT, fallback_path=VOICE_FALLBACK)
    steps = list(converse(handset.call()[1], ScriptedCaller([wav(3)]).reply))

    assert of(steps, Prompt)[0].url.endswith("/apology.wav")
    with database.read() as session:
        assert session.scalars(select(Recording)).one().call.from_number == RESIDENT


def test_a_text_is_kept(handset: Handset, database: Database) -> None:
    handset.send_text("天福苑的路灯坏了")

    with database.read() as session:
        assert session.scalars(select(Text)).one().body == "天福苑的路灯坏了"
