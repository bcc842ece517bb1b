"""Try a model in a process of its own: a damaged model aborts the recogniser, and the whole process with it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from hotline.speech_models.errors import SpeechModelError

TRIAL_SECONDS = 300
SOUND_SECONDS = 3


def try_model(folder: Path, *, timeout: float = TRIAL_SECONDS) -> dict[str, float | str]:
    """Load the model in a child and decode some sound: engine, load_seconds, decode_seconds, memory_mb."""
    command = [sys.executable, "-m", "hotline.speech_models.trial", str(folder.resolve())]
    try:
        # The path is the only thing that comes from outside, and no shell sees it.
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=_environment())  # noqa: S603 (us)
    except subprocess.TimeoutExpired as error:
        raise SpeechModelError(f"the model did not answer in {timeout:.0f} s 模型试用超时") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        reason = lines[-1] if lines else f"ended by signal {-done.returncode}"
        raise SpeechModelError(f"the model does not work 模型不能用: {reason[:300]}")
    result: dict[str, float | str] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def _environment() -> dict[str, str]:
    # The child finds the packages where this process found them, installed or not.
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def main(folder: Path) -> None:
    import resource

    import numpy as np

    from nlp.audio import MODEL_RATE, Audio
    from nlp.transcription import TranscriptionError, open_transcriber

    started = time.monotonic()
    try:
        transcriber = open_transcriber(folder)
    except TranscriptionError as error:
        sys.exit(str(error))
    loaded = time.monotonic()
    # A rising buzz: loud enough to be decoded, and the same every time.
    t = np.arange(SOUND_SECONDS * MODEL_RATE) / MODEL_RATE
    samples = (0.3 * np.sign(np.sin(2 * np.pi * (120 + 40 * t) * t))).astype(np.float32)
    transcriber.transcribe(Audio(samples, MODEL_RATE, MODEL_RATE, peak=-10.0, level=-10.0, clipped=0.0))
    measured = {
        "engine": transcriber.engine,
        "load_seconds": round(loaded - started, 2),
        "decode_seconds": round(time.monotonic() - loaded, 2),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(measured) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
