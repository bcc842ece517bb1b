"""Real-time factor of our transcription against the bare vosk loop, on the same file in the same run.

    python benchmarks/transcription.py FILE [--model FOLDER] [--repeat N]

Without --model: the model that the hotline would use. The last column is what our code costs above vosk itself.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import vosk

from hotline.settings import read_settings
from hotline.speech_models import chosen
from nlp.audio import MODEL_RATE, load_audio
from nlp.vosk_engine import BLOCK, VoskTranscriber


def bare_loop(model: vosk.Model, pcm: bytes) -> str:
    """What vosk's own example does."""
    recogniser = vosk.KaldiRecognizer(model, MODEL_RATE)
    recogniser.SetWords(True)
    texts = []
    for start in range(0, len(pcm), BLOCK):
        if recogniser.AcceptWaveform(pcm[start : start + BLOCK]):
            texts.append(json.loads(recogniser.Result())["text"])
    texts.append(json.loads(recogniser.FinalResult())["text"])
    return "".join(texts)


def cpu_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--repeat", type=int, default=10)
    options = parser.parse_args()
    folder = options.model or chosen(read_settings())
    if folder is None:
        parser.error("no speech model: hotline model install vosk-model-small-cn-0.22")
    transcriber = VoskTranscriber(folder)
    model = vosk.Model(str(folder))
    audio = load_audio(options.file)
    pcm = audio.pcm16()
    bare_loop(model, pcm)
    transcriber.transcribe(audio)
    rounds = [
        (
            cpu_seconds(lambda: bare_loop(model, pcm)),
            cpu_seconds(lambda: transcriber.transcribe(load_audio(options.file))),
        )
        for _ in range(options.repeat)
    ]
    bare, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(
        f"model {folder.name}, {audio.seconds:.1f} s of audio at {audio.original_rate} Hz, median of {len(rounds)}"
    )
    print("| what | CPU s | real-time factor | against the bare loop |")
    print("|---|---|---|---|")
    print(f"| bare vosk loop, samples ready | {bare:.3f} | {bare / audio.seconds:.4f} | 1.000 |")
    print(f"| load_audio + VoskTranscriber | {ours:.3f} | {ours / audio.seconds:.4f} | {ours / bare:.3f} |")


if __name__ == "__main__":
    main()
