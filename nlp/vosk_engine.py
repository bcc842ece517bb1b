"""The default engine: Vosk, offline, light enough for a small computer."""

import json
import time
from pathlib import Path

import vosk

from nlp.audio import MODEL_RATE, Audio
from nlp.transcription import Transcription, TranscriptionError, Word, join_words

# Kaldi writes to standard error, where the command line's own messages go.
vosk.SetLogLevel(-1)

# Bytes given to the recogniser at once: a quarter of a second. Larger blocks hide pauses from it.
BLOCK = MODEL_RATE // 4 * 2

UNKNOWN = "[unk]"


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

    def transcribe(self, audio: Audio) -> Transcription:
        if audio.rate != MODEL_RATE:
            raise TranscriptionError(f"audio at {audio.rate} Hz; a model hears {MODEL_RATE} Hz")
        started = time.thread_time()
        words = [] if audio.silent else self._decode(audio.pcm16())
        return Transcription(
            text=join_words([word.word for word in words]),
            words=tuple(words),
            engine=self.engine,
            cpu_seconds=time.thread_time() - started,
        )

    def _decode(self, pcm: bytes) -> list[Word]:
        recogniser = vosk.KaldiRecognizer(self._model, MODEL_RATE)
        recogniser.SetWords(True)
        words: list[Word] = []
        for start in range(0, len(pcm), BLOCK):
            if recogniser.AcceptWaveform(pcm[start : start + BLOCK]):
                words += _words(recogniser.Result())
        return words + _words(recogniser.FinalResult())


def _words(result: str) -> list[Word]:
    return [
        Word(item["word"], round(item["start"], 2), round(item["end"], 2), round(item["conf"], 3))
        for item in json.loads(result).get("result", [])
        if item["word"] != UNKNOWN
    ]
