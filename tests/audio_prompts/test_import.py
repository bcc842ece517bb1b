"""`hotline prompts import`: a community speaks to its own people in its own voice."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from click.testing import CliRunner, Result

from audio_prompts import telephone
from audio_prompts.manifest import BUNDLED
from hotline.commands.prompts import COMMANDS
from hotline.telephony.prompts import Prompts

(GROUP,) = COMMANDS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "ours"
    folder.mkdir()
    return folder


def own_file(home: Path, key: str) -> Path:
    """The community's recording; never the bundled one, which a test must not touch."""
    path = Prompts.load(home / "prompts").path(key)
    assert path.is_relative_to(home)
    return path


def hotline_prompts(*words: str) -> Result:
    return CliRunner().invoke(GROUP, words)


def spoken(key: str, slower: float = 1.1) -> np.ndarray:
    """Real speech of a prompt as somebody else would say it, at 44,100 Hz."""
    samples, _ = telephone.read(BUNDLED / "wav" / f"{key}.wav", 30)
    return soxr.resample(samples, 8000, 44100 * slower)


def record(path: Path, samples: np.ndarray) -> None:
    """As a telephone's recorder leaves it: two channels, quiet, silence around it."""
    quiet = np.pad(samples * 0.2, 44100)
    soundfile.write(path, np.stack([quiet, quiet * 0.9], axis=1), 44100)


@pytest.mark.parametrize("suffix", ["wav", "mp3", "ogg", "flac"])
def test_a_recording_of_any_format_becomes_a_telephone_prompt(home: Path, source: Path, suffix: str) -> None:
    record(source / f"thanks.{suffix}", spoken("thanks"))
    result = hotline_prompts("import", str(source))
    assert result.exit_code == 0, result.output
    ours = Prompts.load(home / "prompts")
    measured = telephone.measure(ours.path("thanks"))
    assert measured.is_telephone
    assert abs(measured.level - telephone.LEVEL) < 1.5
    assert abs(ours.seconds("thanks") - 1.1 * Prompts.load(None).seconds("thanks")) < 0.25
    assert hotline_prompts("check").exit_code == 0


def test_only_the_recorded_prompts_are_replaced(home: Path, source: Path) -> None:
    record(source / "thanks.wav", spoken("thanks"))
    hotline_prompts("import", str(source))
    bundled, ours = Prompts.load(None), Prompts.load(home / "prompts")
    assert ours.keys == bundled.keys
    assert {key for key in ours.keys if ours.path(key) != bundled.path(key)} == {"thanks"}
    assert ours.url("", "thanks") != bundled.url("", "thanks")


def test_a_second_import_keeps_the_first(home: Path, source: Path) -> None:
    record(source / "thanks.wav", spoken("thanks"))
    hotline_prompts("import", str(source))
    (source / "thanks.wav").unlink()
    record(source / "missed.wav", spoken("missed"))
    hotline_prompts("import", str(source))
    ours = Prompts.load(home / "prompts")
    assert {key for key in ours.keys if ours.path(key).is_relative_to(home)} == {"thanks", "missed"}


def test_a_running_hotline_still_finds_the_recording_that_was_just_replaced(home: Path, source: Path) -> None:
    record(source / "thanks.wav", spoken("thanks"))
    hotline_prompts("import", str(source))
    running = Prompts.load(home / "prompts")
    record(source / "thanks.wav", spoken("thanks", slower=1.2))
    hotline_prompts("import", str(source))
    assert running.path("thanks").exists()
    assert Prompts.load(home / "prompts").path("thanks") != running.path("thanks")


def test_own_words_are_taken_from_the_text_beside_the_recording(home: Path, source: Path) -> None:
    record(source / "greeting.wav", spoken("callback_greeting"))
    (source / "greeting.txt").write_text("您好，这里是城北社区乡音热线。\n", encoding="utf-8")
    assert hotline_prompts("import", str(source)).exit_code == 0
    assert Prompts.load(home / "prompts").text("greeting") == "您好，这里是城北社区乡音热线。"


