"""The product as it is started in service: `hotline serve` in a process of its own, driven from outside."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import requests
from twilio.request_validator import RequestValidator

from models import Database
from tests.fakes.carrier import CarrierFake

NUMBER = "+862885551234"
DUTY_PHONE = "+8613900000110"
Found = TypeVar("Found")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], Found | None], seconds: float = 60) -> Found:
    """The first thing that `look` finds; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing within {seconds} s: {look}")


def count(database: Database, model: type, **by: object) -> int:
    with database.read() as session:
        return session.query(model).filter_by(**by).count()


class Service:
    """Runs `hotline serve` (or another command) on `home` with the fake carrier."""

    def __init__(self, home: Path, database_url: str, carrier: CarrierFake, **extra: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.carrier = carrier
        self.database = Database(database_url)
        self.environment = {
            **os.environ,
            "HOTLINE_HOME": str(home),
            "HOTLINE_DATABASE_URL": database_url,
            "HOTLINE_PUBLIC_URL": self.url,
            "TWILIO_ACCOUNT_SID": carrier.account_sid,
            "TWILIO_AUTH_TOKEN": carrier.auth_token,
            "TWILIO_NUMBER": NUMBER,
            "TWILIO_API_BASE": carrier.base_url,
            "HOTLINE_DUTY_PHONES": DUTY_PHONE,
            **extra,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "hotline", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=self.environment)
        eventually(self._answers)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(40)
        self.database.close()

    def worker(self) -> psutil.Process | None:
        """The worker process that the server keeps."""
        assert self.process
        for child in psutil.Process(self.process.pid).children():
            if "worker" in child.cmdline():
                return child
        return None

    def kill_worker(self) -> None:
        """As the kernel does when memory runs out: the worker and its recognisers, at once."""
        worker = eventually(self.worker)
        for process in [worker, *worker.children(recursive=True)]:
            process.send_signal(signal.SIGKILL)

    def webhook(self, path: str, **params: str) -> requests.Response:
        validator = RequestValidator(self.carrier.auth_token)
        signature = validator.compute_signature(self.url + path, params)
        return requests.post(self.url + path, data=params, headers={"X-Twilio-Signature": signature}, timeout=20)

    def leave_voicemail(self, caller: str, sound: bytes, sid: str) -> None:
        """What a carrier sends for a call in which `sound` was recorded."""
        call = {"CallSid": f"CA{sid}", "From": caller, "To": NUMBER}
        recording = {
            "RecordingSid": f"RE{sid}",
            "RecordingUrl": self.carrier.recordings.add(f"RE{sid}", sound),
            "RecordingDuration": "12",
        }
        for path, params in (
            ("/twilio/voice", {**call, "CallStatus": "ringing"}),
            ("/twilio/voice/recorded", {**call, **recording, "CallStatus": "completed", "Digits": "hangup"}),
            ("/twilio/voice/status", {**call, "CallStatus": "completed"}),
            ("/twilio/recording", {"CallSid": call["CallSid"], **recording, "RecordingStatus": "completed"}),
        ):
            answer = self.webhook(path, **params)
            assert answer.ok, answer.text
