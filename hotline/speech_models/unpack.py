"""A model's archive (zip, or tar with any compression) into a folder, whatever somebody may have put into it."""

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from hotline.speech_models.errors import SpeechModelError

MAX_FILES = 500
MAX_UNPACKED = 6 * 1024**3
# Real models pack to a half or a third; a bomb to a thousandth.
MAX_RATIO = 60
BLOCK = 1024 * 1024
# A model's main file, by which its folder inside the archive is found: Vosk, Whisper, sherpa-onnx.
MARKS = ("am/final.mdl", "final.mdl", "model.bin", "tokens.txt")


def unpack(archive: Path, folder: Path) -> str:
    """Unpack the archive's model to `folder` (which exists and is empty); its name there, perhaps empty."""
    if tarfile.is_tarfile(archive):
        return _unpack_tar(archive, folder)
    return _unpack_zip(archive, folder)


def _unpack_zip(archive: Path, folder: Path) -> str:
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = _checked(zipped)
            root = _root([member.filename for member in members])
            for member in members:
                _extract(zipped, member, root, folder)
            return root.name
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zipfile.LargeZipFile) as error:
        raise SpeechModelError(f"not a readable archive 不是完好的压缩包: {archive.name} ({error})") from error


def _checked(zipped: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = [member for member in zipped.infolist() if not member.is_dir()]
    _check_size(sum(member.file_size for member in members), sum(member.compress_size for member in members))
    _check_names(member.filename for member in members)
    for member in members:
        mode = member.external_attr >> 16
        if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
            raise _unsafe(member.filename)
    return members


def _check_size(size: int, packed: int) -> None:
    if size > MAX_UNPACKED or size > max(packed, 1) * MAX_RATIO:
        raise SpeechModelError(f"unpacks to {size} bytes; refused 解压后过大，已拒绝")


def _check_names(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            raise _unsafe(name)
        if name.lower() in seen:
            raise SpeechModelError(f"the same file twice in the archive 文件重复: {name}")
        seen.add(name.lower())
        if len(seen) > MAX_FILES:
            raise SpeechModelError(f"too many files in the archive 文件太多: more than {MAX_FILES}")


def _unsafe(name: str) -> SpeechModelError:
    return SpeechModelError(f"the archive reaches outside its folder 压缩包内路径不安全: {name!r}")


def _root(names: Iterable[str]) -> PurePosixPath:
    for mark in MARKS:
        for name in sorted(set(names), key=len):
            if name == mark or name.endswith("/" + mark):
                return PurePosixPath(name.removesuffix(mark).rstrip("/") or ".")
    raise SpeechModelError(f"no speech model in this archive 压缩包里没有语音模型: none of {', '.join(MARKS)}")


def _extract(zipped: zipfile.ZipFile, member: zipfile.ZipInfo, root: PurePosixPath, folder: Path) -> None:
    path = PurePosixPath(member.filename)
    if root.parts and not path.is_relative_to(root):
        return
    target = folder.joinpath(*path.relative_to(root).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with zipped.open(member) as source, target.open("wb") as file:
        while block := source.read(BLOCK):
            written += len(block)
            if written > member.file_size:
                raise SpeechModelError(f"{member.filename} is longer than the zip says 压缩包内容不实")
            file.write(block)


def _unpack_tar(archive: Path, folder: Path) -> str:
    # A tar has no list of its files, so it is read twice; nothing is written before all of it was looked at.
    try:
        root = _root(_tar_names(archive))
        with tarfile.open(archive) as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                if member.isfile() and (not root.parts or path.is_relative_to(root)):
                    target = folder.joinpath(*path.relative_to(root).parts)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    _copy(tar, member, target)
    except (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise SpeechModelError(f"not a readable archive 不是完好的压缩包: {archive.name} ({error})") from error
    return root.name


def _tar_names(archive: Path) -> list[str]:
    names, size, packed = [], 0, archive.stat().st_size
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isdir():
                continue
            if not member.isfile():
                raise _unsafe(member.name)
            size += member.size
            _check_size(size, packed)
            names.append(member.name)
            if len(names) > MAX_FILES:
                break
    names = [name.removeprefix("./") for name in names]
    _check_names(names)
    return names


def _copy(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    source = tar.extractfile(member)
    assert source is not None
    with source, target.open("wb") as file:
        while block := source.read(BLOCK):
            file.write(block)
