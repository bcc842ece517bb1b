"""How long a search of the ledger takes, on SQLite: python -m benchmarks.search [--cases 100000] [--file FILE]

Each question is one page of the ledger: the count of all hits and the first fifty rows. The cases are the
development utterances with other houses, numbers and days. With --file the database is kept, and used again.
"""

import argparse
import csv
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from handling.community import set_up_community
from handling.ledger import LedgerFilter, ledger_page
from handling.scheme import load_scheme
from handling.search import rebuild
from models import Channel, Courtyard, Database, Resident, Suggestion, SuggestionState, Urgency
from models.schema import upgrade_schema

UTTERANCES = Path(__file__).parents[1] / "tests" / "data" / "utterances" / "dev.tsv"
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
QUESTIONS = (
    *("下水道", "路灯", "天福苑", "三栋", "3栋2单元", "13800001234", "8000", "tfy", "xsd", "l", "的", "老人"),
    *(
        "2026-11-21",
        "昨天",
        "天福苑路灯",
        "下水道堵了 臭",
        "李桂芳",
        "没有这种事",
        "电梯 坏",
        "1023",
        "燃气",
        "停车",
    ),
)
COURTYARDS = ("天福苑", "锦绣花园", "幸福里", "")
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--file", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{asked.file or Path(folder) / 'ledger.sqlite3'}")
        upgrade_schema(database)
        fill(database, asked.cases)
        measure(database)
        database.close()


def fill(database: Database, cases: int) -> None:
    with database.write() as session:
        if session.scalar(select(func.count(Suggestion.id))):
            return
        set_up_community(session, load_scheme("chengbei"))
        session.execute(
            insert(Resident), [{"phone": f"+86138{n:08}", "created_at": NOW} for n in range(cases // 4)]
        )
        places = session.scalars(select(Courtyard.id)).all()
        session.execute(insert(Suggestion), list(rows(cases, places)))
    started = time.perf_counter()
    for _done in rebuild(database):
        pass
    spent = time.perf_counter() - started
    print(f"{cases} cases indexed in {spent:.0f} s, {spent / cases * 1000:.2f} ms each")


def rows(cases: int, places: Any) -> Iterator[dict[str, Any]]:
    chance = random.Random(7)
    with UTTERANCES.open(encoding="utf-8", newline="") as lines:
        texts = [row["text"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
    for number in range(1, cases + 1):
        house = f"{chance.randrange(1, 40)}栋{chance.randrange(1, 5)}单元"
        where, when = chance.choice(COURTYARDS), chance.choice(("昨天", "前天下午", "今天", ""))
        told = f"，电话138{chance.randrange(10**8):08}" if chance.random() < 0.2 else ""
        text = f"{where}{house}，{when}{chance.choice(texts)}{told}"
        yield {
            "number": 1000 + number,
            "channel": Channel.CALL,
            "received_at": NOW - timedelta(minutes=chance.randrange(500_000)),
            "resident_id": chance.randrange(1, cases // 4 + 1),
            "text": text,
            "standard_text": text,
            "place": house,
            "courtyard_id": chance.choice(places),
            "urgency": Urgency.NORMAL,
            "state": chance.choice((SuggestionState.DONE, SuggestionState.DONE, SuggestionState.HANDLING)),
            "scheme": "chengbei",
            "step": "done",
            "level": chance.choice("ABC"),
            "due": NOW,
            "version": 1,
        }


def measure(database: Database) -> None:
    every: list[float] = []
    print(f"{'question':<16} {'hits':>7} {'ms':>7}")
    for question in ("", *QUESTIONS):
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            with database.read() as session:
                page = ledger_page(session, LedgerFilter(search=question), now=NOW, page=1)
            times.append((time.perf_counter() - started) * 1000)
        # The first round reads the disk and loads the dictionary.
        every += times[1:]
        print(f"{question:<16} {page.total:>7} {statistics.median(times[1:]):>7.1f}")
    every.sort()
    late = every[int(len(every) * 0.95)]
    print(f"median {statistics.median(every):.1f} ms, p95 {late:.1f} ms, most {every[-1]:.1f} ms")


if __name__ == "__main__":
    main()
