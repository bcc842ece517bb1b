"""A recording that somebody uploads to be heard on the telephone: converted, measured, refused with the reason."""

import io
from typing import BinaryIO

import soundfile

from audio_prompts import check, telephone

# Decoded no further: whoever uploads an hour meant something else.
LONGEST_READ = 60.0


class VoiceRefused(ValueError):
    """This recording is not fit for the telephone; the text says why, in Chinese."""


def telephone_voice(upload: BinaryIO, characters: int, longest: float) -> tuple[bytes, float]:
    """A WAV in telephone format and its seconds.

    characters: how many it should speak; longest: seconds. Raises VoiceRefused."""
    try:
        samples, rate = telephone.read(upload, LONGEST_READ)
        out = io.BytesIO()
        seconds = telephone.write(out, telephone.to_telephone(samples, rate))
    except soundfile.SoundFileError as error:
        raise VoiceRefused("读不出声音，请传 WAV、MP3、OGG 或 FLAC 文件") from error
    except telephone.SilentError as error:
        raise VoiceRefused("里面没有声音") from error
    if seconds > longest:
        raise VoiceRefused(f"太长：{seconds:.0f} 秒，最多 {longest:.0f} 秒")
    if characters > check.CHARACTERS_A_SECOND * seconds:
        pace = characters / max(seconds, 0.01)
        raise VoiceRefused(
            f"读得太快，或者没有读完：{characters} 个字只有 {seconds:.1f} 秒（每秒 {pace:.1f} 个字），"
            f"每秒最多 {check.CHARACTERS_A_SECOND:g} 个字"
        )
    return out.getvalue(), seconds
