"""Speed of understanding beside jieba alone, in one run: python -m benchmarks.understanding [FILE]

FILE is a table with a column `text`; by default the development utterances. jieba.cut on the same sentences is the
measuring stick, because absolute numbers say more about the machine than about the code.
"""

import csv
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

REPEATS = 9
UTTERANCES = Path(__file__).parents[1] / "tests" / "data" / "utterances" / "dev.tsv"
LONG = 2_000


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else UTTERANCES
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        texts = [row["text"] for row in rows]

    started = time.perf_counter()
    from nlp.understanding import Understander

    understander = Understander.load()
    ready = time.perf_counter() - started
    memory = psutil.Process().memory_info().rss / 2**20

    import jieba

    jieba.initialize()
    understand, cut = per_second([understander.understand, lambda text: list(jieba.cut(text))], texts)
    long = "".join(texts)[:LONG]
    (long_per_second,) = per_second([understander.understand], [long])
    print(f"{len(texts)} utterances, {sum(map(len, texts)) / len(texts):.0f} characters each, one core")
    print(f"understand      {understand:8.0f} / s")
    print(f"jieba.cut       {cut:8.0f} / s")
    print(f"ratio           {cut / understand:8.2f}   understanding takes so many times as long as cutting")
    print(f"ready in        {ready:8.2f} s")
    print(f"memory          {memory:8.0f} MB")
    print(f"{LONG} characters {1000 / long_per_second:8.1f} ms")


def per_second(works: Sequence[Callable[[str], object]], texts: Sequence[str]) -> list[float]:
    """The best of some rounds of each, by turns: the others were disturbed."""
    best = [float("inf")] * len(works)
    for _ in range(REPEATS):
        for place, work in enumerate(works):
            started = time.process_time()
            for text in texts:
                work(text)
            best[place] = min(best[place], time.process_time() - started)
    return [len(texts) / seconds for seconds in best]


if __name__ == "__main__":
    main()
