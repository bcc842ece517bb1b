"""Speech in telephone format: 8,000 Hz, one channel, 16 bits, one loudness, short margins."""

import math
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 8000
# What carriers play without converting: PCM of 16 bits and G.711 mu-law.
SUBTYPES = ("PCM_16", "ULAW")
# Loudness of the spoken frames, in dB of full scale: loud enough for old ears, with room for the peaks.
LEVEL = -18.0
LEVEL_TOLERANCE = 3.0
PEAK = 0.89
# Silence around the words: prompts played one after the other sound like one sentence.
MARGIN_SECONDS = 0.07
# A frame this far below the loudest one is no speech any more.
FLOOR_DB = 36.0
FRAME = RATE // 100
# Quieter than this, a recording holds no speech at all.
SILENCE = -50.0


class SilentError(ValueError):
    """There is no speech in it."""


class Measured(NamedTuple):
    """A file as it is: `level` and `peak` in dB of full scale."""

    rate: int
    channels: int
    subtype: str
    seconds: float
    level: float
    peak: float

    @property
    def is_telephone(self) -> bool:
        return self.rate == RATE and self.channels == 1 and self.subtype in SUBTYPES


def decibels(value: float) -> float:
    return 20 * math.log10(max(value, 1e-6))


def frame_levels(samples: Samples) -> NDArray[np.float64]:
    """Root mean square of each 10 ms."""
    whole = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    levels: NDArray[np.float64] = np.sqrt(np.mean(np.square(whole, dtype=np.float64), axis=1))
    return levels


def spoken(levels: NDArray[np.float64]) -> NDArray[np.bool_]:
    loudest = float(levels.max(initial=0.0))
    floor = max(loudest * 10 ** (-FLOOR_DB / 20), 10 ** (SILENCE / 20))
    return np.asarray(levels > floor, np.bool_)


def speech_level(samples: Samples) -> float:
    """Loudness of the spoken frames in dB of full scale; -120 for silence."""
    levels = frame_levels(samples)
    words = levels[spoken(levels)]
    return decibels(float(np.sqrt(np.mean(np.square(words))))) if len(words) else -120.0


def to_telephone(samples: Samples, rate: int) -> Samples:
    """Mono speech at any rate as the telephone wants it: resampled, cut to its words, levelled.

    Raises SilentError."""
    narrow = soxr.resample(samples, rate, RATE) if rate != RATE else samples
    return levelled(trimmed(narrow))


def trimmed(samples: Samples) -> Samples:
    """From MARGIN_SECONDS before the first word to MARGIN_SECONDS after the last, with soft edges."""
    frames = np.flatnonzero(spoken(frame_levels(samples)))
    if len(frames) == 0:
        raise SilentError
    margin = round(MARGIN_SECONDS * RATE)
    padded = np.pad(samples, margin)
    words = padded[frames[0] * FRAME : (frames[-1] + 1) * FRAME + 2 * margin].copy()
    edge = np.linspace(0, 1, FRAME, dtype=np.float32)
    words[:FRAME] *= edge
    words[-FRAME:] *= edge[::-1]
    return words


def levelled(samples: Samples) -> Samples:
    """At LEVEL. Peaks above PEAK are bent, not cut: clipping hurts on the telephone."""
    louder = samples * 10 ** ((LEVEL - speech_level(samples)) / 20)
    knee = PEAK * 0.7
    room = PEAK - knee
    size = np.abs(louder)
    bent = knee + room * np.tanh((size - knee) / room)
    return np.where(size > knee, np.sign(louder) * bent, louder).astype(np.float32)


def read(path: Path | BinaryIO, longest: float) -> tuple[Samples, int]:
    """The first `longest` seconds of any file that libsndfile knows (WAV, MP3, OGG, FLAC), channels mixed, and
    their rate. Raises soundfile.LibsndfileError."""
    with soundfile.SoundFile(path) as file:
        samples = file.read(round(longest * file.samplerate), dtype="float32", always_2d=True)
        return samples.mean(axis=1), file.samplerate


def write(file: Path | BinaryIO, samples: Samples) -> float:
    """Write a telephone WAV; returns its seconds."""
    soundfile.write(file, samples, RATE, subtype="PCM_16", format="WAV")
    return round(len(samples) / RATE, 3)


def measure(path: Path) -> Measured:
    """Raises soundfile.LibsndfileError."""
    with soundfile.SoundFile(path) as file:
        samples = file.read(dtype="float32", always_2d=True).mean(axis=1)
        rate, channels, subtype = file.samplerate, file.channels, file.subtype
    peak = decibels(float(np.abs(samples).max(initial=0.0)))
    return Measured(rate, channels, subtype, len(samples) / rate, speech_level(samples), peak)
