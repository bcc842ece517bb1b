"""The demonstration as `make run` starts it, and a browser."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from os import environ
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from models import Database
from tests.chromium import browser  # noqa: F401 (a fixture)
from tests.end_to_end.service import Service, eventually, free_port
from tests.fakes.carrier import CarrierFake
from tests.speech import speech_model, speech_settings  # noqa: F401 (fixtures)

READY = "请打开"


class Demonstration:
    def __init__(self, home: Path, model: Path) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = home.parent / "demo.log"
        self._environment = {
            **{k: v for k, v in environ.items() if not k.startswith(("HOTLINE_", "TWILIO_"))},
            "HOTLINE_HOME": str(home),
            "HOTLINE_SPEECH_MODEL": str(model),
        }

    def run(self) -> str:
        """Start it (again) and wait until it says which pages to open; what it printed."""
        command = [sys.executable, "-m", "hotline", "demo", "--port", str(self.port)]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        eventually(lambda: READY in self.printed() or self._process.poll() is not None, 240)
        assert READY in self.printed(), self.printed()
        return self.printed()

    def printed(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)

    def command(self, *arguments: str) -> str:
        """`hotline ARGUMENTS` in another terminal."""
        done = subprocess.run(
            [sys.executable, "-m", "hotline", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def password(self, username: str) -> str:
        found = re.search(rf"^\s+{username} +(\S+)", self.printed(), re.MULTILINE)
        assert found, username
        return found[1]


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory, speech_model: Path) -> Iterator[Demonstration]:
    demo = Demonstration(tmp_path_factory.mktemp("demo") / "home", speech_model)
    demo.first_words = demo.run()
    yield demo
    demo.stop()


@pytest.fixture
def page(browser: Browser, demonstration: Demonstration) -> Iterator[Page]:
    """A page that fails the test when it asks another host for anything, or reports an error."""
    context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="zh-CN")
    made = context.new_page()
    foreign: list[str] = []
    errors: list[str] = []
    made.on("request", lambda r: None if r.url.startswith((demonstration.url, "blob:")) else foreign.append(r.url))
    made.on("pageerror", lambda e: errors.append(str(e)))
    made.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    yield made
    context.close()
    assert foreign == []
    assert errors == []


@pytest.fixture
def carrier():
    fake = CarrierFake()
    yield fake
    fake.close()
    assert not fake.faults, "\n".join(fake.faults)


@pytest.fixture
def service(tmp_path: Path, database: Database, carrier: CarrierFake, speech_model: Path):
    made = Service(
        tmp_path / "home",
        database.url.render_as_string(hide_password=False),
        carrier,
        HOTLINE_SPEECH_MODEL=str(speech_model),
    )
    made.start()
    yield made
    made.stop()
