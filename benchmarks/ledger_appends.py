"""Events that a ledger takes in a second, each acknowledged only when it is on the disk.

python -m benchmarks.ledger_appends [--seconds 5] [--postgresql]
    One process and four: one event a transaction, and many callers (32 a process) whose events are committed in groups.
"""

import argparse
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from pathlib import Path

from ledger.events import Draft, Scalar
from ledger.group import GroupCommit
from ledger.ledger import Ledger
from tests.support.databases import Postgresql

CALLERS = 32
DETAILS: dict[str, Scalar] = {"areas": 0, "strands": 2, "run": "2024-07-01-0a1b2c3d", "rows": 50, "request": "0f" * 16}


def draft(number: int) -> Draft:
    """Return what a read of forecasts is recorded as."""
    return Draft(
        "consultation", "forecast/2024-07-01", "reader", "planner", "api-key", details={**DETAILS, "n": number}
    )


def alone(ledger: Ledger, until: float) -> int:
    """Append one event after the other."""
    count = 0
    while time.monotonic() < until:
        ledger.append(draft(count))
        count += 1
    return count


def in_groups(ledger: Ledger, until: float) -> int:
    """Let many callers each wait for their own event."""
    counts = [0] * CALLERS
    with GroupCommit(ledger) as group:

        def call(caller: int) -> None:
            while time.monotonic() < until:
                group.record(draft(counts[caller])).result()
                counts[caller] += 1

        threads = [threading.Thread(target=call, args=(caller,)) for caller in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sum(counts)


def work(
    url: str, way: Callable[[Ledger, float], int], seconds: float, ready: Barrier, total: "Synchronized[int]"
) -> None:
    """Open the ledger, wait for the others, and append for so many seconds."""
    with Ledger.open(url, lambda: datetime.now(UTC)) as ledger:
        ready.wait()
        done = way(ledger, time.monotonic() + seconds)
        with total.get_lock():
            total.value += done


def measure(url: str, way: Callable[[Ledger, float], int], processes: int, seconds: float) -> str:
    """Return the rate, once all that was acknowledged is found in a whole chain."""
    context = multiprocessing.get_context("spawn")
    ready, total = context.Barrier(processes), context.Value("i", 0)
    workers = [context.Process(target=work, args=(url, way, seconds, ready, total)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with Ledger.open(url, lambda: datetime.now(UTC)) as ledger:
        found = ledger.verify()
        whole = found.ok and found.events == total.value
    return f"{total.value / seconds:,.0f} events a second, chain {'whole' if whole else 'NOT WHOLE'}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    server = Postgresql() if asked.postgresql else None
    for processes in (1, 4):
        for way in (alone, in_groups):
            with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as place:
                url = server.database() if server else f"sqlite:///{Path(place) / 'strandcast.db'}"
                print(
                    f"{processes} processes, {way.__name__}: {measure(url, way, processes, asked.seconds)}", flush=True
                )
    if server:
        server.stop()
