"""Several at the same moment, on a real database."""

import threading
from collections.abc import Callable
from typing import Any

CROWD = 6


def at_once(job: Callable[[int], Any]) -> list[Any]:
    """The results of CROWD threads that start together; an exception is a result."""
    start = threading.Barrier(CROWD)
    results: list[Any] = [None] * CROWD

    def run(place: int) -> None:
        start.wait()
        try:
            results[place] = job(place)
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
