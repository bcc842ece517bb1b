"""The third engine for real, on a model of a few kilobytes (tests/tiny_sense_voice.py)."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from nlp.audio import Audio, load_audio
from nlp.onnx_file import metadata
from nlp.sherpa_engine import LONGEST_PIECE, pieces, words_of
from nlp.transcription import TranscriptionError, layout, open_transcriber, sherpa_model
from tests.conftest import missing
from tests.speech import CLIPS

try:
    import sherpa_onnx  # noqa: F401

    from tests import tiny_sense_voice
except ImportError:
    tiny_sense_voice = None  # type: ignore[assignment]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if tiny_sense_voice is None:
        missing("sherpa-onnx or onnx is not installed: pip install '.[sherpa,test]'")
    return tiny_sense_voice.write(tmp_path_factory.mktemp("models") / "tiny-sense-voice")


@pytest.fixture
def voice() -> Audio:
    return load_audio(CLIPS / "SSB00570140.wav")


def after_another(voice: Audio, pause: float, times: int) -> Audio:
    quiet = np.zeros(int(pause * voice.rate), dtype=np.float32)
    return replace(voice, samples=np.concatenate([np.concatenate([voice.samples, quiet])] * times))


def test_a_sense_voice_model_is_recognised_loaded_and_decoded(tiny: Path, voice: Audio) -> None:
    assert layout(tiny) == "sherpa"
    transcriber = open_transcriber(tiny)
    assert transcriber.engine == "sherpa:tiny-sense-voice"
    result = transcriber.transcribe(after_another(voice, 1.5, 2))
    assert result.engine == transcriber.engine
    assert {word.word for word in result.words} == {"路"}
    assert 0 <= result.words[0].start < voice.seconds
    assert any(voice.seconds + 1 < word.start < voice.seconds + 3 for word in result.words)
    assert "。" in result.text
    assert "".join(char for char in result.text if char not in "，。\n") == "路" * len(result.words)


def test_long_audio_is_decoded_in_pieces_with_progress_and_right_times(tiny: Path, voice: Audio) -> None:
    long = after_another(voice, 1.0, 12)
    told: list[float] = []
    result = open_transcriber(tiny).transcribe(long, told.append)
    assert len(told) >= 3
    assert told == sorted(told)
    assert told[-1] == pytest.approx(long.seconds, abs=0.01)
    starts = [word.start for word in result.words]
    assert starts == sorted(starts)
    assert starts[-1] > long.seconds - voice.seconds - 1


@pytest.mark.parametrize("samples", [1, 100, 3000])
def test_a_scrap_of_sound_does_not_end_the_process(tiny: Path, voice: Audio, samples: int) -> None:
    result = open_transcriber(tiny).transcribe(replace(voice, samples=voice.samples[:samples]))
    assert len(result.words) <= 1


def test_silence_is_not_decoded(tiny: Path, voice: Audio) -> None:
    quiet = replace(voice, samples=voice.samples * 0, peak=-np.inf)
    assert open_transcriber(tiny).transcribe(quiet).text == ""


def test_pieces_are_cut_in_pauses_and_lose_nothing(voice: Audio) -> None:
    long = after_another(voice, 1.0, 12)
    cut = list(pieces(long))
    assert np.array_equal(np.concatenate([samples for _, samples in cut]), long.samples)
    assert all(len(samples) / long.rate <= LONGEST_PIECE for _, samples in cut)
    for start, _ in cut[1:]:
        around = long.samples[int((start - 0.1) * long.rate) : int((start + 0.1) * long.rate)]
        assert np.abs(around).max() < 0.01


def test_a_voice_without_pauses_is_cut_all_the_same() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 60 * 16_000).astype(np.float32)
    cut = list(pieces(Audio(noise, 16_000, 16_000, peak=-6.0, level=-20.0, clipped=0.0)))
    assert [round(start) for start, _ in cut] == [0, 25, 50]


def result(tokens: list[str], timestamps: list[float], logs: tuple[float, ...] = ()) -> SimpleNamespace:
    return SimpleNamespace(text="".join(tokens), tokens=tokens, timestamps=timestamps, ys_log_probs=list(logs))


def test_pieces_of_latin_words_are_put_together_and_marks_left_out() -> None:
    heard = result(
        ["<|zh|>", "路", "，", "▁hel", "lo", "▁my", "灯", "。"], [0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9]
    )
    assert [word.word for word in words_of(heard, 10.0, 12.0)] == ["路", "hello", "my", "灯"]
    assert words_of(heard, 10.0, 12.0)[1].start == 10.3
    paraformer = result(["路", "hel@@", "lo", "灯"], [0.1, 0.3, 0.4, 0.8])
    assert [word.word for word in words_of(paraformer, 0.0, 1.0)] == ["路", "hello", "灯"]


def test_a_model_without_times_spreads_its_characters() -> None:
    words = words_of(result(["路", "灯"], []), 4.0, 6.0)
    assert [(word.word, word.start) for word in words] == [("路", 4.0), ("灯", 5.0)]


def test_confidence_is_the_model_s_own_where_it_tells_one() -> None:
    words = words_of(result(["路", "灯"], [0.0, 0.5], (-0.1, -2.0)), 0.0, 1.0)
    assert [word.confidence for word in words] == [0.905, 0.135]


def test_the_8_bit_model_is_preferred(tmp_path: Path) -> None:
    for name in ("model.onnx", "model.int8.onnx", "tokens.txt"):
        (tmp_path / name).touch()
    assert sherpa_model(tmp_path)["model"].name == "model.int8.onnx"


def test_a_transducer_folder_is_recognised(tmp_path: Path) -> None:
    for part in ("encoder", "decoder", "joiner"):
        (tmp_path / f"{part}-epoch-99-avg-1.onnx").touch()
    assert layout(tmp_path) == ""
    (tmp_path / "tokens.txt").touch()
    assert layout(tmp_path) == "sherpa"


@pytest.mark.parametrize("content", [b"", b"<html>", bytes(200), b"\xff" * 200])
def test_what_is_no_known_model_is_said_before_it_is_loaded(tiny: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tokens.txt").write_bytes((tiny / "tokens.txt").read_bytes())
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(TranscriptionError, match="cannot load"):
        open_transcriber(tmp_path)


def test_metadata_is_read_from_the_file_and_half_a_file_refused(tiny: Path, tmp_path: Path) -> None:
    whole = (tiny / "model.int8.onnx").read_bytes()
    assert metadata(tiny / "model.int8.onnx")["model_type"] == "sense_voice_ctc"
    (tmp_path / "half.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="ONNX"):
        metadata(tmp_path / "half.onnx")
