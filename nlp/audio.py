"""Sound files of any kind to what a recogniser wants: mono float32 at the model's rate.

The file's name and its headers are never trusted: the kind is found from the bytes, the length is counted
while decoding, and every limit holds whatever a header says.
"""

import io
import math
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

Samples = npt.NDArray[np.float32]

MODEL_RATE = 16_000
"""Hz; small Vosk models abort on any other rate, and Whisper knows only this one."""

MAX_BYTES = 128 * 1024 * 1024
MAX_SECONDS = 15 * 60.0
# A carrier records at 8 kHz, a studio at 192 kHz; a header outside of that is damage or malice.
RATES = range(4_000, 192_001)
MAX_CHANNELS = 8
# Below this level (dBFS) a telephone line carries only its own noise.
SILENCE_PEAK_DB = -50.0
CLIPPED_AT = 0.999
# A voice below FAINT (dBFS) is raised to RAISED, its peaks to RAISED_PEAK at most: measured in docs/speech.md.
FAINT, RAISED, RAISED_PEAK = -40.0, -30.0, 0.9

# A mix with less than this share of the loudest channel's energy has lost the voice; one of eight channels alone
# keeps a sixty-fourth.
CANCELLED = 0.001

# A WAV of which only the header's lengths are missing (a recorder that lost its power) is read to its end.
_DATA, _NO_LENGTH, _TO_THE_END = b"data", bytes(4), b"\xff\xff\xff\xff"

# AMR, which some exchanges and phones record (RFC 4867, section 5), needs ffmpeg; soundfile cannot read it.
AMR_MARKS = (b"#!AMR\n", b"#!AMR-WB\n")
FFMPEG_SECONDS = 60


class AudioError(Exception):
    """The file cannot be used. `reason` is one of: missing, empty, not_audio, too_big, too_long, damaged,
    needs_ffmpeg (AMR, and no ffmpeg on this machine)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True)
class Audio:
    """Mono samples in [-1, 1] at `rate` Hz, with what was measured on the way.

    `level` and `peak` are dBFS as recorded (-inf for digital silence), `clipped` the share of samples at full
    scale, `complete` False when the file broke off before the length that it promised.
    """

    samples: Samples
    rate: int
    original_rate: int
    peak: float
    level: float
    clipped: float
    complete: bool = True

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def silent(self) -> bool:
        return self.peak < SILENCE_PEAK_DB

    def pcm16(self) -> bytes:
        """The samples as 16-bit little-endian PCM."""
        return (np.clip(self.samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()


def load_audio(path: Path, *, rate: int = MODEL_RATE, max_seconds: float = MAX_SECONDS) -> Audio:
    """Decode a WAV, MP3, OGG, FLAC ... or, with ffmpeg, AMR file. Raises AudioError; silence is no error (see
    `Audio.silent`).

    A faint voice is raised: 30 dB too quiet, the 153 real clips have a CER of 41.7 % as they are and 32 %
    raised. Nothing else is levelled and nothing is trimmed, because it lowered no error (docs/speech.md).
    """
    return decode(_read(path), rate=rate, max_seconds=max_seconds)


def decode(data: bytes, *, rate: int = MODEL_RATE, max_seconds: float = MAX_SECONDS) -> Audio:
    """The same for the bytes of a file."""
    if not data:
        raise AudioError("empty")
    if data.startswith(AMR_MARKS):
        data = _without_amr(data, max_seconds)
    data = _with_length(data)
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            original, complete = _decode(file, max_seconds)
            original_rate = int(file.samplerate)
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
        raise AudioError("not_audio", _reason(error)) from error
    if not len(original):
        raise AudioError("empty", "no samples")
    samples = original if original_rate == rate else soxr.resample(original, original_rate, rate)
    if not len(samples):
        raise AudioError("empty", "no samples")
    peak = float(np.max(np.abs(original)))
    level = _decibel(math.sqrt(float(np.mean(np.square(original, dtype=np.float64)))))
    return Audio(
        samples=np.ascontiguousarray(samples * gain_for(level, peak), dtype=np.float32),
        rate=rate,
        original_rate=original_rate,
        peak=_decibel(peak),
        level=level,
        clipped=float(np.mean(np.abs(original) >= CLIPPED_AT)),
        complete=complete,
    )


def gain_for(level: float, peak: float) -> float:
    """By what a recording is multiplied: `level` in dBFS, `peak` of full scale."""
    if level >= FAINT or not peak:
        return 1.0
    return max(1.0, min(float(10 ** ((RAISED - level) / 20)), RAISED_PEAK / peak))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise AudioError("missing", error.strerror or str(error)) from error
    if len(data) > MAX_BYTES:
        raise AudioError("too_big", f"more than {MAX_BYTES // 1024 // 1024} MB")
    return data


def _without_amr(data: bytes, max_seconds: float) -> bytes:
    """The sound as WAV, by ffmpeg: from a file (the pipe would not tell its end), to at most `max_seconds`."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise AudioError("needs_ffmpeg", "AMR is read by ffmpeg, which is not installed 读取 AMR 需安装 ffmpeg")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "sound.amr", Path(folder) / "sound.wav"
        source.write_bytes(data)
        # One second more than allowed, so that too long a recording is refused and not cut.
        command = [program, "-nostdin", "-v", "error", "-f", "amr", "-i", str(source)]
        command += ["-t", str(max_seconds + 1), "-ac", "1", "-c:a", "pcm_s16le", "-f", "wav", str(target)]
        try:
            # The file names are ours, the format is named: nothing in the sound can make ffmpeg open another file.
            done = subprocess.run(command, capture_output=True, timeout=FFMPEG_SECONDS)  # noqa: S603
        except subprocess.TimeoutExpired as error:
            raise AudioError("damaged", f"ffmpeg took longer than {FFMPEG_SECONDS} s") from error
        if not target.is_file() or not (sound := target.read_bytes()):
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            raise AudioError("damaged", f"AMR: {lines[-1] if lines else 'no sound'}")
    return sound


