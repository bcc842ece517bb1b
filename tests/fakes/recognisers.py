"""Recognisers that fail as native ones do, for the processes that must outlive them. Each is an opener."""

import os
import time
from pathlib import Path

from nlp.audio import Audio
from nlp.transcription import Progress, Transcription, Word


class _Fine:
    engine = "fake:fine"

    def transcribe(self, audio: Audio, on_progress: Progress | None = None) -> Transcription:
        return Transcription("听见了", (Word("听见了", 0.0, 1.0, 0.9),), self.engine, 0.0)

    def with_alternatives(self, audio: Audio, transcription: Transcription) -> Transcription:
        return transcription


class _Aborting(_Fine):
    """Kaldi's failed assertion: abort() in the middle of a recording, the first time only."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def transcribe(self, audio: Audio, on_progress: Progress | None = None) -> Transcription:
        if not self._mark.exists():
            self._mark.touch()
            self.fail()
        return super().transcribe(audio)

    def fail(self) -> None:
        os.abort()


class _HangingOnce(_Aborting):
    def fail(self) -> None:
        time.sleep(600)


class _Hanging(_Fine):
    def transcribe(self, audio: Audio, on_progress: Progress | None = None) -> Transcription:
        time.sleep(600)
        raise AssertionError("nobody ended it")


class _Greedy(_Fine):
    def transcribe(self, audio: Audio, on_progress: Progress | None = None) -> Transcription:
        bytearray(16 * 1024**3)
        return super().transcribe(audio)


class _Slow(_Fine):
    def transcribe(self, audio: Audio, on_progress: Progress | None = None) -> Transcription:
        assert on_progress
        for second in range(1, 6):
            on_progress(float(second))
            time.sleep(0.6)
        return super().transcribe(audio)


def fine(model: Path) -> _Fine:
    return _Fine()


def aborting(model: Path) -> _Fine:
    return _Aborting(model / "aborted")


def hanging_once(model: Path) -> _Fine:
    return _HangingOnce(model / "hung")


def hanging(model: Path) -> _Fine:
    return _Hanging()


def greedy(model: Path) -> _Fine:
    return _Greedy()


def slow(model: Path) -> _Fine:
    return _Slow()
