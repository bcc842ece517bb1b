"""Recordings and attachments on the disk, by their paths in the database."""

from collections.abc import Iterable
from pathlib import Path


def delete_files(home: Path, paths: Iterable[str]) -> None:
    """paths: relative to HOTLINE_HOME; what is gone already is no error."""
    for path in paths:
        (home / path).unlink(missing_ok=True)
