"""Clients that want to be a burden to a served workspace: how soon is each refused, and how much memory does it cost?

python -m benchmarks.hostile_clients WORKSPACE [--at-once 8] [--idle 64] [--workers 2]
    WORKSPACE: one with a champion and its forecast; it is copied, and the copy is served on this machine alone

Everything is bounded: one gigabyte a client, ten seconds, connections as said. Memory is that of all processes of the
service together, looked at every 20 ms.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from benchmarks.service import free_port
from tests.support import hostile
from tests.support.hostile import Target
from tests.support.keys import headers_for

_LOOK_SECONDS = 0.02
_MIB = 1024


def processes(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in processes(int(child)))]


def resident(pid: int) -> float:
    """Return the memory of a process and all that descend from it, in MiB."""
    total = 0
    for one in processes(pid):
        try:
            status = Path(f"/proc/{one}/status").read_text("ascii")
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return total / _MIB


@contextmanager
def watched(pid: int) -> Iterator[list[float]]:
    """Yield a list that gets the memory, looked at until the end."""
    seen: list[float] = [resident(pid)]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_LOOK_SECONDS):
            seen.append(resident(pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()
        seen.append(resident(pid))


@contextmanager
def served(root: Path, workers: int) -> Iterator[tuple[int, int]]:
    """Serve a workspace; yield the process and the port."""
    port = free_port()
    command = [sys.executable, "-m", "strandcast", "serve", "--json", "--port", str(port), "--workspace", str(root)]
    with subprocess.Popen(
        [*command, "--workers", str(workers)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            # The address is printed when it is ready, and nothing where it could not start.
            if process.stdout is None or not process.stdout.readline():
                raise SystemExit("the workspace cannot be served")
            yield process.pid, port
        finally:
            process.terminate()


def measure(root: Path, at_once: int, idle: int, workers: int) -> None:
    """Be a burden in every way, and print what it cost."""
    with served(root, workers) as (pid, port):
        # Of whom nobody knows no body is read at all: these have a key.
        target = Target(port, headers_for(root)["Authorization"])
        hostile.declared_gigabyte(target)
        time.sleep(1.0)
        print(
            f"{'client':32}{'at once':>8}{'status':>14}{'median s':>10}{'worst s':>10}{'sent MiB':>10}{'grew MiB':>10}"
        )
        for client in hostile.ALL:
            with watched(pid) as seen, ThreadPoolExecutor(at_once) as pool:
                treated = list(pool.map(client, [target] * at_once))
            seconds = [one.seconds for one in treated]
            statuses = "/".join(map(str, sorted({one.status for one in treated})))
            print(
                f"{treated[0].what:32}{at_once:8}{statuses:>14}{statistics.median(seconds):10.2f}{max(seconds):10.2f}"
                f"{max(one.sent for one in treated) / 2**20:10.2f}{max(seen) - seen[0]:10.1f}"
            )
        with watched(pid) as seen:
            closed, answered = hostile.idle(target, idle)
        print(
            f"{idle} connections that ask for nothing: closed after {max(closed):.2f} s at the latest, another one "
            f"answered in {answered * 1e3:.0f} ms meanwhile, memory grew {max(seen) - seen[0]:.1f} MiB"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--idle", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as place:
        copy = Path(place) / "w"
        shutil.copytree(asked.workspace, copy)
        measure(copy, asked.at_once, asked.idle, asked.workers)