def _with_length(data: bytes) -> bytes:
    """A WAV whose header was never finished promises no samples, and holds them all the same."""
    place = data.find(_DATA, 12, 4096) + len(_DATA)
    unfinished = data.startswith(b"RIFF") and place >= 12 and data[place : place + 4] == _NO_LENGTH
    if not unfinished or len(data) <= place + 4:
        return data
    return data[:4] + _TO_THE_END + data[8:place] + _TO_THE_END + data[place + 4 :]


def _decode(file: soundfile.SoundFile, max_seconds: float) -> tuple[Samples, bool]:
    if file.samplerate not in RATES or not 1 <= file.channels <= MAX_CHANNELS:
        raise AudioError("damaged", f"{file.channels} channels at {file.samplerate} Hz")
    limit = int(max_seconds * file.samplerate)
    blocks: list[Samples] = []
    count = 0
    try:
        for block in _blocks(file):
            count += len(block)
            if count > limit:
                raise AudioError("too_long", f"more than {max_seconds:.0f} s")
            blocks.append(_mono(block))
    except soundfile.SoundFileError as error:
        # A file that breaks off in the middle still holds what was said until then.
        if not blocks:
            raise AudioError("damaged", str(error)) from error
        return np.concatenate(blocks), False
    if not blocks:
        return np.zeros(0, dtype=np.float32), False
    return np.concatenate(blocks), count >= file.frames


def _blocks(file: soundfile.SoundFile) -> Iterator[Samples]:
    while len(block := file.read(file.samplerate, dtype="float32", always_2d=True)):
        yield block


def _mono(block: Samples) -> Samples:
    # A float file may hold NaN or infinity, which would spread through the resampler.
    clean = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)
    mono: Samples = clean.mean(axis=1, dtype=np.float32)
    if clean.shape[1] > 1:
        # Channels of opposite polarity, as from a wrongly soldered line, cancel each other: then one of them.
        loudest: Samples = clean[:, int(np.abs(clean).sum(axis=0).argmax())]
        if np.square(mono).sum() < CANCELLED * np.square(loudest).sum():
            mono = loudest
    return np.clip(mono, -1.0, 1.0)


def _reason(error: Exception) -> str:
    """What the library says, without the address of the bytes that we gave it."""
    return str(error).rpartition(">: ")[2]


def _decibel(value: float) -> float:
    return 20 * math.log10(value) if value > 0 else -math.inf
