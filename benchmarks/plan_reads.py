"""How long it takes to know where a plan stands, in a short record and in a long one. SYNTHETIC plans.

python -m benchmarks.plan_reads [--events 100000] [--plans 50]
    Plans are drafted and half of them issued; then reads of them are recorded, as the service does, and the same is
    asked again. A line a record, with medians; then how many times longer it takes in the long one.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from ledger.events import Draft
from models.allocation.decisions import decide
from models.allocation.decisions.answers import asked_of
from models.allocation.decisions.history import history, standing
from models.books import Books
from tests.support.decided import books_in, drafted

_TIMES = 21
_READS_AT_A_TIME = 1000


def milliseconds(ask: Callable[[], object]) -> float:
    """Return the median of several times of asking."""
    found = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        ask()
        found.append(time.perf_counter() - began)
    return 1000 * statistics.median(found)


def measured(books: Books, plans: list[str]) -> dict[str, float]:
    """Return the milliseconds that each question takes."""
    asked: dict[str, Callable[[], object]] = {
        "one plan": lambda: standing(books.ledger, plans[len(plans) // 2]),
        "all plans": lambda: history(books.ledger),
        "tasks in force": lambda: asked_of(books),
    }
    return {name: milliseconds(ask) for name, ask in asked.items()}


def main(events: int, count: int) -> None:
    """Print what is measured."""
    with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as folder:
        books = books_in(Path(folder))
        with books.ledger:
            weeks = [date(2020, 1, 6) + timedelta(weeks=number) for number in range(count)]
            plans = [drafted(books, start.isoformat()) for start in weeks]
            for plan in plans[::2]:
                decide.issue(books, plan, by="Ann Smith")
            short = measured(books, plans)
            print("short record:", {name: round(found, 2) for name, found in short.items()}, "ms", flush=True)
            for first in range(0, events, _READS_AT_A_TIME):
                reads = range(first, min(first + _READS_AT_A_TIME, events))
                books.ledger.append_all(
                    [Draft("consultation", f"plan/{plans[read % count]}", "ann", details={"rows": 1}) for read in reads]
                )
            long = measured(books, plans)
            print(f"{events:,} reads later:", {name: round(found, 2) for name, found in long.items()}, "ms")
            print("times:", {name: round(long[name] / short[name], 2) for name in short})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--plans", type=int, default=50)
    asked = parser.parse_args()
    main(asked.events, asked.plans)
