"""话音: the community's own voice, on the desk, in force for the next call."""

from io import BytesIO

import numpy as np
import pytest
import soundfile

from audio_prompts import telephone
from audio_prompts.manifest import BUNDLED
from hotline.app import create_app
from hotline.in_force import take_up
from hotline.telephony.prompts import Prompts


def voice(seconds, rate=16_000):
    """A tone that rises and falls like speech."""
    moments = np.arange(round(seconds * rate)) / rate
    sound = 0.3 * np.sin(2 * np.pi * 220 * moments) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * moments))
    out = BytesIO()
    soundfile.write(out, sound, rate, format="WAV")
    out.seek(0)
    return out


@pytest.fixture
def liu(desk):
    browser = desk.browser("liu")
    browser.get("/desk/prompts")
    return browser


def put(browser, key, seconds, text="您好，乡音热线", **form):
    form = {"text": text, "voice": "陈婆婆", "sound": (voice(seconds), "mine.wav"), **form}
    return browser.post(f"/desk/prompts/{key}", **form)


def heard(desk, key):
    prompts = desk.app.extensions["hotline"].prompts
    address = prompts.url("", key)
    return desk.app.test_client().get(address).data


def test_a_recording_is_heard_by_the_next_caller_and_the_former_comes_back(desk, liu):
    bundled = (BUNDLED / "wav" / "greeting_short.wav").read_bytes()
    assert heard(desk, "greeting_short") == bundled
    assert put(liu, "greeting_short", 1.7).status_code == 302
    first = heard(desk, "greeting_short")
    assert first != bundled
    assert telephone.measure(BytesIO(first)).is_telephone
    put(liu, "greeting_short", 1.6)
    assert heard(desk, "greeting_short") not in (first, bundled)
    page = liu.get("/desk/prompts").text
    assert "陈婆婆的声音 · 刘统筹换上" in page
    assert liu.get("/desk/prompts/recordings/1.wav").data == first
    assert liu.post("/desk/prompts/greeting_short/restore", recording="1").status_code == 302
    assert heard(desk, "greeting_short") == first
    liu.post("/desk/prompts/greeting_short/restore", recording="0")
    assert heard(desk, "greeting_short") == bundled


def test_another_web_process_takes_it_up_with_its_sound(desk, liu, settings, tmp_path):
    other = create_app(settings.model_copy(update={"home": tmp_path / "other"}), desk.clock)
    put(liu, "greeting_short", 1.7)
    take_up(other)
    prompts = other.extensions["hotline"].prompts
    assert prompts.path("greeting_short").read_bytes() == heard(desk, "greeting_short")
    other.extensions["hotline"].database.close()


def test_an_import_is_heard_without_a_restart(desk, settings):
    from hotline.commands.prompts import Import

    source = settings.home / "ours"
    source.mkdir(parents=True)
    (source / "greeting_short.wav").write_bytes(voice(1.7).getvalue())
    session = Import.begin(settings.prompts_dir)
    session.take(source / "greeting_short.wav")
    session.finish()
    take_up(desk.app)
    assert heard(desk, "greeting_short") != (BUNDLED / "wav" / "greeting_short.wav").read_bytes()


@pytest.mark.parametrize(
    ("key", "seconds", "form", "told"),
    [
        ("greeting_short", 0.6, {"text": "您好，这里是乡音热线"}, "读得太快"),
        ("greeting_short", 9.0, {}, "太长"),
        ("greeting_short", 2.6, {}, "才听到提示音"),
        ("greeting_short", 2.0, {"text": " "}, "写上录音里说的话"),
        ("greeting_short", 2.0, {"voice": ""}, "写上是谁的声音"),
        ("greeting_short", 2.0, {"sound": (BytesIO(b"no sound"), "a.wav")}, "读不出声音"),
        ("greeting_short", 2.0, {"sound": (BytesIO(b""), "")}, "请选一个录音文件"),
    ],
    ids=["fast", "long", "late", "wordless", "nobody", "noise", "nothing"],
)
def test_what_is_not_fit_for_callers_is_refused_at_the_field(desk, liu, key, seconds, form, told):
    before = Prompts.load(None).version(key)
    answer = put(liu, key, seconds, **form)
    assert answer.status_code == 422
    assert told in answer.text
    assert desk.app.extensions["hotline"].prompts.version(key) == before


def test_there_is_no_other_prompt_and_no_other_recording(liu):
    assert put(liu, "nothing", 2.0).status_code == 404
    assert liu.post("/desk/prompts/greeting/restore", recording="7").status_code == 404
    assert liu.get("/desk/prompts/recordings/7.wav").status_code == 404


def test_the_page_costs_few_statements(liu, count_statements):
    assert count_statements(lambda: liu.get("/desk/prompts")) <= 6
