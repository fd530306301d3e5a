"""Writers killed with kill -9, and disks that fail: is anything half, is anything acknowledged lost? SYNTHETIC plans.

python -m benchmarks.ledger_faults [--times 1000] [--seed 1] [--postgresql]
    First the disks: a fault at every write and sync in turn, at every n-th, short writes, no room, files that cannot
    grow, a clock set back by an hour all the while; and, where this process may mount one, a disk of a megabyte. Then
    the kills, in workspaces of fifty each, after each of which everything is verified. `--postgresql`: only the kills,
    against a PostgreSQL of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

from features.workspace import DATABASE_VARIABLE
from tests.support.databases import Postgresql

A_WORKSPACE = 50


def child(module: str, *words: str, url: str | None = None) -> dict[str, Any]:
    """Run a module of the tests' support in a process of its own and return its figures."""
    environment = {**os.environ, **({DATABASE_VARIABLE: url} if url else {})}
    command = [sys.executable, "-m", f"tests.support.{module}", *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def disks() -> None:
    """Print what failing disks left."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as place:
        found = child("faults", place)
    print(f"{time.perf_counter() - began:.0f} s, failing disks: {found}", flush=True)
    with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as place:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", place], check=False)  # noqa: S607
        if mounted.returncode:
            print("full disk: not tried, this process may not mount one")
            return
        try:
            print(f"full disk: {child('full_disk', place)}", flush=True)
        finally:
            subprocess.run(["umount", place], check=True)  # noqa: S607


def kills(times: int, seed: int, server: Postgresql | None) -> None:
    """Print what killed writers left."""
    began, sums = time.perf_counter(), dict.fromkeys(("times", "killed", "events", "plans", "recorded"), 0)
    problems: list[str] = []
    for number, first in enumerate(range(0, times, A_WORKSPACE)):
        with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as place:
            url = server.database() if server else None
            words = (place, str(min(A_WORKSPACE, times - first)), str(seed + number))
            found = child("write_kills", *words, url=url)
            if server and url:
                server.drop(url)
        sums = {name: value + found[name] for name, value in sums.items()}
        problems += found["problems"]
        print(f"{time.perf_counter() - began:.0f} s, killed writers: {sums}, {len(problems)} problems", flush=True)
        for problem in found["problems"]:
            print(problem)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    if asked.postgresql:
        own = Postgresql()
        kills(asked.times, asked.seed, own)
        own.stop()
    else:
        disks()
        kills(asked.times, asked.seed, None)