def test_bad_recordings_are_refused_with_the_reason_and_the_good_one_is_taken(home: Path, source: Path) -> None:
    record(source / "thanks.wav", spoken("thanks"))
    record(source / "hello.wav", spoken("thanks"))
    record(source / "speak.wav", np.zeros(44100))
    record(source / "missed.wav", np.tile(spoken("missed"), 2))
    record(source / "no_case.wav", spoken("no_case", slower=0.7))
    record(source / "apology.wav", np.tile(spoken("apology"), 40))
    (source / "digit_1.mp3").write_bytes(b"ID3 this is no music")
    (source / "digit_2.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")
    (source / "digit_3.wav").write_bytes(b"")
    result = hotline_prompts("import", str(source))
    assert result.exit_code == 1
    refused = [line for line in result.output.splitlines() if line.startswith("refused")]
    reasons = {line.split()[2].rstrip(":"): line for line in refused}
    assert {name: next(r for r in REASONS if r in line) for name, line in reasons.items()} == {
        "hello.wav": "没有这个名字的提示",
        "speak.wav": "没有声音",
        "missed.wav": "太长",
        "no_case.wav": "读得太快",
        "apology.wav": "太长",
        "digit_1.mp3": "无法读取",
        "digit_2.m4a": "格式不支持",
        "digit_3.wav": "无法读取",
    }
    ours = Prompts.load(home / "prompts")
    assert {key for key in ours.keys if ours.path(key).is_relative_to(home)} == {"thanks"}
    assert {path.name for path in (home / "prompts").iterdir()} == {"manifest.toml", ours.path("thanks").name}


REASONS = ("没有这个名字的提示", "没有声音", "太长", "读得太快", "无法读取", "格式不支持", "提示音来得太晚")


def test_recordings_that_would_delay_the_tone_too_much_are_refused(home: Path, source: Path) -> None:
    for key in ("consent_short", "speak", "state_review", "your_case", "expected"):
        record(source / f"{key}.wav", spoken(key, slower=1.35))
    result = hotline_prompts("import", str(source))
    assert result.exit_code == 1
    assert "提示音来得太晚" in result.output
    assert "taken" in result.output
    assert hotline_prompts("check").exit_code == 0


def test_an_empty_folder_is_said_to_be_empty(home: Path, source: Path) -> None:
    result = hotline_prompts("import", str(source))
    assert result.exit_code == 1
    assert "没有录音文件" in result.output


def test_check_fails_when_an_imported_recording_is_exchanged(home: Path, source: Path) -> None:
    record(source / "thanks.wav", spoken("thanks"))
    hotline_prompts("import", str(source))
    shutil.copy(BUNDLED / "wav" / "missed.wav", own_file(home, "thanks"))
    result = hotline_prompts("check")
    assert result.exit_code == 1
    assert "thanks: the file is not the one" in result.output


def test_check_fails_when_an_imported_recording_is_lost(home: Path, source: Path) -> None:
    record(source / "thanks.wav", spoken("thanks"))
    hotline_prompts("import", str(source))
    own_file(home, "thanks").unlink()
    result = hotline_prompts("check")
    assert result.exit_code == 1
    assert "缺少文件" in result.output


def test_check_says_when_the_beep_comes(home: Path) -> None:
    result = hotline_prompts("check")
    assert result.exit_code == 0, result.output
    assert "提示音最晚" in result.output


def test_list_shows_whose_voice_it_is(home: Path, source: Path) -> None:
    record(source / "thanks.wav", spoken("thanks"))
    hotline_prompts("import", str(source))
    lines = {line.split()[0]: line for line in hotline_prompts("list").output.splitlines()}
    assert "自己录制" in lines["thanks"]
    assert "zf_xiaoyi" in lines["greeting"]
