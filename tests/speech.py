"""A real Vosk model for the tests, installed the way a user installs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hotline.settings import Settings
from hotline.speech_models import chosen
from tests.conftest import missing

CLIPS = Path(__file__).parent / "data" / "speech"
BESIDE = Path(__file__).parents[2] / "shared" / "speech" / "model"


def model_archive() -> Path:
    """The zip named by HOTLINE_TEST_SPEECH_MODEL, or the development model in the folder beside this checkout."""
    named = os.environ.get("HOTLINE_TEST_SPEECH_MODEL", "")
    archive = Path(named) if named else next(iter(sorted(BESIDE.glob("*.zip"))), None)
    if archive is None or not archive.is_file():
        missing("no speech model: set HOTLINE_TEST_SPEECH_MODEL to the zip of a Vosk model")
    assert archive is not None
    return archive


def install_by_command(archive: Path, home: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hotline", "model", "install", str(archive)],
        env={**os.environ, "HOTLINE_HOME": str(home)},
        cwd=Path(__file__).parents[1],
        check=True,
        timeout=300,
    )


@pytest.fixture(scope="session")
def speech_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a home in which `hotline model install FILE` installed the model."""
    home = tmp_path_factory.mktemp("home-with-model")
    install_by_command(model_archive(), home)
    return Settings(home=home)


@pytest.fixture(scope="session")
def speech_model(speech_settings: Settings) -> Path:
    """The folder of the installed Vosk model."""
    path = chosen(speech_settings)
    assert path is not None
    return path
