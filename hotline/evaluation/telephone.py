"""What a telephone line leaves of a voice: 300 to 3400 Hz, 8 kHz, G.711 A-law, which China's networks use."""

import io

import numpy as np
import soundfile
import soxr

from nlp.audio import Audio, Samples, decode

RATE = 8_000
LOW_HZ, HIGH_HZ = 300.0, 3_400.0
# Steepness of the band's edges, as of a Butterworth filter of this order.
ORDER = 4


def by_telephone(audio: Audio) -> Audio:
    """The same audio after a telephone line, at the same rate."""
    line = band(soxr.resample(audio.samples, audio.rate, RATE), RATE)
    coded = io.BytesIO()
    soundfile.write(coded, np.clip(line, -1.0, 1.0), RATE, format="WAV", subtype="ALAW")
    return decode(coded.getvalue(), rate=audio.rate)


def band(samples: Samples, rate: int) -> Samples:
    """Only what lies between LOW_HZ and HIGH_HZ; the loudness within it stays."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    with np.errstate(divide="ignore"):
        gain = 1 / np.sqrt(1 + (LOW_HZ / hertz) ** (2 * ORDER)) / np.sqrt(1 + (hertz / HIGH_HZ) ** (2 * ORDER))
    kept: Samples = np.fft.irfft(spectrum * gain, len(samples)).astype(np.float32)
    return kept
