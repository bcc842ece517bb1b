"""What a telephone line does to sound: 8 kHz, 16 bit, one channel."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

RATE = 8000
FRAME = 160  # samples: 20 ms
# A frame louder than this is speech; full scale is 1. Line noise stays about -55 dB below it.
SPEECH_LEVEL = 0.006

Samples = NDArray[np.float32]


class NotAudio(Exception):
    """Not a sound file, or an empty one."""


@dataclass(frozen=True)
class Heard:
    """What a carrier records. `wav` is b"" when nobody spoke; `ended_early`: by silence or by the longest
    allowed length, while the caller was still there."""

    wav: bytes
    seconds: float
    ended_early: bool


def read_telephone(source: bytes | Path) -> Samples:
    """Any WAV, MP3 or OGG as the line carries it: mono at RATE, -1..1."""
    try:
        samples, rate = soundfile.read(_opened(source), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise NotAudio(str(error)) from error
    if len(samples) == 0:
        raise NotAudio("no samples in it")
    mono: Samples = samples.mean(axis=1)
    return mono if rate == RATE else soxr.resample(mono, rate, RATE).astype(np.float32)


def as_wav(samples: Samples) -> bytes:
    return _encoded(samples, format="WAV", subtype="PCM_16")


def as_mp3(wav: bytes) -> bytes:
    return _encoded(read_telephone(wav), format="MP3")


def seconds_of(sound: bytes) -> float:
    """A sound file's length."""
    try:
        info = soundfile.info(io.BytesIO(sound))
    except soundfile.LibsndfileError as error:
        raise NotAudio(str(error)) from error
    return float(info.frames / info.samplerate)


def listen(samples: Samples, *, silence: float, longest: float) -> Heard:
    """Records as <Record> does: until `silence` seconds without speech, `longest` seconds, or the end."""
    spoken = _speech_frames(samples)
    quiet = _first_pause(spoken, int(silence * RATE / FRAME))
    limit = min(int(longest * RATE), len(samples))
    end = limit if quiet is None else min(limit, quiet * FRAME)
    ended_early = end < len(samples)
    if not spoken[: end // FRAME + 1].any():
        return Heard(b"", end / RATE, ended_early)
    return Heard(as_wav(samples[:end]), end / RATE, ended_early)


def _speech_frames(samples: Samples) -> NDArray[np.bool_]:
    padded = np.pad(samples, (0, -len(samples) % FRAME)).reshape(-1, FRAME)
    loud: NDArray[np.bool_] = np.sqrt((padded**2).mean(axis=1)) > SPEECH_LEVEL
    return loud


def _first_pause(spoken: NDArray[np.bool_], frames: int) -> int | None:
    """The frame at which a pause has lasted `frames`; None when there is no such pause."""
    run = 0
    for index, loud in enumerate(spoken):
        run = 0 if loud else run + 1
        if run >= frames:
            return index + 1
    return None


def _opened(source: bytes | Path) -> io.BytesIO | Path:
    return io.BytesIO(source) if isinstance(source, bytes) else source


def _encoded(samples: Samples, **kind: Any) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, RATE, **kind)
    return out.getvalue()
