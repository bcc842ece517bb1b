"""The speech processes: whatever a recogniser does to itself costs that one try, and the next one works."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotline.settings import Settings
from hotline.worker import recordings as work
from hotline.worker.context import WorkerContext
from hotline.worker.speech import NoModel, Opener, PooledSpeech, memory_for
from models import Recording, RecordingState
from nlp.audio import AudioError
from nlp.transcription import TranscriptionError, open_transcriber
from tests.fakes import recognisers
from tests.fakes.carrier import CarrierFake
from tests.hotline.worker.voicemails import FIRST, announced, speech
from tests.speech import CLIPS, speech_model, speech_settings

__all__ = ["speech_model", "speech_settings"]

CLIP = CLIPS / "SSB00570140.wav"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a folder that looks like a model; the openers of tests.fakes.recognisers do not look into it."""
    model = tmp_path / "model"
    (model / "am").mkdir(parents=True)
    (model / "am/final.mdl").write_bytes(b"x")
    return Settings(home=tmp_path / "home", speech_model=str(model))


@contextmanager
def pool(settings: Settings, opener: Opener, time_limit: float = 60) -> Iterator[PooledSpeech]:
    made = PooledSpeech(settings, opener=opener, time_limit=time_limit)
    try:
        yield made
    finally:
        made.close()


def test_a_recogniser_that_aborts_costs_one_try_and_the_next_works(settings: Settings) -> None:
    with pool(settings, recognisers.aborting) as speech:
        with pytest.raises(TranscriptionError, match="crashed"):
            speech.transcribe(CLIP)
        assert speech.transcribe(CLIP).text == "听见了"


def test_a_recogniser_that_hangs_is_ended_and_the_next_works(settings: Settings) -> None:
    with pool(settings, recognisers.hanging_once, time_limit=4) as speech:
        started = time.monotonic()
        with pytest.raises(TranscriptionError, match="gave up after 4 s"):
            speech.transcribe(CLIP)
        assert time.monotonic() - started < 30
        assert speech.transcribe(CLIP).text == "听见了"


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_a_recogniser_that_wants_the_whole_memory_does_not_get_it(settings: Settings) -> None:
    with pool(settings, recognisers.greedy) as speech, pytest.raises(TranscriptionError, match="memory"):
        speech.transcribe(CLIP)


def test_progress_is_told_while_a_long_recording_is_decoded(settings: Settings) -> None:
    told: list[float] = []
    with pool(settings, recognisers.slow) as speech:
        speech.transcribe(CLIP, told.append)
    assert told == sorted(set(told))
    assert len(told) >= 2
    assert 0 < told[-1] <= 5


def test_a_file_that_is_no_audio_is_said_as_such(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no audio")
    with pool(settings, recognisers.fine) as speech, pytest.raises(AudioError, match="not_audio"):
        speech.transcribe(tmp_path / "a.wav")


def test_without_a_model_there_is_a_word_for_it(tmp_path: Path) -> None:
    with pool(Settings(home=tmp_path), recognisers.fine) as speech, pytest.raises(NoModel):
        speech.transcribe(CLIP)


def test_a_larger_model_may_have_more_memory(tmp_path: Path) -> None:
    small = memory_for(tmp_path)
    (tmp_path / "model").write_bytes(bytes(1_000_000))
    assert memory_for(tmp_path) > small


@pytest.mark.speech
def test_real_vosk_works_within_its_limits_and_offers_alternatives(speech_settings: Settings) -> None:
    with pool(speech_settings, open_transcriber) as speech:
        result = speech.transcribe(CLIP)
    assert "服务" in result.text
    doubtful = [word for word in result.words if word.alternatives]
    assert doubtful
    assert all(word.confidence < 0.7 and word.word not in word.alternatives for word in doubtful)


@pytest.fixture
def hear_with(context: WorkerContext, settings: Settings) -> Iterator[Callable[[Opener, float], None]]:
    made: list[PooledSpeech] = []

    def use(opener: Opener, time_limit: float) -> None:
        made.append(PooledSpeech(settings, opener=opener, time_limit=time_limit))
        context.speech = made[0]

    yield use
    for one in made:
        one.close()


@pytest.mark.parametrize(
    ("opener", "state"),
    [(recognisers.aborting, RecordingState.DONE), (recognisers.hanging, RecordingState.NEEDS_LISTENING)],
    ids=["crashes once", "always hangs"],
)
def test_a_recording_is_tried_again_and_then_goes_to_a_person(
    context: WorkerContext,
    carrier: CarrierFake,
    hear_with: Callable[[Opener, float], None],
    opener: Opener,
    state: RecordingState,
) -> None:
    hear_with(opener, 60 if opener is recognisers.aborting else 0.5)
    announced(context, carrier.recordings.add(FIRST, speech()))
    work.fetch_recording(context)
    for _ in range(work.TRANSCRIBE_TRIES):
        work.transcribe_recording(context)
        context.clock.advance(seconds=10)
    with context.database.read() as session:
        row = session.query(Recording).one()
        assert row.state is state
        assert row.suggestion is not None
        assert row.suggestion.needs_listening == (state is RecordingState.NEEDS_LISTENING)
