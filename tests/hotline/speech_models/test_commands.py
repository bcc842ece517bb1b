"""`hotline model`, `understand` and `transcribe` as other programs drive them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hotline.settings import Settings
from tests.conftest import missing
from tests.speech import CLIPS

ROOT = Path(__file__).parents[3]


def hotline(*arguments: str, home: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "hotline", *arguments],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        # A program without a UTF-8 locale drives it as well.
        env={**os.environ, "HOTLINE_HOME": str(home), "LC_ALL": "C", "PYTHONUTF8": "0"},
        timeout=120,
    )


def lines(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


def test_understand_answers_one_object_a_line(tmp_path: Path) -> None:
    said = "厨房着火了\n\n天福苑三栋的路灯莫得了\r\n".encode() + b"\xff\xfe bad bytes\n" + "最后一行".encode()
    done = hotline("understand", home=tmp_path, stdin=said)
    assert done.returncode == 0, done.stderr
    answers = lines(done)
    assert [answer["text"] for answer in answers][:3] == ["厨房着火了", "", "天福苑三栋的路灯莫得了"]
    assert len(answers) == 5
    assert (answers[0]["urgency"], answers[0]["ring"]) == ("emergency", "119")
    assert answers[2]["standard_text"] == "天福苑三栋的路灯没有了"
    assert answers[2]["domain"] == "公共设施维护"
    assert [place["name"] for place in answers[2]["places"]] == ["天福苑", "3栋"]
    assert set(answers[0]) == {
        "text", "standard_text", "domain", "demand_type", "urgency", "ring", "evidence", "places",
    }  # fmt: skip


def test_understand_takes_another_taxonomy_and_refuses_an_unknown_one(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "domains.toml").write_text(
        "fallback = '别的'\n[[entries]]\nvalue = '水电'\nstrong = '停水'\n", encoding="utf-8"
    )
    done = hotline("understand", "--taxonomy", str(folder), home=tmp_path, stdin="停水了\n".encode())
    assert lines(done)[0]["domain"] == "水电"
    refused = hotline("understand", "--taxonomy", "nowhere", home=tmp_path)
    assert refused.returncode != 0
    assert refused.stdout == b""
    assert b"default" in refused.stderr


@pytest.mark.speech
def test_transcribe_goes_on_after_a_bad_file_and_fails_at_the_end(
    speech_settings: Settings, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"not audio")
    clip = CLIPS / "SSB00570140.wav"
    done = hotline("transcribe", str(clip), str(bad), str(clip), home=speech_settings.home)
    first, error, last = lines(done)
    assert done.returncode != 0
    assert error["file"] == str(bad)
    assert "not_audio" in error["error"]
    assert first["file"] == last["file"] == str(clip)
    assert set(first) == {"file", "text", "seconds", "words"}
    assert set(first["words"][0]) == {"word", "start", "end", "confidence"}
    assert "服务" in first["text"]
    assert first["seconds"] == pytest.approx(3.63, abs=0.1)


@pytest.mark.speech
def test_transcribe_of_good_files_succeeds(speech_settings: Settings) -> None:
    done = hotline("transcribe", str(CLIPS / "SSB00570140.wav"), home=speech_settings.home)
    assert done.returncode == 0, done.stderr
    assert len(lines(done)) == 1


@pytest.mark.speech
def test_a_sherpa_release_is_installed_from_its_file_and_compared_with_vosk(
    speech_model: Path, tmp_path: Path
) -> None:
    try:
        import sherpa_onnx  # noqa: F401

        from tests import tiny_sense_voice
    except ImportError:
        missing("sherpa-onnx or onnx is not installed: pip install '.[sherpa,test]'")
    name = "sherpa-onnx-sense-voice-tiny"
    tiny_sense_voice.write(tmp_path / name)
    archive = shutil.make_archive(str(tmp_path / name), "bztar", tmp_path, name)
    home = tmp_path / "home"
    installed = hotline("model", "install", archive, home=home)
    assert installed.returncode == 0, installed.stderr
    assert name.encode() in installed.stdout
    (home / "speech_models" / speech_model.name).symlink_to(speech_model)
    clip = str(CLIPS / "SSB00570140.wav")
    done = hotline("transcribe", "--engine", "all", clip, home=home)
    assert done.returncode == 0, done.stderr
    vosk, sherpa = lines(done)
    assert (vosk["engine"], sherpa["engine"]) == (f"vosk:{speech_model.name}", f"sherpa:{name}")
    assert "服务" in vosk["text"]
    assert vosk["file"] == sherpa["file"] == clip
    one = lines(hotline("transcribe", "--model", name, clip, home=home))
    assert [line["engine"] for line in one] == [f"sherpa:{name}"]
    nothing = hotline("transcribe", "--engine", "whisper", clip, home=home)
    assert nothing.returncode == 1
    assert b"no model of this engine" in nothing.stderr


def test_without_a_model_transcribe_says_how_to_get_one(tmp_path: Path) -> None:
    done = hotline("transcribe", "a.wav", home=tmp_path)
    assert done.returncode != 0
    assert b"hotline model install" in done.stderr


@pytest.mark.speech
def test_the_list_shows_what_is_in_use_and_what_can_be_had(speech_settings: Settings) -> None:
    shown = hotline("model", "list", home=speech_settings.home).stdout.decode()
    assert shown.startswith("* ")
    assert "- vosk-model-small-cn-0.22" in shown
    assert "- whisper-base" in shown


def test_errors_are_one_line_not_a_traceback(tmp_path: Path) -> None:
    for arguments in (
        ("model", "use", "none"),
        ("model", "remove", "none"),
        ("model", "check"),
        ("model", "install", "x"),
    ):
        done = hotline(*arguments, home=tmp_path)
        assert done.returncode != 0
        assert done.stderr.startswith(b"Error: ")
        assert b"Traceback" not in done.stderr
