"""A recogniser that hears what the test tells it to hear; for the worker's own logic. Real Vosk: tests/nlp."""

from pathlib import Path

from nlp.transcription import Progress, Transcription, Word


class FakeSpeech:
    def __init__(self) -> None:
        # A text, or the error to raise; the last one stays.
        self.hears: list[str | Exception] = ["天福苑二栋的下水道堵了"]
        self.files: list[Path] = []

    def transcribe(self, path: Path, on_progress: Progress | None = None) -> Transcription:
        self.files.append(path)
        heard = self.hears.pop(0) if len(self.hears) > 1 else self.hears[0]
        if isinstance(heard, Exception):
            raise heard
        words = tuple(
            Word(word=char, start=i * 0.2, end=i * 0.2 + 0.2, confidence=0.9) for i, char in enumerate(heard)
        )
        return Transcription(text=heard, words=words, engine="fake", cpu_seconds=0.0)

    def close(self) -> None:
        pass
