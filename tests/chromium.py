"""Debian's Chromium for tests and pictures."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import missing

# Without the middle ones Chromium itself looks for Google's hosts at every start; voices play without a click.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--autoplay-policy=no-user-gesture-required",
)


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """The browser in Chinese, with more flags. Skips, or fails in CI, where it is not installed."""
    path = shutil.which("chromium")
    if path is None:
        missing("Debian's Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=[*FLAGS, *more], env={**os.environ, "LANGUAGE": "zh_CN"}
        )
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched
