"""Transcription in processes of their own: a recogniser that crashes or hangs costs one try, not the worker."""

from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

from pebble import ProcessExpired, ProcessPool

from hotline.settings import Settings
from hotline.speech_models import chosen
from nlp.audio import load_audio
from nlp.transcription import Transcriber, Transcription, TranscriptionError, open_transcriber

# Longer than any recogniser needs for the longest recording on a slow machine.
TIME_LIMIT = 15 * 60


class NoModel(TranscriptionError):
    """No speech model is installed: people listen."""


class Speech(Protocol):
    def transcribe(self, path: Path) -> Transcription:
        """Raises TranscriptionError (this recording) or NoModel."""

    def close(self) -> None: ...


class PooledSpeech:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # spawn: forking a process that runs threads can deadlock the child.
        self._pool = ProcessPool(max_workers=settings.speech_processes, context=get_context("spawn"))

    def transcribe(self, path: Path) -> Transcription:
        model = chosen(self._settings)
        if model is None:
            raise NoModel("no speech model is installed")
        future = self._pool.schedule(_transcribe, args=(model, path), timeout=TIME_LIMIT)
        try:
            result: Transcription = future.result()
        except TimeoutError as error:
            raise TranscriptionError(f"gave up after {TIME_LIMIT} s") from error
        except ProcessExpired as error:
            raise TranscriptionError(f"the recogniser crashed (exit code {error.exitcode})") from error
        return result

    def close(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble types all but this
        self._pool.join()


def _transcribe(model: Path, path: Path) -> Transcription:
    return _recogniser(model).transcribe(load_audio(path))


@lru_cache(maxsize=1)
def _recogniser(model: Path) -> Transcriber:
    return open_transcriber(model)
