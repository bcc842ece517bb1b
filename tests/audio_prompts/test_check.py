"""`hotline prompts check` notices whatever would reach a caller wrong."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio_prompts import check, manifest, telephone
from audio_prompts.manifest import BUNDLED, Prompt


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A house with one prompt."""
    (tmp_path / "wav").mkdir()
    shutil.copy(BUNDLED / "wav" / "thanks.wav", tmp_path / "wav" / "thanks.wav")
    return tmp_path


@pytest.fixture
def thanks() -> Prompt:
    return manifest.read(BUNDLED)["thanks"]


def remade(prompt: Prompt, path: Path) -> Prompt:
    """The manifest's entry as if this file were the right one."""
    info = soundfile.info(path)
    return replace(prompt, sha256=manifest.hash_file(path), seconds=round(info.duration, 3))


def complaint(prompt: Prompt, folder: Path) -> str:
    return "; ".join(check.faults(prompt, folder))


def test_a_good_prompt_has_no_faults(thanks: Prompt, folder: Path) -> None:
    assert check.faults(thanks, folder) == []


def test_a_missing_file_is_noticed(thanks: Prompt, folder: Path) -> None:
    (folder / thanks.file).unlink()
    assert "missing" in complaint(thanks, folder)


def test_a_swapped_file_is_noticed(thanks: Prompt, folder: Path) -> None:
    shutil.copy(BUNDLED / "wav" / "missed.wav", folder / thanks.file)
    assert "not the one that was made from this text" in complaint(thanks, folder)


def test_a_truncated_file_is_noticed(thanks: Prompt, folder: Path) -> None:
    path = folder / thanks.file
    path.write_bytes(path.read_bytes()[:20000])
    assert "not the one" in complaint(thanks, folder)
    assert "the manifest says" in complaint(thanks, folder)


def test_a_file_without_audio_is_noticed(thanks: Prompt, folder: Path) -> None:
    (folder / thanks.file).write_text("<html>404</html>")
    assert "no audio file" in complaint(thanks, folder)


@pytest.mark.parametrize("change", [{"text": "谢谢您。"}, {"voice": "zf_xiaoxiao"}, {"speed": 0.5}])
def test_text_voice_and_speed_cannot_change_without_rendering(
    thanks: Prompt, folder: Path, change: dict[str, str]
) -> None:
    assert "not rendered again" in complaint(replace(thanks, **change), folder)


@pytest.mark.parametrize(
    ("rate", "channels", "subtype"), [(16000, 1, "PCM_16"), (8000, 2, "PCM_16"), (8000, 1, "ALAW")]
)
def test_only_telephone_format_will_do(
    thanks: Prompt, folder: Path, rate: int, channels: int, subtype: str
) -> None:
    path = folder / thanks.file
    samples, _ = telephone.read(path, 30)
    soundfile.write(path, np.repeat(samples[:, None], channels, axis=1), rate, subtype=subtype)
    assert "not in telephone format" in complaint(remade(thanks, path), folder)


def test_mu_law_is_telephone_format_too(thanks: Prompt, folder: Path) -> None:
    path = folder / thanks.file
    samples, _ = telephone.read(path, 30)
    soundfile.write(path, samples, 8000, subtype="ULAW")
    assert check.faults(remade(thanks, path), folder) == []


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda samples: samples * 0.1, "level"),
        (lambda samples: np.clip(samples * 2.5, -1, 1), "clipped"),
        (lambda samples: samples * 0, "level"),
        (lambda samples: samples[: len(samples) * 3 // 4], "too fast"),
        (lambda samples: samples[:1600], "too short"),
        (lambda samples: np.tile(samples, 2), "too long"),
    ],
)
def test_what_a_caller_would_not_understand_is_noticed(
    thanks: Prompt, folder: Path, spoil: object, reason: str
) -> None:
    path = folder / thanks.file
    samples, _ = telephone.read(path, 30)
    telephone.write(path, spoil(samples))  # type: ignore[operator]
    assert reason in complaint(remade(thanks, path), folder)
