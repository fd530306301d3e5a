"""The service at one client, ledger on: forecast reads, explanations and plans, beside what they cannot go below.

python -m benchmarks.service [WORKSPACE]
    WORKSPACE: a workspace with a champion and its forecast; left out, all of Toronto is made ready first

The floor of a read is the loopback: a request to /healthz of the same process, which does no work. The floor of a
record is one fsync of 4 KiB on the disk of the workspace. Every read and plan that is timed is recorded in its ledger.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import httpx
import numpy as np

from benchmarks.protocol import workspace
from features.workspace import Workspace
from ledger.events import Draft
from ledger.ledger import Ledger
from tests.support.keys import headers_for

READS = 500
PLANS = 20
SYNCS = 200
GOAL_READ_MS = 10.0
GOAL_PLAN_MS = 1000.0
HOURS_AN_AREA = 15
LOOPBACK = "loopback, /healthz"


def timed(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the median and the 99th percentile of the milliseconds that some work takes."""
    spent = []
    for _ in range(times):
        began = perf_counter()
        work()
        spent.append((perf_counter() - began) * 1e3)
    return float(np.percentile(spent, 50)), float(np.percentile(spent, 99))


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def served(root: Path) -> Iterator[tuple[httpx.Client, float]]:
    """Serve a workspace and yield a client with the seconds that it took to get ready."""
    port = free_port()
    command = [sys.executable, "-m", "strandcast", "serve", "--json", "--port", str(port), "--workspace", str(root)]
    began = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            document = "".join(iter(process.stdout.readline, "}\n")) + "}" if process.stdout else ""
            ready = perf_counter() - began
            with httpx.Client(base_url=json.loads(document)["url"], headers=headers_for(root), timeout=60) as client:
                yield client, ready
        finally:
            process.terminate()


def synced(root: Path) -> tuple[float, float]:
    """Return the milliseconds of one fsync of 4 KiB on the workspace's disk."""
    with tempfile.TemporaryFile(dir=root) as file:

        def write() -> None:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())

        return timed(write, SYNCS)


def appended(root: Path) -> tuple[float, float]:
    """Return the milliseconds of one append to a ledger of its own on the workspace's disk."""
    draft = Draft("consultation", "forecast/benchmark", "benchmark", details={"rows": 100})
    with (
        tempfile.TemporaryDirectory(dir=root) as folder,
        Ledger.open(f"sqlite:///{folder}/ledger.db", lambda: datetime.now(UTC)) as ledger,
    ):
        return timed(lambda: ledger.append(draft), READS)


def measure(root: Path) -> None:
    """Time everything and print it with ratios to its floor and its goal."""
    rows: list[tuple[str, tuple[float, float], float | None]] = [
        ("fsync of 4 KiB", synced(root), None),
        ("ledger append", appended(root), None),
    ]
    with served(root) as (client, ready):

        def get(path: str) -> Callable[[], object]:
            return lambda: client.get(path).raise_for_status()

        periods = client.get("/v1/periods").json()
        first = client.get("/v1/forecasts?limit=1").json()["rows"][0]
        order = {"total_hours": HOURS_AN_AREA * periods["areas"]}
        rows += [
            (LOOPBACK, timed(get("/healthz"), READS), None),
            ("periods, not recorded", timed(get("/v1/periods"), READS), None),
            ("forecasts, 20 rows", timed(get("/v1/forecasts?limit=20"), READS), GOAL_READ_MS),
            ("forecasts, 100 rows", timed(get("/v1/forecasts"), READS), GOAL_READ_MS),
            ("forecasts, one area", timed(get(f"/v1/forecasts?area_code={first['area_code']}"), READS), GOAL_READ_MS),
            ("explanation", timed(get(f"/v1/explanations/{first['forecast_id']}"), READS), GOAL_READ_MS),
            (
                f"plan, {periods['areas']} areas",
                timed(lambda: client.post("/v1/plans", json=order).raise_for_status(), PLANS),
                GOAL_PLAN_MS,
            ),
        ]
    floor = next(figures[0] for name, figures, _ in rows if name == LOOPBACK)
    print(f"{'what':24}{'p50 ms':>10}{'p99 ms':>10}{'x loopback':>12}{'of goal':>10}")
    for name, (middle, high), goal in rows:
        share = f"{middle / goal:.2f}" if goal else ""
        print(f"{name:24}{middle:10.2f}{high:10.2f}{middle / floor:12.1f}{share:>10}")
    print(f"ready after {ready:.1f} s")


if __name__ == "__main__":
    with ExitStack() as stack:
        if len(sys.argv) > 1:
            place = Workspace.open(Path(sys.argv[1])).root
        else:
            ingest = ["ingest", "incidents", "examples/toronto/incidents.parquet"]
            deployment = stack.enter_context(
                workspace(
                    ["init", "--holidays", "CA-ON"],
                    [*ingest, "--mapping", "examples/toronto/mapping.toml"],
                    ["train", "--no-tracking"],
                    ["promote", "--reason", "benchmark", "--despite", "time is measured here", "--no-tracking"],
                    ["forecast"],
                )
            )
            place = deployment.workspace.root
        measure(place)
