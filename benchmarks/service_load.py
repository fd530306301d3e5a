"""Reads under load: two workers, 8 and 64 clients on the same machine, every read recorded in the ledger.

python -m benchmarks.service_load WORKSPACE [--seconds S] [--workers N] [--key KEY]
    WORKSPACE: one with a champion and its forecast; the reads are recorded in it, so give a copy
    KEY: an API key that may read forecasts; left out, one is made for the run and revoked at its end

Clients are keep-alive connections in one process that ask again as soon as they are answered. They share the processors
with the service, so the figures are those of both. A client remembers the entity tag of what it has read: where it asks
for the same again it says so, and what was not modified is counted beside.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import numpy as np

from features.workspace import Workspace
from ledger.ledger import Ledger
from serving.forecasts.query import ForecastQuery

CLIENTS = (8, 64)
LONGEST = 60.0
WARM_UP = 1.0
ADDRESSES = 400
# Share of each kind of read: what one area is asked for most, a page of a county now and then.
SHARES = {"area": 0.45, "explanation": 0.25, "page": 0.15, "district": 0.1, "periods": 0.05}


@dataclass
class Tally:
    """What clients have seen.

    Attributes:
        seconds: Time of each answer.
        not_modified: Answers that were not modified.
        errors: Other answers than 200 and 304, by status.
        sent: Bytes that came.
    """

    seconds: list[float] = field(default_factory=list)
    not_modified: int = 0
    errors: dict[int, int] = field(default_factory=dict)
    sent: int = 0


async def client(address: tuple[str, int], paths: Sequence[str], key: str, until: float, tally: Tally) -> None:
    """Ask for one path after the other until the time is up."""
    reader, writer = await asyncio.open_connection(*address)
    tags: dict[str, str] = {}
    authorization = f"Authorization: Bearer {key}\r\n" if key else ""
    for path in paths:
        if perf_counter() > until:
            break
        known = f"If-None-Match: {tags[path]}\r\n" if path in tags else ""
        began = perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n{authorization}{known}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        if status != HTTPStatus.NOT_MODIFIED:
            tally.sent += len(await reader.readexactly(int(headers.get("content-length", 0))))
        tally.seconds.append(perf_counter() - began)
        tally.not_modified += status == HTTPStatus.NOT_MODIFIED
        if status not in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
            tally.errors[status] = tally.errors.get(status, 0) + 1
        if "etag" in headers:
            tags[path] = headers["etag"]
    writer.close()


async def loaded(address: tuple[str, int], pool: Sequence[str], key: str, clients: int, seconds: float) -> Tally:
    """Return what so many clients saw in so many seconds."""
    rng = np.random.default_rng(clients)
    tally = Tally()
    until = perf_counter() + min(seconds, LONGEST)
    most = int(20_000 * seconds / clients) + 100
    each = [[pool[at] for at in rng.integers(0, len(pool), most)] for _ in range(clients)]
    await asyncio.gather(*(client(address, paths, key, until, tally) for paths in each))
    return tally


def addresses(url: str, key: str) -> list[str]:
    """Return addresses to ask for, each kind by its share."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}

    def read(path: str) -> dict[str, Any]:
        with urlopen(Request(url + path, headers=headers), timeout=60) as answer:  # noqa: S310 - our own address
            document: dict[str, Any] = json.loads(answer.read())
        return document

    periods = read("/v1/periods")
    whole = read("/v1/forecasts?horizon=1&limit=1000")
    rng = np.random.default_rng(1)
    rows = whole["rows"]
    codes = sorted({row["area_code"] for row in rows})
    total, levels, run_id = whole["total"], periods["levels"], whole["run_id"]
    pages = ForecastQuery(horizon=[1])
    made: dict[str, Callable[[], str]] = {
        "area": lambda: f"/v1/forecasts?area_code={quote(rng.choice(codes))}&horizon={rng.integers(1, 4)}",
        "explanation": lambda: f"/v1/explanations/{quote(rng.choice(rows)['forecast_id'])}",
        "page": lambda: f"/v1/forecasts?horizon=1&limit=100&cursor={pages.cursor_at(rng.integers(1, total), run_id)}",
        "district": lambda: f"/v1/forecasts?level={levels[-1]}&horizon={rng.integers(1, 4)}",
        "periods": lambda: "/v1/periods",
    }
    kinds = rng.choice(list(SHARES), ADDRESSES, p=list(SHARES.values()))
    return [str(made[str(kind)]()) for kind in kinds]


