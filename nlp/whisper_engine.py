"""The second engine: Whisper by faster-whisper (`.[whisper]`), for machines without a Vosk model."""

import os
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from nlp.audio import MODEL_RATE, Audio
from nlp.readable import readable
from nlp.transcription import Progress, Transcription, TranscriptionError, Word

# Whisper's own thresholds for "this is not speech" (Radford et al. 2022, section 4.5); what it invents
# after the last word of a clip scores 0.47 to 0.73 on the first.
NO_SPEECH, UNSURE, REPETITIVE = 0.45, -1.0, 2.4

# Nobody speaks more than about eight characters a second; the decoder's loops do.
TOKENS_A_SECOND, TOKENS_OF_A_WINDOW = 12, 220


class WhisperTranscriber:
    """A CTranslate2 Whisper model on the CPU in 8-bit integers."""

    def __init__(self, model_dir: Path) -> None:
        for name in ("model.bin", "config.json", "tokenizer.json"):
            # Without its tokenizer faster-whisper would go to a model hub for one.
            if not (model_dir / name).is_file():
                raise TranscriptionError(f"not a whole Whisper model: {model_dir} lacks {name}")
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise TranscriptionError("pip install 'xiangyin-hotline[whisper]' to use this model") from error
        try:
            self._model = WhisperModel(
                str(model_dir.resolve()),
                device="cpu",
                compute_type="int8",
                cpu_threads=min(4, os.cpu_count() or 1),
                local_files_only=True,
            )
        except Exception as error:
            raise TranscriptionError(f"Whisper cannot load {model_dir}: {error}") from error
        self.engine = f"whisper:{model_dir.name}"

    def transcribe(self, audio: Audio, on_progress: Progress | None = None) -> Transcription:
        if audio.rate != MODEL_RATE:
            raise TranscriptionError(f"audio at {audio.rate} Hz; a model hears {MODEL_RATE} Hz")
        started = time.process_time()
        # On silence Whisper invents sentences it saw in subtitles.
        segments = [] if audio.silent else self._decode(audio, on_progress)
        words = [word for segment in segments for word in _words(segment)]
        return Transcription(
            # Its own punctuation is rare and often in the wrong place on this size of model.
            text=readable(words, audio),
            words=tuple(words),
            engine=self.engine,
            cpu_seconds=time.process_time() - started,
        )

    def with_alternatives(self, audio: Audio, transcription: Transcription) -> Transcription:
        # faster-whisper tells one way to hear it.
        return transcription

    def _decode(self, audio: Audio, on_progress: Progress | None) -> list[Any]:
        try:
            segments, _ = self._model.transcribe(
                audio.samples,
                language="zh",
                word_timestamps=True,
                vad_filter=True,
                # No initial prompt: on short clips it doubles the cost and makes Whisper invent a sentence
                # after the last word. `simplified` does what the prompt is commonly used for.
                # No fallback to other temperatures: the same audio must give the same text.
                temperature=0.0,
                max_new_tokens=min(TOKENS_OF_A_WINDOW, 20 + int(audio.seconds * TOKENS_A_SECOND)),
                # One wrong sentence must not lead the next one astray.
                condition_on_previous_text=False,
                no_speech_threshold=NO_SPEECH,
                hallucination_silence_threshold=2.0,
            )
            return [segment for segment in _followed(segments, on_progress) if _spoken(segment)]
        except (RuntimeError, ValueError, MemoryError) as error:
            raise TranscriptionError(f"Whisper failed: {error}") from error


def _followed(segments: Iterable[Any], on_progress: Progress | None) -> Iterator[Any]:
    for segment in segments:
        yield segment
        if on_progress:
            on_progress(float(segment.end))


def _spoken(segment: Any) -> bool:
    silence = segment.no_speech_prob > NO_SPEECH and segment.avg_logprob < UNSURE
    return not silence and segment.compression_ratio <= REPETITIVE


def _words(segment: Any) -> Iterable[Word]:
    for item in segment.words or ():
        # Punctuation hangs on the word before it; it has no sound, so no confidence of its own.
        word = simplified(item.word.strip()).strip('，。！？、；：,.!?;:"“”… ')
        if word:
            yield Word(
                word,
                round(float(item.start), 2),
                round(float(item.end), 2),
                round(float(item.probability), 3),
            )


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Traditional characters, which Whisper falls into now and then, to simplified ones."""
    result: str = _converter().convert(text)
    return result
