"""Listening: who may, in what form, and what is noted."""

import io
import json
import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sqlalchemy import select

from hotline.desk.recordings import peaks_of
from hotline.settings import Settings
from models import AccessEntry, Call, Recording, RecordingState, Transcript
from tests.hotline.desk.conftest import Desk


@pytest.fixture
def recorded(desk: Desk, settings: Settings) -> tuple[int, int]:
    """A case that waits for review, with a second of µ-law sound: (number, recording id)."""
    number = desk.case()
    path = settings.recordings_dir / "one.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    sound = 0.3 * np.sin(np.arange(8000) / 5)
    soundfile.write(path, sound, 8000, format="WAV", subtype="ULAW")
    return number, add_recording(desk, number, str(path.relative_to(settings.home)))


def add_recording(desk: Desk, number: int, path: str) -> int:
    with desk.database.write() as session:
        case = desk.find(session, number)
        call = Call(sid=f"CA{number}", started_at=case.received_at, resident_id=case.resident_id)
        recording = Recording(
            sid=f"RE{number}",
            call=call,
            url="",
            announced_at=case.received_at,
            state=RecordingState.DONE,
            path=path,
            suggestion=case,
        )
        words = [
            {"word": "下水道", "start": 0.1, "end": 0.6, "confidence": 0.97},
            {"word": "赌了", "start": 0.6, "end": 0.9, "confidence": 0.41},
        ]
        recording.transcript = Transcript(
            engine="vosk", text="下水道赌了", words=words, cpu_seconds=0.1, created_at=case.received_at
        )
        session.add(recording)
        session.flush()
        return recording.id


def looks(desk: Desk) -> list[tuple[int, str]]:
    with desk.database.read() as session:
        entries = session.scalars(select(AccessEntry).where(AccessEntry.action == "listen"))
        return [(entry.user_id, entry.subject) for entry in entries]


def test_telephone_sound_arrives_as_plain_pcm_and_is_not_kept(desk: Desk, recorded: tuple[int, int]) -> None:
    answer = desk.browser("zhiyuan").get(f"/desk/recordings/{recorded[1]}.wav")
    assert (answer.status_code, answer.mimetype) == (200, "audio/wav")
    assert answer.headers["Cache-Control"] == "no-store"
    sound = soundfile.info(io.BytesIO(answer.data))
    assert (sound.subtype, sound.samplerate, sound.frames) == ("PCM_16", 8000, 8000)


def test_a_player_may_seek(desk: Desk, recorded: tuple[int, int]) -> None:
    browser = desk.browser("zhiyuan")
    whole = browser.get(f"/desk/recordings/{recorded[1]}.wav").data
    part = browser.get(f"/desk/recordings/{recorded[1]}.wav", Range="bytes=4000-4999")
    assert part.status_code == 206
    assert part.headers["Content-Range"] == f"bytes 4000-4999/{len(whole)}"
    assert part.data == whole[4000:5000]


def test_each_look_is_noted_once_however_many_portions_it_takes(desk: Desk, recorded: tuple[int, int]) -> None:
    browser, path = desk.browser("zhiyuan"), f"/desk/recordings/{recorded[1]}.wav"
    browser.get(path, Range="bytes=100-200")
    browser.get(path, Range="bytes=0-")
    me = (desk.users["zhiyuan"].id, f"recording:{recorded[1]}")
    assert looks(desk) == [me]
    desk.clock.advance(minutes=11)
    browser.get(path)
    assert looks(desk) == [me, me]


def test_a_handler_hears_the_own_case_only(desk: Desk, recorded: tuple[int, int]) -> None:
    number, recording = recorded
    desk.review(number, level="A")
    desk.act(number, "liu", "assign", level="A", handler=str(desk.users["wangfang"].id))
    path = f"/desk/recordings/{recording}.wav"
    assert desk.browser("wangfang").get(path).status_code == 200
    assert desk.browser("zhang").get(path).status_code == 403
    assert "<audio" not in desk.browser("zhang").get(f"/desk/cases/{number}").text
    assert looks(desk) == [(desk.users["wangfang"].id, f"recording:{recording}")]


