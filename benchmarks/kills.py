"""Ingests killed with kill -9 at random moments: is any half there, is any row lost? SYNTHETIC rows.

python -m benchmarks.kills [--times 1000] [--seed 1]
"""

import argparse
import tempfile
import time
from pathlib import Path

from tests.support.kills import kill_ingests

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as place:
        found = kill_ingests(Path(place), asked.times, asked.seed)
    print(f"{found.times:,} ingests of {found.whole_ingest_s:.2f} s, {found.killed:,} killed alive")
    print(f"after the kill {found.absent:,} deliveries absent, {found.whole:,} whole, {len(found.problems):,} problems")
    print(f"after ingesting again {found.accepted:,} of {found.expected:,} rows held")
    print(f"{found.leftovers:,} files that no row names, {time.perf_counter() - began:.0f} s in all")
    for problem in found.problems:
        print(problem)
