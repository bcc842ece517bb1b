"""A model's zip into a folder, whatever somebody may have put into it."""

import stat
import zipfile
from pathlib import Path, PurePosixPath

from hotline.speech_models.errors import SpeechModelError

MAX_FILES = 500
MAX_UNPACKED = 6 * 1024**3
# Real models pack to a half or a third; a bomb to a thousandth.
MAX_RATIO = 60
BLOCK = 1024 * 1024
# A model's main file, by which its folder inside the zip is found.
MARKS = ("am/final.mdl", "final.mdl")


def unpack(archive: Path, folder: Path) -> str:
    """Unpack the model of the zip to `folder` (which exists and is empty); its name in the zip, perhaps empty."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = _checked(zipped)
            root = _root(members)
            for member in members:
                _extract(zipped, member, root, folder)
            return root.name
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zipfile.LargeZipFile) as error:
        raise SpeechModelError(f"not a readable zip 不是完好的 zip 文件: {archive.name} ({error})") from error


def _checked(zipped: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = [member for member in zipped.infolist() if not member.is_dir()]
    if len(members) > MAX_FILES:
        raise SpeechModelError(f"too many files in the zip 文件太多: {len(members)}")
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if size > MAX_UNPACKED or size > max(packed, 1) * MAX_RATIO:
        raise SpeechModelError(f"unpacks to {size} bytes; refused 解压后过大，已拒绝")
    seen: set[str] = set()
    for member in members:
        _check_name(member)
        if member.filename.lower() in seen:
            raise SpeechModelError(f"the same file twice in the zip 文件重复: {member.filename}")
        seen.add(member.filename.lower())
    return members


def _check_name(member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename)
    outside = path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename
    mode = member.external_attr >> 16
    if outside or (mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode)):
        raise SpeechModelError(f"the zip reaches outside its folder 压缩包内路径不安全: {member.filename!r}")


def _root(members: list[zipfile.ZipInfo]) -> PurePosixPath:
    names = {member.filename for member in members}
    for mark in MARKS:
        for name in sorted(names, key=len):
            if name == mark or name.endswith("/" + mark):
                return PurePosixPath(name.removesuffix(mark).rstrip("/") or ".")
    raise SpeechModelError("no Vosk model in this zip 压缩包里没有 Vosk 模型 (am/final.mdl)")


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
