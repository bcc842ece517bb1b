from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from nlp.understanding import PlaceEntry, Understander
from tests.speech import speech_model, speech_settings

__all__ = ["speech_model", "speech_settings"]

GAZETTEER = (PlaceEntry("天福苑", ("天福院",)), PlaceEntry("锦绣家园"), PlaceEntry("建设路", kind="street"))


@pytest.fixture(scope="session")
def understander() -> Understander:
    return Understander.load(gazetteer=GAZETTEER)


@pytest.fixture
def tone(tmp_path: Path) -> Callable[..., Path]:
    """A file of a 440 Hz tone: format by the ending; rate in Hz, seconds, loudness 0 to 1, channels."""

    def make(name: str, *, rate: int = 8000, seconds: float = 1.0, loud: float = 0.5, channels: int = 1) -> Path:
        t = np.arange(int(rate * seconds)) / rate
        samples = (loud * np.sin(2 * np.pi * 440 * t)).astype(np.float32)
        soundfile.write(tmp_path / name, np.stack([samples] * channels, axis=1), rate)
        return tmp_path / name

    return make
