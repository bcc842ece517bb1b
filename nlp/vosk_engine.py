"""The default engine: Vosk, offline, light enough for a small computer."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import vosk

from nlp.audio import MODEL_RATE, Audio
from nlp.readable import readable
from nlp.transcription import DOUBTFUL, Progress, Transcription, TranscriptionError, Word, join_words

# Kaldi writes to standard error, where the command line's own messages go.
vosk.SetLogLevel(-1)

# Bytes given to the recogniser at once: a quarter of a second. Larger blocks hide pauses from it.
BLOCK = MODEL_RATE // 4 * 2

UNKNOWN = "[unk]"

ALTERNATIVES = 5
# Heard again with a little of what stands around it; times of one word differ by a few frames between ways.
AROUND_SECONDS, SAME_SECONDS = 1.0, 0.15


def missing_parts(model_dir: Path) -> list[str]:
    """What a Vosk model folder lacks. Kaldi aborts the whole process on some, so look before loading."""
    old_layout = (model_dir / "final.mdl").is_file()
    parts: list[tuple[str, ...]]
    if old_layout:
        parts = [("final.mdl",), ("mfcc.conf",), ("HCLG.fst", "HCLr.fst"), ("word_boundary.int", "words.txt")]
    else:
        parts = [("am/final.mdl",), ("conf/mfcc.conf",), ("graph/HCLG.fst", "graph/HCLr.fst")]
        if (model_dir / "graph/HCLr.fst").is_file():
            parts.append(("graph/Gr.fst",))
        if (model_dir / "graph/HCLG.fst").is_file():
            parts.append(("graph/words.txt",))
    return [" / ".join(names) for names in parts if not any(_filled(model_dir / name) for name in names)]


def _filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


class VoskTranscriber:
    """One loaded model; each call makes its own recogniser, so calls do not hear each other."""

    def __init__(self, model_dir: Path) -> None:
        if missing := missing_parts(model_dir):
            raise TranscriptionError(f"not a whole Vosk model: {model_dir} lacks {', '.join(missing)}")
        try:
            # A path, never a name: by name vosk downloads, and exits the process when it cannot.
            self._model = vosk.Model(str(model_dir.resolve()))
        except Exception as error:
            raise TranscriptionError(f"Vosk cannot load {model_dir}: {error}") from error
        self.engine = f"vosk:{model_dir.name}"

    def transcribe(self, audio: Audio, on_progress: Progress | None = None) -> Transcription:
        if audio.rate != MODEL_RATE:
            raise TranscriptionError(f"audio at {audio.rate} Hz; a model hears {MODEL_RATE} Hz")
        started = time.thread_time()
        words = [] if audio.silent else self._decode(audio.pcm16(), on_progress)
        return Transcription(
            text=readable(words, audio),
            words=tuple(words),
            engine=self.engine,
            cpu_seconds=time.thread_time() - started,
        )

    def _decode(self, pcm: bytes, on_progress: Progress | None) -> list[Word]:
        recogniser = vosk.KaldiRecognizer(self._model, MODEL_RATE)
        recogniser.SetWords(True)
        words: list[Word] = []
        for start in range(0, len(pcm), BLOCK):
            if recogniser.AcceptWaveform(pcm[start : start + BLOCK]):
                words += _words(recogniser.Result())
            if on_progress:
                on_progress(start / 2 / MODEL_RATE)
        return words + _words(recogniser.FinalResult())

    def with_alternatives(self, audio: Audio, transcription: Transcription) -> Transcription:
        started = time.thread_time()
        words = list(transcription.words)
        for start, end in doubtful_spans(words, audio.seconds):
            heard = self._hear_again(audio, start, end)
            words = [_with_alternatives(word, heard) if start <= word.start < end else word for word in words]
        cost = transcription.cpu_seconds + time.thread_time() - started
        return replace(transcription, words=tuple(words), cpu_seconds=cost)

    def _hear_again(self, audio: Audio, start: float, end: float) -> list[list[Word]]:
        """The likeliest ways to hear a part of the audio; vosk gives these without confidences."""
        recogniser = vosk.KaldiRecognizer(self._model, MODEL_RATE)
        recogniser.SetWords(True)
        recogniser.SetMaxAlternatives(ALTERNATIVES)
        part = slice(int(start * MODEL_RATE), int(end * MODEL_RATE))
        recogniser.AcceptWaveform(replace(audio, samples=audio.samples[part]).pcm16())
        ways = json.loads(recogniser.FinalResult()).get("alternatives", [])
        return [
            [Word(item["word"], start + item["start"], start + item["end"], 0.0) for item in way.get("result", [])]
            for way in ways
        ]


def _words(result: str) -> list[Word]:
    return [
        Word(item["word"], round(item["start"], 2), round(item["end"], 2), round(item["conf"], 3))
        for item in json.loads(result).get("result", [])
        if item["word"] != UNKNOWN
    ]


def doubtful_spans(words: Sequence[Word], seconds: float) -> list[tuple[float, float]]:
    """The parts of the audio to hear again, none overlapping another."""
    spans: list[tuple[float, float]] = []
    for word in words:
        if word.confidence >= DOUBTFUL:
            continue
        start, end = max(0.0, word.start - AROUND_SECONDS), min(seconds, word.end + AROUND_SECONDS)
        if spans and start <= spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, end))
    return spans


def _with_alternatives(word: Word, ways: Sequence[Sequence[Word]]) -> Word:
    """The word with what the other ways hear at its time, where that begins and ends with it."""
    if word.confidence >= DOUBTFUL:
        return word
    found: dict[str, None] = {}
    for way in ways:
        inside = [
            other
            for other in way
            if other.start < word.end - SAME_SECONDS and other.end > word.start + SAME_SECONDS
        ]
        if inside and abs(inside[0].start - word.start) < SAME_SECONDS > abs(inside[-1].end - word.end):
            found[join_words([other.word for other in inside])] = None
    found.pop(word.word, None)
    return replace(word, alternatives=tuple(text for text in found if UNKNOWN not in text))
