"""How long a backup and its drill take, by the length of the ledger. SYNTHETIC events, no files.

python -m benchmarks.backup [--events 100000]
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from ledger.backup.restoring import Wish, drill
from ledger.backup.taking import Source, take
from ledger.events import Draft
from ledger.ledger import Ledger

A_GROUP = 5_000


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def untold(done: int, total: int) -> None:
    """Tell nobody."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as place:
        root, target = Path(place) / "w", Path(place) / "b"
        root.mkdir()
        url = f"sqlite:///{root / 'strandcast.db'}"
        with Ledger.open(url, now) as ledger:
            for first in range(0, asked.events, A_GROUP):
                numbers = range(first, min(first + A_GROUP, asked.events))
                ledger.append_all([Draft("consultation", f"forecast/{n}", "ann", details={"rows": n}) for n in numbers])
        began = time.perf_counter()
        made = take(Source(url, root, "benchmark"), target, now, untold)
        taken = time.perf_counter()
        drill(target, now, "ann", wish=Wish(made.last_audit_id), advance=untold)
        size = (target / "database.sqlite").stat().st_size / 2**20
        print(f"{made.events:,} events, {size:.0f} MiB: backup {taken - began:.1f} s, ", end="")
        print(f"drill {time.perf_counter() - taken:.1f} s, both verified")