@contextmanager
def served(root: Path, workers: int) -> Iterator[tuple[str, int, float, int]]:
    """Serve a workspace; yield its host, port, the seconds until it was ready, and the id of its process."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    command = [sys.executable, "-m", "strandcast", "serve", "--json", "--port", str(port), "--workers", str(workers)]
    began = perf_counter()
    log = root / "service-load.log"
    arguments = [*command, "--workspace", str(root)]
    with log.open("w") as said, subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=said, text=True) as process:
        try:
            # A service that does not start says nothing, and ends.
            if process.stdout is None or not process.stdout.readline():
                raise SystemExit(f"the service did not start: see {log}")
            while process.stdout.readline() not in ("}\n", ""):
                pass
            yield "127.0.0.1", port, perf_counter() - began, process.pid
        finally:
            process.send_signal(signal.SIGTERM)


def processor(pid: int) -> float:
    """Return the seconds of processor time of a process and what it started."""
    ticks = 0
    for one in _family(pid):
        ticks += sum(
            int(word) for word in Path(f"/proc/{one}/stat").read_text("utf-8").rpartition(")")[2].split()[11:13]
        )
    return ticks / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> list[int]:
    """Return the ids of a process and what it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def memory(pid: int) -> list[tuple[str, float, float]]:
    """Return name, resident and proportional set size in MB of a process and what it started, largest last."""
    found = []
    for one in _family(pid):
        rolled = Path(f"/proc/{one}/smaps_rollup").read_text("utf-8").splitlines()
        words = Path(f"/proc/{one}/cmdline").read_text("utf-8").split("\0")
        sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in rolled[1:] if line.split()[-1] == "kB"}
        name = "worker" if any("worker" in word for word in words) else " ".join(words[1:4])
        found.append((name, sizes["Rss"], sizes["Pss"]))
    return sorted(found, key=lambda item: item[1])


@contextmanager
def keyed(root: Path, key: str | None) -> Iterator[str]:
    """Yield a key: the one given, or one that is made for this run and revoked at its end."""
    if key is not None:
        yield key
        return
    base = [sys.executable, "-m", "strandcast", "keys"]
    rest = ["--workspace", str(root), "--json"]
    name = f"load-{os.getpid()}"
    made = subprocess.run(
        [*base, "create", name, "--role", "planner", *rest], stdout=subprocess.PIPE, text=True, check=True
    )
    document = json.loads(made.stdout)
    yield document["key"]
    reason = ["--reason", "the load has been measured"]
    subprocess.run([*base, "revoke", document["key_id"], *reason, *rest], stdout=subprocess.DEVNULL, check=True)


def events(root: Path) -> int:
    """Return the number of events in a workspace's ledger."""
    with Ledger.open(Workspace.open(root).database_url, lambda: datetime.now(UTC)) as ledger:
        newest = ledger.events(limit=1)
    return newest[0].sequence if newest else 0


def measure(root: Path, seconds: float, workers: int, key: str) -> None:
    """Serve, load and print."""
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with served(root, workers) as (host, port, ready, pid):
        print(f"ready after {ready:.1f} s, of which {processor(pid):.1f} s on a processor, {workers} workers")
        pool = addresses(f"http://{host}:{port}", key)
        asyncio.run(loaded((host, port), pool, key, CLIENTS[0], WARM_UP))
        head = (
            "clients",
            "answers/s",
            "p50 ms",
            "p99 ms",
            "not modified",
            "errors",
            "MB/s",
            "events",
            "cpu ms",
            "of clients",
            "load",
        )
        print("".join(f"{name:>13}" for name in head))
        for clients in CLIENTS:
            before, began, used = events(root), perf_counter(), (processor(pid), process_time())
            tally = asyncio.run(loaded((host, port), pool, key, clients, seconds))
            spent = perf_counter() - began
            middle, high = np.percentile(tally.seconds, [50, 99]) * 1e3
            answers = len(tally.seconds)
            told = [
                f"{clients}",
                f"{answers / spent:.0f}",
                f"{middle:.1f}",
                f"{high:.1f}",
                f"{tally.not_modified / answers:.0%}",
                f"{sum(tally.errors.values())} {tally.errors or ''}",
                f"{tally.sent / spent / 1e6:.1f}",
                # Every answer has its event: nothing is answered that was not recorded.
                f"{events(root) - before}/{answers}",
                # What an answer costs, whatever else the machine does.
                f"{(processor(pid) - used[0]) / answers * 1e3:.2f}",
                f"{(process_time() - used[1]) / answers * 1e3:.2f}",
                f"{os.getloadavg()[0]:.1f}",
            ]
            print("".join(f"{cell:>13}" for cell in told))
        for name, resident, proportional in memory(pid):
            print(f"{name:>13}: {resident:.0f} MB resident, {proportional:.0f} MB of its own and its share")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--key")
    options = parser.parse_args()
    with keyed(options.workspace, options.key) as made_or_given:
        measure(options.workspace, options.seconds, options.workers, made_or_given)
