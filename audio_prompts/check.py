"""Is a prompt fit for the telephone and for old ears?"""

from pathlib import Path

import soundfile

from audio_prompts import manifest, telephone
from audio_prompts.manifest import Prompt

# Slow speech, natural pauses included; one to three characters (digits, months) are too few to measure.
CHARACTERS_A_SECOND = 4.0
FEWEST_TO_MEASURE = 4
# No prompt may try a caller's patience: also the limit of the greeting.
LONGEST_SECONDS = 8.0
SHORTEST_SECONDS = 0.3


def longest_seconds(prompt: Prompt) -> float:
    """Two characters a second and a second of silence; more must be something else than these words."""
    return min(LONGEST_SECONDS, 1 + prompt.characters / 2)


def faults(prompt: Prompt, folder: Path) -> list[str]:
    """What is wrong with a prompt of this folder, in English and Chinese; nothing when it is good."""
    path = folder / prompt.file
    if not path.is_file():
        return [f"{prompt.file} is missing 缺少文件"]
    try:
        measured = telephone.measure(path)
    except soundfile.LibsndfileError as error:
        return [f"{prompt.file} is no audio file 不是音频文件 ({error})"]
    return [*belonging(prompt, path), *sound(prompt, measured)]


def belonging(prompt: Prompt, path: Path) -> list[str]:
    found = []
    if prompt.rendered_from != prompt.script:
        found.append("text, voice or speed changed and it was not rendered again 文字改了，录音没有重做")
    if prompt.sha256 != manifest.hash_file(path):
        found.append("the file is not the one that was made from this text 录音文件被换过或损坏")
    return found


def sound(prompt: Prompt, measured: telephone.Measured) -> list[str]:
    found = []
    if not measured.is_telephone:
        kind = f"{measured.rate} Hz, {measured.channels} channel(s), {measured.subtype}"
        found.append(f"not in telephone format 不是电话格式 ({kind}; wanted 8000 Hz, 1, PCM_16 or ULAW)")
    if abs(measured.seconds - prompt.seconds) > 0.01:
        found.append(f"lasts {measured.seconds:.2f} s, the manifest says {prompt.seconds:.2f} s 时长不符")
    if measured.seconds < SHORTEST_SECONDS:
        found.append(f"too short 太短: {measured.seconds:.2f} s")
    if measured.seconds > longest_seconds(prompt):
        found.append(f"too long 太长: {measured.seconds:.1f} s, at most {longest_seconds(prompt):.1f} s")
    if prompt.characters >= FEWEST_TO_MEASURE and prompt.characters > CHARACTERS_A_SECOND * measured.seconds:
        pace = prompt.characters / max(measured.seconds, 0.01)
        found.append(f"too fast 读得太快: {pace:.1f} characters a second, at most {CHARACTERS_A_SECOND:g}")
    if abs(measured.level - telephone.LEVEL) > telephone.LEVEL_TOLERANCE:
        found.append(f"level 音量: {measured.level:.1f} dB, wanted about {telephone.LEVEL:g} dB")
    if measured.peak > -0.1:
        found.append(f"clipped 爆音: peak {measured.peak:.1f} dB")
    return found
