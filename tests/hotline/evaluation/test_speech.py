"""`hotline evaluate speech`: the counting, the telephone line, and the command on real voices."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from hotline.evaluation.characters import Errors, cardinal, compare, interval, normalised
from hotline.evaluation.speech import speech
from hotline.evaluation.telephone import by_telephone
from hotline.settings import Settings
from nlp.audio import Audio
from tests.speech import CLIPS, speech_model, speech_settings

__all__ = ["speech_model", "speech_settings"]


@pytest.mark.parametrize(
    ("said", "heard", "counts"),
    [
        ("路灯坏了", "路灯坏了", (0, 0, 0)),
        ("路灯坏了", "路等坏了", (1, 0, 0)),
        ("路灯坏了", "灯坏了", (0, 1, 0)),
        ("路灯坏了", "路灯坏了了", (0, 0, 1)),
        ("路灯坏了", "", (0, 4, 0)),
        ("", "啊", (0, 0, 1)),
    ],
)
def test_wrong_missed_and_invented_characters_are_told_apart(
    said: str, heard: str, counts: tuple[int, int, int]
) -> None:
    errors = compare(said, heard)
    assert (errors.substitutions, errors.deletions, errors.insertions) == counts
    assert errors.characters == len(said)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("三栋二十九号,路灯坏了。", "３栋 29号 路灯坏了"),
        ("打一二三四五", "打12345"),
        ("一万二千三百四十五块", "12345块"),
        ("二零二六年", "2026年"),
        ("百分之五", "5%"),
        ("三点五", "3.5"),
        ("幺幺九", "119"),
        ("听happy歌", "听 Happy 歌"),
    ],
)
def test_what_two_people_write_differently_is_no_error(said: str, heard: str) -> None:
    assert compare(said, heard).total == 0


@pytest.mark.parametrize(
    ("number", "read"),
    [
        (0, "零"),
        (10, "十"),
        (14, "十四"),
        (110, "一百一十"),
        (305, "三百零五"),
        (20_050, "二万零五十"),
        (3_281_138, "三百二十八万一千一百三十八"),
        (10_000_005, "一千万零五"),
        (120_000_000, "一亿二千万"),
    ],
)
def test_numbers_are_read_as_people_read_them(number: int, read: str) -> None:
    assert cardinal(number) == read
    assert normalised(str(number)) == read


def test_the_interval_holds_the_rate_and_shrinks_with_more_clips() -> None:
    few = [Errors(10, wrong, 0, 0) for wrong in (0, 1, 2, 5)]
    many = few * 50
    low, high = interval(few) or (1, 0)
    narrow = interval(many) or (1, 0)
    assert low < sum(few, Errors()).rate < high
    assert low < narrow[0] < narrow[1] < high
    assert interval(few) == interval(few)
    assert interval(few[:1]) is None


def tones(*hertz: int) -> Audio:
    t = np.arange(32_000) / 16_000
    samples = sum(0.2 * np.sin(2 * np.pi * one * t) for one in hertz).astype(np.float32)
    return Audio(samples, 16_000, 16_000, peak=-6.0, level=-12.0, clipped=0.0)


def test_the_telephone_line_keeps_the_voice_and_drops_hum_and_hiss() -> None:
    after = by_telephone(tones(50, 1000, 6000))
    spectrum = np.abs(np.fft.rfft(after.samples[:32_000]))
    hum, voice, hiss = (spectrum[one * 2] for one in (50, 1000, 6000))
    assert after.rate == 16_000
    assert after.seconds == pytest.approx(2, abs=0.01)
    assert voice > 100 * hum
    assert voice > 100 * hiss
    # A-law is coarse, but not coarser than the network: about 38 dB of signal to noise.
    once = by_telephone(tones(1000)).samples
    twice = by_telephone(Audio(once, 16_000, 16_000, peak=-6.0, level=-12.0, clipped=0.0)).samples
    assert 0.0001 < np.abs(once - twice)[1000:-1000].max() < 0.03


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    lines = ["path\ttranscript\tdialect\tgroup\tlicence"]
    for line in (CLIPS / "clips.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, transcript, corpus = line.split("\t")
        (tmp_path / name).symlink_to(CLIPS / name)
        lines.append(f"{name}\t{transcript}。\tmandarin\t{corpus}\tApache-2.0")
    (tmp_path / "manifest.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "manifest.tsv"


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(speech, arguments, env={"HOTLINE_HOME": str(home)})


@pytest.mark.speech
def test_real_voices_are_measured_with_and_without_the_telephone(
    speech_settings: Settings, manifest: Path
) -> None:
    done = run(speech_settings.home, str(manifest), "--telephone", "--json")
    assert done.exit_code == 0, done.output
    report: dict[str, Any] = json.loads(done.output)
    assert report["engine"].startswith("vosk:")
    recorded, telephone = report["lines"]
    assert [recorded["line"], telephone["line"]] == ["as recorded", "by telephone"]
    assert recorded["all"]["clips"] == 5
    assert set(recorded["by_group"]) == {"AISHELL-1", "AISHELL-3"}
    assert recorded["by_group"]["AISHELL-3"]["clips"] == 3
    assert 0 <= recorded["all"]["low"] <= recorded["all"]["cer"] <= recorded["all"]["high"] < 0.4
    assert telephone["all"]["cer"] < 0.6
    assert recorded["cpu_per_second"] > 0
    assert recorded["failed"] == []


@pytest.mark.speech
def test_the_table_shows_the_rate_by_group_and_a_named_model_is_taken(
    speech_settings: Settings, speech_model: Path, manifest: Path
) -> None:
    done = run(speech_settings.home, str(manifest), "--model", speech_model.name)
    assert done.exit_code == 0, done.output
    assert "| AISHELL-3 | 3 |" in done.output
    assert "by telephone" not in done.output


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("path\ttext\na.wav\t路灯\n", ":1: no column 缺少列 transcript"),
        ("path\ttranscript\nnone.wav\t路灯\n", ":2: no such file"),
        ("path\ttranscript\n", "no clips"),
    ],
)
@pytest.mark.speech
def test_a_wrong_manifest_is_said_with_its_line(
    speech_settings: Settings, tmp_path: Path, content: str, complaint: str
) -> None:
    (tmp_path / "manifest.tsv").write_text(content, encoding="utf-8")
    done = run(speech_settings.home, str(tmp_path / "manifest.tsv"))
    assert done.exit_code == 1
    assert complaint in done.output


def test_an_unknown_model_is_said(tmp_path: Path, manifest: Path) -> None:
    done = run(tmp_path, str(manifest), "--model", "nowhere")
    assert done.exit_code == 1
    assert "not installed" in done.output
