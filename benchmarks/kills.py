"""Ingests killed with kill -9 at random moments: is any half there, is any row lost? SYNTHETIC rows.

python -m benchmarks.kills [--times 1000] [--seed 1]
    In workspaces of fifty kills each, after each of which everything held is read and verified; a line a workspace.
"""

import argparse
import tempfile
import time
from pathlib import Path

from tests.support.kills import Figures, kill_ingests

A_WORKSPACE = 50


def told(found: list[Figures]) -> str:
    """Return the sums of what was found."""
    killed, absent, whole, accepted, expected = (
        sum(getattr(figures, name) for figures in found)
        for name in ("killed", "absent", "whole", "accepted", "expected")
    )
    problems = [problem for figures in found for problem in figures.problems]
    return (
        f"{sum(figures.times for figures in found):,} ingests, {killed:,} killed alive: after the kill {absent:,} "
        f"deliveries absent, {whole:,} whole, {len(problems):,} problems; "
        f"after ingesting again {accepted:,} of {expected:,} rows held"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began, all_found = time.perf_counter(), []
    for number, first in enumerate(range(0, asked.times, A_WORKSPACE)):
        with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as place:
            times = min(A_WORKSPACE, asked.times - first)
            all_found.append(kill_ingests(Path(place), times, asked.seed + number))
        print(f"{time.perf_counter() - began:.0f} s: {told(all_found)}", flush=True)
        for problem in all_found[-1].problems:
            print(problem, flush=True)
