"""Open pages hear of news without a reload, from the web server that `hotline serve` starts."""

import threading
from collections.abc import Iterator

import pytest
import requests
import waitress

from hotline.desk import live
from hotline.desk.live import Live
from tests.hotline.conftest import PUBLIC_URL
from tests.hotline.desk.conftest import Desk


@pytest.fixture
def stream(desk: Desk) -> Iterator[Iterator[str]]:
    """The events of a volunteer's page, line by line."""
    server = waitress.create_server(desk.app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    cookie = desk.browser("zhiyuan").client.get_cookie("session", domain=PUBLIC_URL.split("/")[2])
    address = f"http://127.0.0.1:{server.effective_port}/desk/live"
    with requests.get(address, cookies={"session": cookie.value}, stream=True, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield answer.iter_lines(chunk_size=1, decode_unicode=True)
    server.close()


def next_event(lines: Iterator[str], topic: str) -> str:
    for line in lines:
        if line == f"event: {topic}":
            return next(lines)
    raise AssertionError("the stream ended")


def test_a_new_suggestion_is_told_to_an_open_page(desk: Desk, stream: Iterator[str]) -> None:
    before = next_event(stream, "queue")
    desk.case()
    assert next_event(stream, "queue") != before


def test_what_somebody_does_with_a_case_is_told(desk: Desk, stream: Iterator[str]) -> None:
    before = next_event(stream, "cases")
    desk.handled_case()
    assert next_event(stream, "cases") != before


def test_when_too_many_pages_listen_the_next_one_asks_now_and_then(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 0)
    browser = desk.browser("zhiyuan")
    assert browser.get("/desk/live").status_code == 503
    before = browser.get("/desk/live/now").json
    desk.case()
    assert browser.get("/desk/live/now").json["queue"] != before["queue"]


def test_nobody_looks_at_the_database_when_no_page_is_open(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK", 0.01)
    before = set(threading.enumerate())
    listening = Live(desk.database)
    events = listening.stream()
    assert next(events).startswith("event: ")
    (looking,) = set(threading.enumerate()) - before
    listening.leave()
    looking.join(5)
    assert not looking.is_alive()
