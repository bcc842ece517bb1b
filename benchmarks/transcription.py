"""What our transcription costs above the bare vosk loop, and what a second process brings; all in one run.

    python benchmarks/transcription.py FILE... [--model FOLDER] [--repeat N] [--rounds N]

Without --model: the model that the hotline would use. Each file is decoded by both in turn, so that a busy machine
slows both. The ratio is of CPU seconds, the scaling of the wall clock; each is the median of its rounds.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import vosk

from hotline.settings import read_settings
from hotline.speech_models import chosen
from nlp.audio import MODEL_RATE, Audio, load_audio
from nlp.transcription import Transcriber, open_transcriber
from nlp.vosk_engine import BLOCK

# Recordings that each process decodes in a round of the scaling.
RECORDINGS = 50


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


def overhead(folder: Path, files: list[Path], repeat: int) -> tuple[float, float]:
    """CPU seconds for all files: the bare loop on samples that are ready, and ours from the file to the text."""
    transcriber, model = open_transcriber(folder), vosk.Model(str(folder))
    audios = [load_audio(file) for file in files]
    pcms = [audio.pcm16() for audio in audios]
    bare_loop(model, pcms[0])
    transcriber.transcribe(audios[0])
    rounds = []
    for number in range(repeat):
        bare = ours = 0.0
        for file, pcm in zip(files, pcms, strict=True):
            steps = [
                lambda pcm=pcm: bare_loop(model, pcm),
                lambda file=file: transcriber.transcribe(load_audio(file)),
            ]
            # Who comes second finds warm caches: take turns.
            order = (0, 1) if number % 2 else (1, 0)
            spent = {which: cpu_seconds(steps[which]) for which in order}
            bare, ours = bare + spent[0], ours + spent[1]
        rounds.append((bare, ours))
    return min(rounds, key=lambda r: abs(r[1] / r[0] - statistics.median(ours / bare for bare, ours in rounds)))


@cache
def loaded(folder: Path) -> Transcriber:
    return open_transcriber(folder)


def decode(folder: Path, audio: Audio) -> int:
    return len(loaded(folder).transcribe(audio).words)


@contextmanager
def processes(folder: Path, audio: Audio, count: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes, each with the model loaded."""
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        list(pool.map(decode, [folder] * count * 4, [audio] * count * 4))
        yield pool


def recordings_a_second(pool: ProcessPoolExecutor, folder: Path, audio: Audio, count: int) -> float:
    jobs = RECORDINGS * count
    started = time.monotonic()
    list(pool.map(decode, [folder] * jobs, [audio] * jobs))
    return jobs / (time.monotonic() - started)


def scaling(folder: Path, audio: Audio, rounds: int) -> list[float]:
    """Throughput of two processes by that of one, measured in turn."""
    with processes(folder, audio, 1) as one, processes(folder, audio, 2) as two:
        return [
            recordings_a_second(two, folder, audio, 2) / recordings_a_second(one, folder, audio, 1)
            for _ in range(rounds)
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    folder = options.model or chosen(read_settings())
    if folder is None:
        parser.error("no speech model: hotline model install vosk-model-small-cn-0.22")
    seconds = sum(load_audio(file).seconds for file in options.files)
    print(f"model {folder.name}, {len(options.files)} files, {seconds:.1f} s of audio, {os.cpu_count()} cores")
    bare, ours = overhead(folder, options.files, options.repeat)
    print("| what | CPU s | real-time factor | against the bare loop |")
    print("|---|---|---|---|")
    print(f"| bare vosk loop, samples ready | {bare:.3f} | {bare / seconds:.4f} | 1.000 |")
    print(f"| load_audio + transcribe | {ours:.3f} | {ours / seconds:.4f} | {ours / bare:.3f} |")
    before = os.getloadavg()[0]
    ratios = scaling(folder, load_audio(options.files[0]), options.rounds)
    shown = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"two processes against one: {statistics.median(ratios):.2f} ({shown}); load before: {before:.1f}")


if __name__ == "__main__":
    main()
