import hashlib
from pathlib import Path

import pytest

from hotline.speech_models import SpeechModelError
from hotline.speech_models.download import BLOCK, download
from tests.hotline.speech_models.conftest import FileSite

CONTENT = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
LIMIT = 10_000_000
FOUR = 4 * BLOCK


def test_a_download_that_breaks_off_goes_on_where_it_was(site: FileSite, tmp_path: Path) -> None:
    site.content, site.breaks = CONTENT, [FOUR, FOUR]
    seen: list[tuple[int, int]] = []
    download(
        site.url,
        tmp_path / "a.zip",
        limit=LIMIT,
        sha256=SHA256,
        progress=lambda done, total: seen.append((done, total)),
        pause=0,
    )
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert site.ranges == [None, f"bytes={FOUR}-", f"bytes={2 * FOUR}-"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_later_try_goes_on_where_an_earlier_one_gave_up(site: FileSite, tmp_path: Path) -> None:
    site.content, site.breaks = CONTENT, [FOUR, 0, 0, 0]
    with pytest.raises(SpeechModelError, match="cannot reach"):
        download(site.url, tmp_path / "a.zip", limit=LIMIT, sha256=SHA256, pause=0)
    assert not (tmp_path / "a.zip").exists()
    download(site.url, tmp_path / "a.zip", limit=LIMIT, sha256=SHA256, pause=0)
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert site.ranges[-1] == f"bytes={FOUR}-"


def test_a_server_without_ranges_starts_again(site: FileSite, tmp_path: Path) -> None:
    site.content, site.breaks, site.honours_range = CONTENT, [100_000], False
    download(site.url, tmp_path / "a.zip", limit=LIMIT, sha256=SHA256, pause=0)
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_wrong_checksum_throws_the_file_away(site: FileSite, tmp_path: Path) -> None:
    site.content = CONTENT
    with pytest.raises(SpeechModelError, match="checksum"):
        download(site.url, tmp_path / "a.zip", limit=LIMIT, sha256="0" * 64, pause=0)
    assert list(tmp_path.iterdir()) == []


def test_more_than_the_limit_is_refused(site: FileSite, tmp_path: Path) -> None:
    site.content = CONTENT
    with pytest.raises(SpeechModelError, match="too large"):
        download(site.url, tmp_path / "a.zip", limit=1000, pause=0)
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize("url", ["http://models.example.org/a.zip", "ftp://models.example.org/a.zip", "https://"])
def test_unsafe_addresses_are_refused_without_a_request(url: str, tmp_path: Path) -> None:
    with pytest.raises(SpeechModelError):
        download(url, tmp_path / "a.zip", limit=LIMIT)


def test_a_closed_network_is_said_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(SpeechModelError, match=r"cannot reach .* 连不上"):
        download("http://127.0.0.1:9", tmp_path / "a.zip", limit=LIMIT, pause=0)
