"""What a caller and a carrier feel, measured on the product as it is started in service.

    python -m benchmarks.service [--model NAME-or-FOLDER] [--seconds 20] [--rate 50] [--waiting 100]

Prints: seconds from hang-up to the acknowledgement for a voicemail of 10 s; latency of the webhooks at a steady
rate while recordings wait and are being transcribed; memory of each process. The carrier is the tests' fake.
"""

import argparse
import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests
import soundfile
from twilio.request_validator import RequestValidator

from hotline.phone.samples import samples
from hotline.settings import Settings, read_settings
from hotline.setup import prepare_home
from models import Call, Database, Recording, RecordingState
from tests.fakes.carrier import AUTH_TOKEN, CarrierFake

PORT = 8765
URL = f"http://127.0.0.1:{PORT}"


def environment(home: Path, model: str, carrier: CarrierFake) -> dict[str, str]:
    return {
        **os.environ,
        "HOTLINE_HOME": str(home),
        "HOTLINE_PUBLIC_URL": URL,
        "HOTLINE_SPEECH_MODEL": model,
        "TWILIO_ACCOUNT_SID": carrier.account_sid,
        "TWILIO_AUTH_TOKEN": carrier.auth_token,
        "TWILIO_NUMBER": "+862885551234",
        "TWILIO_API_BASE": carrier.base_url,
    }


def waiting_recordings(settings: Settings, count: int) -> None:
    """Stored voicemails that nobody has transcribed yet."""
    voice = samples()["drain"].path
    database = Database(settings.database_url)
    now = datetime.now(UTC)
    with database.write() as session:
        for i in range(count):
            path = settings.recordings_dir / f"bench{i}.wav"
            shutil.copy(voice, path)
            session.add(
                Recording(
                    sid=f"REbench{i}",
                    call=Call(sid=f"CAbench{i}", from_number=f"+86138{i:08d}", started_at=now),
                    url="",
                    announced_at=now,
                    state=RecordingState.STORED,
                    path=str(path.relative_to(settings.home)),
                    deleted_at_carrier_at=now,
                )
            )
    database.close()


@contextmanager
def service(env: dict[str, str]) -> Iterator[psutil.Process]:
    process = subprocess.Popen(
        [sys.executable, "-m", "hotline", "serve", "--port", str(PORT)], env=env, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            try:
                requests.get(f"{URL}/healthz", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def webhook(session: requests.Session, path: str, params: dict[str, str]) -> float:
    """Signed; seconds until the answer is read."""
    signature = RequestValidator(AUTH_TOKEN).compute_signature(URL + path, params)
    began = time.perf_counter()
    answer = session.post(URL + path, data=params, headers={"X-Twilio-Signature": signature}, timeout=15)
    took = time.perf_counter() - began
    answer.raise_for_status()
    return took


def post(session: requests.Session, i: int) -> float:
    """Calls and texts in turn."""
    sender = f"+86137{i:08d}"
    if i % 2:
        return webhook(session, "/twilio/sms", {"MessageSid": f"SM{i}", "From": sender, "Body": "查进度"})
    return webhook(session, "/twilio/voice", {"CallSid": f"CA{i}", "From": sender, "CallStatus": "ringing"})


def acknowledgement_seconds(carrier: CarrierFake, i: int) -> float:
    """From the end of a call with a voicemail of 10 s until the carrier has our SMS."""
    caller, sid = f"+86139{i:08d}", f"RE{i:032d}"
    samples_of_ten_seconds, rate = soundfile.read(samples()["drain"].path, frames=10 * 8000)
    sound = io.BytesIO()
    soundfile.write(sound, samples_of_ten_seconds, rate, format="WAV")
    call = {"CallSid": f"CAack{i}", "From": caller, "CallStatus": "completed"}
    recording = {"RecordingSid": sid, "RecordingUrl": carrier.recordings.add(sid, sound.getvalue())}
    began = time.perf_counter()
    with requests.Session() as session:
        webhook(session, "/twilio/voice/recorded", {**call, **recording, "RecordingDuration": "10"})
    while not any(message.to == caller for message in carrier.messages):
        time.sleep(0.01)
    return time.perf_counter() - began


def webhook_latency(rate: int, seconds: int) -> list[float]:
    """Open loop: requests leave on time, whether or not the earlier ones were answered."""
    took: list[float] = []
    total, clients = rate * seconds, 16
    began = time.perf_counter()

    def client(first: int) -> None:
        with requests.Session() as session:
            for i in range(first, total, clients):
                time.sleep(max(0.0, began + i / rate - time.perf_counter()))
                took.append(post(session, i))

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(took)


def memory(process: psutil.Process) -> list[tuple[str, float]]:
    rows = []
    for p in [process, *process.children(recursive=True)]:
        command = " ".join(p.cmdline()[-4:])
        rows.append((command[:60], p.memory_info().rss / 2**20))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="", help="speech model; default: none, recordings go to a person")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--waiting", type=int, default=100)
    options = parser.parse_args()
    carrier = CarrierFake()
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder), options.model, carrier)
        settings = read_settings(env)
        prepare_home(settings)
        with service(env) as process:
            acknowledgement_seconds(carrier, 0)  # the recogniser loads
            waits = sorted(acknowledgement_seconds(carrier, i) for i in range(1, 6))
            print(
                f"hang-up to acknowledgement, voicemail of 10 s: median {waits[2]:.1f} s, longest {waits[4]:.1f} s"
            )
            waiting_recordings(settings, options.waiting)
            took = webhook_latency(options.rate, options.seconds)
            print(f"webhooks at {options.rate}/s for {options.seconds} s, {options.waiting} recordings waiting:")
            print(
                f"  n={len(took)}  p50={took[len(took) // 2] * 1e3:.1f} ms  "
                f"p99={took[int(len(took) * 0.99)] * 1e3:.1f} ms  max={took[-1] * 1e3:.1f} ms  "
                f"mean={statistics.fmean(took) * 1e3:.1f} ms"
            )
            print("memory (RSS):")
            for command, megabytes in memory(process):
                print(f"  {megabytes:7.0f} MB  {command}")
    carrier.close()


if __name__ == "__main__":
    main()
