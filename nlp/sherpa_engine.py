"""The third engine: sherpa-onnx (`.[sherpa]`), for models that know Sichuanese (SenseVoice, Paraformer)."""

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp.audio import MODEL_RATE, Audio, Samples
from nlp.onnx_file import metadata
from nlp.readable import find_silences, readable
from nlp.transcription import Progress, Transcription, TranscriptionError, Word, sherpa_model

# These models look at a whole piece at once: their memory grows with its square, and they were trained on
# sentences of up to half a minute. Less than the shortest window of features aborts the process.
LONGEST_PIECE, SHORTEST_PIECE = 25.0, 0.5
# The last character of a piece, and one before a pause, has no end of its own.
LONGEST_CHARACTER = 0.4
MARKS = "，。！？、；：,.!?;:"

Open = Callable[..., Any]


def kinds() -> dict[str, tuple[str, dict[str, Any]]]:
    """How each kind of single-file model is opened, by the `model_type` that it carries (in lower case)."""
    return {
        # SenseVoice writes punctuation and digits itself.
        "sense_voice_ctc": ("from_sense_voice", {"use_itn": True}),
        "paraformer": ("from_paraformer", {}),
        "zipformer2_ctc": ("from_zipformer_ctc", {}),
        "wenet_ctc": ("from_wenet_ctc", {}),
        "telespeech_ctc": ("from_telespeech_ctc", {}),
    }


class SherpaTranscriber:
    """One loaded model on the CPU. `confidence` is 1.0 where the model tells none."""

    def __init__(self, model_dir: Path) -> None:
        try:
            import sherpa_onnx
        except ImportError as error:
            raise TranscriptionError("pip install 'xiangyin-hotline[sherpa]' to use this model") from error
        try:
            self._recogniser = _open(sherpa_onnx.OfflineRecognizer, model_dir)
        except (RuntimeError, ValueError, OSError) as error:
            raise TranscriptionError(f"sherpa-onnx cannot load {model_dir}: {error}") from error
        self.engine = f"sherpa:{model_dir.name}"

    def transcribe(self, audio: Audio, on_progress: Progress | None = None) -> Transcription:
        if audio.rate != MODEL_RATE:
            raise TranscriptionError(f"audio at {audio.rate} Hz; a model hears {MODEL_RATE} Hz")
        started = time.process_time()
        text, words = "", []
        for start, samples in [] if audio.silent else pieces(audio):
            result = self._decode(samples)
            text += result.text.strip()
            words += words_of(result, start, start + len(samples) / MODEL_RATE)
            if on_progress:
                on_progress(start + len(samples) / MODEL_RATE)
        return Transcription(
            text=text if any(mark in text for mark in MARKS) else readable(words, audio),
            words=tuple(words),
            engine=self.engine,
            cpu_seconds=time.process_time() - started,
        )

    def with_alternatives(self, audio: Audio, transcription: Transcription) -> Transcription:
        # These models tell one way to hear it.
        return transcription

    def _decode(self, samples: Samples) -> Any:
        short = int(SHORTEST_PIECE * MODEL_RATE) - len(samples)
        stream = self._recogniser.create_stream()
        stream.accept_waveform(MODEL_RATE, np.pad(samples, (0, max(0, short))))
        try:
            self._recogniser.decode_stream(stream)
        except (RuntimeError, ValueError) as error:
            raise TranscriptionError(f"sherpa-onnx failed: {error}") from error
        return stream.result


def _open(recogniser: Any, model_dir: Path) -> Any:
    files = sherpa_model(model_dir)
    common = {"tokens": str(model_dir / "tokens.txt"), "num_threads": min(4, os.cpu_count() or 1)}
    if "joiner" in files:
        parts = {part: str(files[part]) for part in ("encoder", "decoder", "joiner")}
        return recogniser.from_transducer(**parts, **common)
    if "model" not in files:
        raise ValueError("neither model.onnx nor encoder, decoder and joiner")
    kind = metadata(files["model"]).get("model_type", "")
    if kind.lower() not in kinds():
        raise ValueError(f"unknown kind of model {kind!r}; known: {', '.join(kinds())}")
    method, options = kinds()[kind.lower()]
    return getattr(recogniser, method)(str(files["model"]), **common, **options)


def pieces(audio: Audio) -> Iterator[tuple[float, Samples]]:
    """The audio in pieces that such a model can take, cut in the middle of pauses: start in seconds, samples."""
    pauses = [(start + end) / 2 for start, end in find_silences(audio)]
    start = 0.0
    while audio.seconds - start > LONGEST_PIECE:
        reachable = [pause for pause in pauses if start + 1.0 < pause <= start + LONGEST_PIECE]
        end = reachable[-1] if reachable else start + LONGEST_PIECE
        yield start, audio.samples[int(start * MODEL_RATE) : int(end * MODEL_RATE)]
        start = end
    yield start, audio.samples[int(start * MODEL_RATE) :]


def words_of(result: Any, offset: float, end: float) -> list[Word]:
    """Characters and Latin words with their times; `offset` and `end` of the piece in seconds.

    A model without times (some Paraformers) spreads its characters evenly over the piece.
    """
    tokens: Sequence[str] = result.tokens or list(result.text)
    if not tokens:
        return []
    latin_pieces = any("▁" in token for token in tokens)
    starts = [offset + moment for moment in result.timestamps]
    if len(starts) != len(tokens):
        starts = [offset + (end - offset) * i / len(tokens) for i in range(len(tokens))]
    ends = [
        min(following, start + LONGEST_CHARACTER)
        for start, following in zip(starts, [*starts[1:], end], strict=True)
    ]
    logs = result.ys_log_probs if len(result.ys_log_probs) == len(tokens) else [0.0] * len(tokens)
    words: list[Word] = []
    goes_on = False
    for token, start, until, log in zip(tokens, starts, ends, logs, strict=True):
        plain = token.replace("▁", " ").removesuffix("@@")
        text = plain.strip()
        if not text or text in MARKS or text.startswith("<"):
            goes_on = False
            continue
        if words and goes_on and not plain.startswith(" ") and text.isascii():
            words[-1] = replace(words[-1], word=words[-1].word + text, end=round(until, 2))
        else:
            words.append(Word(text, round(start, 2), round(until, 2), round(math.exp(min(0.0, log)), 3)))
        # "hel@@ lo" or "▁hel lo": pieces of one Latin word.
        goes_on = token.endswith("@@") or (latin_pieces and text.isascii())
    return words
