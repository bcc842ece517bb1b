"""The second engine: Whisper by faster-whisper (optional dependency `.[whisper]`), for machines without a Vosk model."""

import os
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from nlp.audio import MODEL_RATE, Audio
from nlp.transcription import Transcription, TranscriptionError, Word, join_words

# It makes Whisper write simplified characters and punctuation.
PROMPT = "以下是居民打给社区热线的留言，使用简体中文。"

# Whisper's own thresholds for "this is not speech" (Radford et al. 2022, section 4.5).
NO_SPEECH, UNSURE, REPETITIVE = 0.6, -1.0, 2.4


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

    def transcribe(self, audio: Audio) -> Transcription:
        if audio.rate != MODEL_RATE:
            raise TranscriptionError(f"audio at {audio.rate} Hz; a model hears {MODEL_RATE} Hz")
        started = time.process_time()
        # On silence Whisper invents sentences it saw in subtitles.
        segments = [] if audio.silent else self._decode(audio)
        words = [word for segment in segments for word in _words(segment)]
        return Transcription(
            text=join_words([simplified(segment.text.strip()) for segment in segments]),
            words=tuple(words),
            engine=self.engine,
            cpu_seconds=time.process_time() - started,
        )

    def _decode(self, audio: Audio) -> list[Any]:
        try:
            segments, _ = self._model.transcribe(
                audio.samples,
                language="zh",
                initial_prompt=PROMPT,
                word_timestamps=True,
                vad_filter=True,
                # One wrong sentence must not lead the next one astray.
                condition_on_previous_text=False,
                no_speech_threshold=NO_SPEECH,
                hallucination_silence_threshold=2.0,
            )
            return [segment for segment in segments if _spoken(segment)]
        except (RuntimeError, ValueError, MemoryError) as error:
            raise TranscriptionError(f"Whisper failed: {error}") from error


def _spoken(segment: Any) -> bool:
    silence = segment.no_speech_prob > NO_SPEECH and segment.avg_logprob < UNSURE
    return not silence and segment.compression_ratio <= REPETITIVE and simplified(segment.text.strip()) not in PROMPT


def _words(segment: Any) -> Iterable[Word]:
    for item in segment.words or ():
        # Punctuation hangs on the word before it; it has no sound, so no confidence of its own.
        word = simplified(item.word.strip()).strip("，。！？、；：,.!?;:\"“”… ")
        if word:
            yield Word(word, round(item.start, 2), round(item.end, 2), round(item.probability, 3))


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Traditional characters, which Whisper falls into now and then, to simplified ones."""
    result: str = _converter().convert(text)
    return result
