"""Sound to text: one protocol, several engines. A model is a folder; its layout names the engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    # The command line reads a folder's layout without loading the audio libraries.
    from nlp.audio import Audio

# On the 153 real clips, two thirds of the words that Vosk heard wrong have a lower confidence, and a fifth of the
# right ones.
DOUBTFUL = 0.7

Progress = Callable[[float], None]
"""Called now and then while decoding, with the seconds of the audio that are done."""


class TranscriptionError(Exception):
    """The model cannot be used, or the recogniser failed on this audio."""


@dataclass(frozen=True)
class Word:
    """`start` and `end` in seconds of the audio, `confidence` 0 to 1; `alternatives`: what else it may have
    been, the likeliest first, for a doubtful word of an engine that knows."""

    word: str
    start: float
    end: float
    confidence: float
    alternatives: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`alternatives` only where there are any."""
        plain: dict[str, Any] = {
            "word": self.word,
            "start": self.start,
            "end": self.end,
            "confidence": self.confidence,
        }
        return plain | ({"alternatives": list(self.alternatives)} if self.alternatives else {})


@dataclass(frozen=True)
class Transcription:
    """`text` is for people to read: punctuation, paragraphs, digits (`nlp.readable`); `words` are as they were
    heard, without punctuation. `cpu_seconds`: its cost."""

    text: str
    words: tuple[Word, ...]
    engine: str
    cpu_seconds: float

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "words": [word.to_json() for word in self.words],
        }


class Transcriber(Protocol):
    """`engine` names engine and model ("vosk:vosk-model-small-cn-0.22"). It serves one thread at a time."""

    engine: str

    def transcribe(self, audio: "Audio", on_progress: Progress | None = None) -> Transcription: ...

    def with_alternatives(self, audio: "Audio", transcription: Transcription) -> Transcription:
        """The same with alternatives of its doubtful words, where the engine knows any: a second hearing of the
        doubtful parts, so it costs up to as much again."""


def layout(model_dir: Path) -> str:
    """ "vosk", "whisper", "sherpa" or "": which engine's model the folder holds."""
    if (model_dir / "model.bin").is_file() and (model_dir / "tokenizer.json").is_file():
        return "whisper"
    if any((model_dir / path).is_file() for path in ("am/final.mdl", "final.mdl")):
        return "vosk"
    if (model_dir / "tokens.txt").is_file() and sherpa_model(model_dir).keys() & {"model", "joiner"}:
        return "sherpa"
    return ""


def sherpa_model(model_dir: Path) -> dict[str, Path]:
    """The ONNX files of a sherpa-onnx release by part: "model", or "encoder", "decoder" and "joiner".

    A release often holds the same part in full and in 8-bit precision; the latter is as good and twice as fast.
    """
    found: dict[str, Path] = {}
    for path in sorted(model_dir.glob("*.onnx"), key=lambda path: ".int8." in path.name):
        for part in ("model", "encoder", "decoder", "joiner"):
            if path.name.startswith(part):
                found[part] = path
    return found


def open_transcriber(model_dir: Path) -> Transcriber:
    """Load the model in `model_dir` (0.1 to 20 s). Raises TranscriptionError.

    A damaged model may end the process all the same: install through `hotline model install`, which tries it.
    """
    found = layout(model_dir)
    if found == "vosk":
        from nlp.vosk_engine import VoskTranscriber

        return VoskTranscriber(model_dir)
    if found == "whisper":
        from nlp.whisper_engine import WhisperTranscriber

        return WhisperTranscriber(model_dir)
    if found == "sherpa":
        from nlp.sherpa_engine import SherpaTranscriber

        return SherpaTranscriber(model_dir)
    raise TranscriptionError(f"no speech model in {model_dir}")


def join_words(words: Sequence[str]) -> str:
    """Words to a readable line: Latin words keep a space between them, Chinese ones do not."""
    line = ""
    for word in words:
        if line and word and line[-1].isascii() and word[0].isascii():
            line += " "
        line += word
    return line
