import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from nlp import audio
from nlp.audio import AudioError, decode, load_audio
from tests.conftest import missing

Tone = Callable[..., Path]


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.ogg", "a.flac"])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_any_format_and_rate_becomes_mono_at_16_khz(tone: Tone, name: str, rate: int) -> None:
    loaded = load_audio(tone(name, rate=rate, seconds=2, channels=2))
    assert loaded.samples.dtype == np.float32
    assert loaded.samples.ndim == 1
    assert (loaded.rate, loaded.original_rate) == (16000, rate)
    assert loaded.seconds == pytest.approx(2, abs=0.15)
    assert loaded.level == pytest.approx(-9, abs=1.5)
    assert not loaded.silent


def test_the_pitch_survives_resampling(tone: Tone) -> None:
    samples = load_audio(tone("a.wav", rate=8000, seconds=1)).samples
    spectrum = np.abs(np.fft.rfft(samples))
    assert int(np.argmax(spectrum)) == pytest.approx(440, abs=2)


def test_the_name_of_the_file_is_not_believed(tone: Tone, tmp_path: Path) -> None:
    disguised = tone("a.mp3").rename(tmp_path / "a.wav")
    assert load_audio(disguised).seconds == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<html>404 Not Found</html>", "not_audio"),
        (b"RIFF\x00\x00\x00\x00WAVE", "not_audio"),
        (bytes(5000), "not_audio"),
        (b"\xff\xfb\x90\x00" + b"no more of an MP3", "not_audio"),
    ],
)
def test_what_is_not_audio_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError) as caught:
        load_audio(path)
    assert caught.value.reason in (reason, "empty")
    assert " object at 0x" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="missing"):
        load_audio(tmp_path / "none.wav")


def test_a_file_without_samples_is_empty(tone: Tone) -> None:
    with pytest.raises(AudioError, match="empty"):
        load_audio(tone("a.wav", seconds=0))


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.ogg", "a.flac"])
def test_a_truncated_file_gives_what_was_said_until_then(tone: Tone, name: str) -> None:
    data = tone(name, seconds=20).read_bytes()
    begun = decode(data[: len(data) * 3 // 4])
    assert 2 < begun.seconds < 19
    assert not begun.silent


def test_a_header_that_promises_gigabytes_is_not_believed(tone: Tone) -> None:
    data = bytearray(tone("a.wav", seconds=1).read_bytes())
    position = data.index(b"data")
    data[4:8] = data[position + 4 : position + 8] = struct.pack("<I", 0xFFFFFFFE)
    assert decode(bytes(data)).seconds == pytest.approx(1, abs=0.01)


def test_a_recording_whose_header_was_never_finished_is_read(tone: Tone) -> None:
    data = bytearray(tone("a.wav", seconds=1).read_bytes())
    position = data.index(b"data")
    data[4:8] = data[position + 4 : position + 8] = bytes(4)
    assert decode(bytes(data)).seconds == pytest.approx(1, abs=0.01)


def test_channels_of_opposite_polarity_do_not_cancel_the_voice(tmp_path: Path) -> None:
    voice = np.sin(np.arange(16000) / 10).astype(np.float32) / 2
    soundfile.write(tmp_path / "a.wav", np.stack([voice, -voice], axis=1), 16000)
    assert load_audio(tmp_path / "a.wav").level == pytest.approx(-9, abs=0.5)


def test_absurd_rates_are_refused(tone: Tone) -> None:
    data = bytearray(tone("a.wav").read_bytes())
    data[24:28] = struct.pack("<I", 7)
    with pytest.raises(AudioError):
        decode(bytes(data))


def test_too_long_and_too_big_are_refused(tone: Tone, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tone("a.wav", seconds=3)
    with pytest.raises(AudioError, match="too_long"):
        load_audio(path, max_seconds=2)
    monkeypatch.setattr(audio, "MAX_BYTES", 1000)
    with pytest.raises(AudioError, match="too_big"):
        load_audio(path)


def test_silence_is_an_outcome_not_an_error(tone: Tone) -> None:
    assert load_audio(tone("a.wav", loud=0)).silent
    assert load_audio(tone("b.wav", loud=0.001)).silent


def test_clipping_is_measured(tone: Tone) -> None:
    assert load_audio(tone("a.wav", loud=0.5)).clipped == 0
    assert load_audio(tone("b.wav", loud=3)).clipped > 0.5


def test_nan_and_infinity_become_silence_and_full_scale(tmp_path: Path) -> None:
    samples = np.full(16000, 0.1, dtype=np.float32)
    samples[100], samples[200] = np.nan, np.inf
    soundfile.write(tmp_path / "a.wav", samples, 16000, subtype="FLOAT")
    loaded = load_audio(tmp_path / "a.wav")
    assert np.isfinite(loaded.samples).all()
    assert np.abs(loaded.samples).max() <= 1


def amr(seconds: float) -> bytes:
    """Narrow-band AMR of noise: frames of 20 ms at 12.2 kbit/s, each a byte of header and 31 of parameters."""
    parameters = np.random.default_rng(1).integers(0, 256, size=(int(seconds * 50), 31), dtype=np.uint8)
    return b"#!AMR\n" + b"".join(b"\x3c" + frame.tobytes() for frame in parameters)


@pytest.fixture
def ffmpeg() -> None:
    if shutil.which("ffmpeg") is None:
        missing("ffmpeg is not installed: AMR cannot be tested")


def test_amr_is_read_by_ffmpeg(ffmpeg: None, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(amr(3))
    loaded = load_audio(tmp_path / "a.wav")
    assert (loaded.rate, loaded.original_rate) == (16000, 8000)
    assert loaded.seconds == pytest.approx(3, abs=0.1)
    assert not loaded.silent


def test_amr_that_is_too_long_or_broken_is_named(ffmpeg: None) -> None:
    with pytest.raises(AudioError, match="too_long"):
        decode(amr(10), max_seconds=2)
    with pytest.raises(AudioError) as caught:
        decode(b"#!AMR\n")
    assert caught.value.reason in ("damaged", "empty")


def test_ffmpeg_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ffmpeg").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(audio, "FFMPEG_SECONDS", 0.5)
    with pytest.raises(AudioError, match="damaged: ffmpeg took longer"):
        decode(amr(1))


def test_amr_without_ffmpeg_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AudioError, match="needs_ffmpeg"):
        decode(amr(1))


def test_a_faint_voice_is_raised_and_a_usual_one_left_alone(tone: Tone) -> None:
    def loudest(loud: float) -> float:
        return float(np.abs(load_audio(tone("a.wav", loud=loud)).samples[1000:-1000]).max())

    assert loudest(0.1) == pytest.approx(0.1, rel=0.05)
    assert loudest(0.005) == pytest.approx(np.sqrt(2) * 10 ** (audio.RAISED / 20), rel=0.05)
    # What was measured is the recording, not what became of it.
    assert load_audio(tone("b.wav", loud=0.005)).level == pytest.approx(-49, abs=0.5)


def test_raising_never_overdrives_a_single_loud_knock(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).normal(0, 0.001, 160_000).astype(np.float32)
    samples[5000] = 0.5
    soundfile.write(tmp_path / "a.wav", samples, 16000, subtype="FLOAT")
    loaded = load_audio(tmp_path / "a.wav")
    assert loaded.level < audio.FAINT
    assert np.abs(loaded.samples).max() == pytest.approx(audio.RAISED_PEAK, abs=0.01)
