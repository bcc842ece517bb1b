"""Transcription in processes of their own: a recogniser that crashes or hangs costs one try, not the worker."""

import resource
import sys
from collections.abc import Callable
from concurrent.futures import wait
from multiprocessing import get_context
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from hotline.settings import Settings
from hotline.speech_models import chosen
from nlp.audio import load_audio
from nlp.transcription import Progress, Transcriber, Transcription, TranscriptionError, open_transcriber

# Longer than any recogniser needs for the longest recording on a slow machine.
TIME_LIMIT = 15 * 60
# Address space of a speech process: Python, its libraries and a long recording take 0.6 to 1 GB; a loaded model
# about its size on the disk, and three times that while a large Vosk graph is being decoded (1.9 GB: 6 to 8 GB).
BASE_MEMORY, MEMORY_BY_MODEL_BYTE = 2 * 1024**3, 4
# How often the desk may learn how far it is.
PROGRESS_SECONDS = 1.0

Opener = Callable[[Path], Transcriber]


class NoModel(TranscriptionError):
    """No speech model is installed: people listen."""


class Speech(Protocol):
    def transcribe(self, path: Path, on_progress: Progress | None = None) -> Transcription:
        """Raises TranscriptionError (this recording) or NoModel."""

    def close(self) -> None: ...


class PooledSpeech:
    """`HOTLINE_SPEECH_PROCESSES` processes, each with one loaded model, each with one recording at a time."""

    def __init__(self, settings: Settings, *, opener: Opener = open_transcriber, time_limit: float = TIME_LIMIT):
        self._settings = settings
        self._opener = opener
        self._time_limit = time_limit
        # spawn: forking a process that runs threads can deadlock the child.
        context = get_context("spawn")
        # A place in shared memory for each process, where it writes the seconds that it has decoded.
        self._decoded = context.Array("d", settings.speech_processes, lock=False)
        self._free_slots: SimpleQueue[int] = SimpleQueue()
        for slot in range(settings.speech_processes):
            self._free_slots.put(slot)
        self._pool = ProcessPool(
            max_workers=settings.speech_processes, context=context, initializer=_begin, initargs=(self._decoded,)
        )

    def transcribe(self, path: Path, on_progress: Progress | None = None) -> Transcription:
        model = chosen(self._settings)
        if model is None:
            raise NoModel("no speech model is installed")
        slot = self._free_slots.get()
        try:
            self._decoded[slot] = 0.0
            work = (self._opener, model, path, slot)
            future = self._pool.schedule(_transcribe, args=work, timeout=self._time_limit)
            if on_progress:
                self._follow(future, slot, on_progress)
            result: Transcription = future.result()
        except TimeoutError as error:
            raise TranscriptionError(f"gave up after {self._time_limit:g} s") from error
        except ProcessExpired as error:
            raise TranscriptionError(f"the recogniser crashed (exit code {error.exitcode})") from error
        except MemoryError as error:
            raise TranscriptionError("the recogniser needs more memory than it may have") from error
        finally:
            self._free_slots.put(slot)
        return result

    def _follow(self, future: "ProcessFuture[Transcription]", slot: int, on_progress: Progress) -> None:
        told = 0.0
        while not wait([future], timeout=PROGRESS_SECONDS).done:
            if self._decoded[slot] > told:
                told = self._decoded[slot]
                on_progress(told)

    def close(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble types all but this
        self._pool.join()


_shared: Any = None


def _begin(decoded: Any) -> None:
    global _shared
    _shared = decoded


def _transcribe(opener: Opener, model: Path, path: Path, slot: int) -> Transcription:
    def progress(seconds: float) -> None:
        _shared[slot] = seconds

    recogniser, audio = _recogniser(opener, model), load_audio(path)
    return recogniser.with_alternatives(audio, recogniser.transcribe(audio, progress))


# The one model of this process.
_loaded: dict[tuple[Opener, Path], Transcriber] = {}


def _recogniser(opener: Opener, model: Path) -> Transcriber:
    if (opener, model) not in _loaded:
        # Another model was chosen: there may not be memory for both.
        _loaded.clear()
        limit_memory(memory_for(model))
        _loaded[opener, model] = opener(model)
    return _loaded[opener, model]


def memory_for(model: Path) -> int:
    """Bytes that a process with this model may have."""
    size = sum(path.stat().st_size for path in model.rglob("*") if path.is_file())
    return BASE_MEMORY + MEMORY_BY_MODEL_BYTE * size


def limit_memory(limit: int) -> None:
    """A recogniser that grows without end is ended before it takes the whole machine along.

    Only on Linux: macOS does not keep to this limit, and refuses it.
    """
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