def test_a_volunteer_hears_it_until_it_is_reviewed(desk: Desk, recorded: tuple[int, int]) -> None:
    number, recording = recorded
    browser, path = desk.browser("zhiyuan"), f"/desk/recordings/{recording}.wav"
    assert browser.get(path).status_code == 200
    desk.review(number)
    assert browser.get(path).status_code == 403


def test_what_cannot_be_decoded_still_goes_out(desk: Desk, settings: Settings) -> None:
    settings.recordings_dir.mkdir(parents=True, exist_ok=True)
    (settings.recordings_dir / "odd").write_bytes(b"no sound at all")
    recording = add_recording(desk, desk.case(), "recordings/odd")
    assert desk.browser("zhiyuan").get(f"/desk/recordings/{recording}.wav").data == b"no sound at all"


def test_a_recording_whose_file_is_gone_is_not_found(desk: Desk) -> None:
    recording = add_recording(desk, desk.case(), "recordings/gone.wav")
    browser = desk.browser("zhiyuan")
    assert browser.get(f"/desk/recordings/{recording}.wav").status_code == 404
    assert browser.get("/desk/recordings/999.wav").status_code == 404


def test_whoever_only_looks_may_still_listen(desk: Desk, recorded: tuple[int, int]) -> None:
    page = desk.browser("zhiyuan").get(f"/desk/review/{recorded[0]}").text
    assert page.index('data-control="play"') < page.index("<fieldset disabled>")


def test_words_carry_their_times_and_doubts_without_any_inline_style(
    desk: Desk, recorded: tuple[int, int]
) -> None:
    page = desk.browser("zhiyuan").get(f"/desk/review/{recorded[0]}").text
    assert re.search(r'<span class="word " data-start="0.1" data-end="0.6" [^>]*>下水道</span>', page)
    assert 'class="word doubtful" data-start="0.6"' in page
    assert "style=" not in page


def test_a_doubtful_word_comes_with_what_else_it_may_have_been(desk: Desk, recorded: tuple[int, int]) -> None:
    page = desk.browser("zhiyuan").get(f"/desk/review/{recorded[0]}").text
    (options,) = re.findall(r'data-options="([^"]+)"', page)
    assert {"text": "堵了", "first": 1, "last": 1, "why": "常用词"} in json.loads(unescape(options))
    # On the page of the case nobody corrects words.
    assert "data-options=" not in desk.browser("liu").get(f"/desk/cases/{recorded[0]}").text


def test_the_picture_of_the_sound_is_for_those_who_may_hear_it(desk: Desk, recorded: tuple[int, int]) -> None:
    path = f"/desk/recordings/{recorded[1]}/peaks"
    picture = desk.browser("zhiyuan").get(path).json
    assert (picture["per_second"], len(picture["peaks"]), max(picture["peaks"])) == (40, 40, 100)
    assert desk.browser("wangfang").get(path).status_code == 403


def test_what_cannot_be_decoded_has_no_picture(tmp_path: Path) -> None:
    odd = tmp_path / "odd.wav"
    odd.write_bytes(b"no sound at all")
    assert peaks_of(odd) == []
    soundfile.write(odd, [], 8000)
    assert peaks_of(odd) == []


def test_a_case_that_needs_listening_says_so_and_has_its_sound(desk: Desk, recorded: tuple[int, int]) -> None:
    number, recording = recorded
    with desk.database.write() as session:
        case = desk.find(session, number)
        case.text, case.needs_listening = "", True
    browser = desk.browser("zhiyuan")
    assert "需要人工听" in browser.get("/desk/review").text
    assert f"/desk/recordings/{recording}.wav" in browser.get(f"/desk/review/{number}").text
