"""Several web machines count failed logins together, in a real Redis."""

import os
from collections.abc import Iterator

import pytest
import redis
from flask import Flask

from hotline.app import create_app
from tests.conftest import missing
from tests.hotline.desk.conftest import Browser, Desk
from tests.passwords import PASSWORD

pytestmark = pytest.mark.redis


@pytest.fixture
def broker() -> Iterator[str]:
    url = os.environ.get("HOTLINE_TEST_REDIS_URL", "")
    if not url:
        missing("HOTLINE_TEST_REDIS_URL names no Redis")
    server = redis.Redis.from_url(url)
    server.flushdb()
    yield url
    server.flushdb()
    server.close()


def machine(desk: Desk, broker: str) -> Flask:
    """One more web machine on the same database."""
    settings = desk.app.extensions["hotline"].settings
    return create_app(settings.model_copy(update={"broker_url": broker}), desk.clock)


def test_failures_at_one_machine_count_at_the_other(desk: Desk, broker: str) -> None:
    first = Browser(machine(desk, broker))
    for _ in range(5):
        assert first.log_in("zhiyuan", "guess").status_code == 401
    assert Browser(machine(desk, broker)).log_in("zhiyuan", PASSWORD).status_code == 429


def test_without_its_redis_a_machine_counts_alone_and_locks_nobody_out(desk: Desk) -> None:
    lonely = machine(desk, "redis://127.0.0.1:1/0")
    assert Browser(lonely).log_in("zhiyuan", PASSWORD).status_code == 302
