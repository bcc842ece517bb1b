"""A large file over an unsteady line: resumed, bounded, verified."""

import hashlib
import ipaddress
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import requests

from hotline.speech_models.errors import SpeechModelError

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all (0 when unknown)."""

CONNECT_SECONDS, READ_SECONDS = 10, 60
TRIES = 4
# What a broken line loses at most.
BLOCK = 64 * 1024


class _BrokenOffError(Exception):
    """The line broke; what came so far is kept."""


def download(
    url: str, target: Path, *, limit: int, sha256: str = "", progress: Progress | None = None, pause: float = 2.0
) -> None:
    """Fetch `url` to `target`, going on where an earlier try broke off. `limit` in bytes.

    Without a checksum only https is accepted, except from this machine itself.
    """
    _check_address(url, sha256)
    part = target.with_name(target.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(1, TRIES + 1):
        try:
            _fetch(url, part, limit, progress, trusted=bool(sha256))
            break
        except (_BrokenOffError, requests.ConnectionError, requests.Timeout) as error:
            if attempt == TRIES or isinstance(error, requests.ConnectTimeout):
                raise SpeechModelError(_unreachable(url)) from error
            time.sleep(pause)
        except requests.RequestException as error:
            raise SpeechModelError(f"cannot fetch 无法下载 {url}: {error}") from error
    verify(part, sha256)
    part.replace(target)


def verify(path: Path, sha256: str) -> None:
    """Delete the file and raise when its checksum is not the expected one."""
    if sha256 and checksum(path) != sha256.lower():
        path.unlink()
        raise SpeechModelError(
            f"checksum differs, the file was thrown away; try again or use another source "
            f"校验不符，文件已删除，请重试或换一个来源: {path.name}"
        )


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(url: str, part: Path, limit: int, progress: Progress | None, *, trusted: bool) -> None:
    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as response:
        if not trusted:
            _check_address(response.url, "")
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            _settle_overlong(part, response, have)
            return
        response.raise_for_status()
        resumed = response.status_code == requests.codes.partial_content
        if resumed and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            part.unlink(missing_ok=True)
            raise _BrokenOffError
        start = have if resumed else 0
        total = start + int(response.headers.get("Content-Length") or 0)
        if total > limit:
            raise SpeechModelError(f"too large 文件太大: {total} > {limit} bytes")
        _write(response, part, start, total, limit, progress)


def _settle_overlong(part: Path, response: requests.Response, have: int) -> None:
    """The server has nothing after what we have: either all is here, or the file changed."""
    if response.headers.get("Content-Range", "") != f"bytes */{have}":
        part.unlink(missing_ok=True)
        raise _BrokenOffError


def _write(
    response: requests.Response, part: Path, start: int, total: int, limit: int, progress: Progress | None
) -> None:
    done = start
    with part.open("ab" if start else "wb") as file:
        try:
            for block in response.iter_content(BLOCK):
                file.write(block)
                done += len(block)
                if done > limit:
                    raise SpeechModelError(f"too large 文件太大: more than {limit} bytes")
                if progress:
                    progress(done, total)
        except requests.exceptions.ChunkedEncodingError as error:
            raise _BrokenOffError from error
    if total > start and done < total:
        raise _BrokenOffError


def _check_address(url: str, sha256: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SpeechModelError(f"not a web address 不是网址: {url}")
    if parts.scheme == "http" and not sha256 and not _loopback(parts.hostname):
        raise SpeechModelError(
            f"plain http needs --sha256, so that nobody can change the model on the way "
            f"http 明文下载必须给出 --sha256: {url}"
        )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unreachable(url: str) -> str:
    return (
        f"cannot reach {urlsplit(url).hostname}; is this network closed? Fetch the file elsewhere and run "
        f"`hotline model install FILE`, or give a mirror with --mirror. "
        f"连不上下载站，可在别处下好后用文件安装，或用 --mirror 指定镜像。"
    )
