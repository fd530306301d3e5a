"""The record at length: how fast it grows, how long a verification takes, how large a proof is, and what is found.

    .venv/bin/python -m benchmarks.ledger_proofs --events 1000000

Events are like those of reads over HTTP. The bundle is verified by a process of its own that has neither workspace nor
database. Then the owner of the database rewrites it in six ways, computes every hash anew, and each is verified against
the checkpoints that were collected before.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ledger.bundle.judging import judge
from ledger.bundle.writing import export
from ledger.events import Draft, canonical_json
from ledger.ledger import Ledger
from ledger.reading import Which, page
from ledger.tree.checkpoints import Policy, write_checkpoint
from ledger.tree.documents import check
from ledger.tree.notes import Checkpoint, Signer
from ledger.tree.proving import prove_consistency, prove_inclusion
from models.progress import silent
from tests.support.rewriters import Drafts, forge

SIGNER = Signer.make("benchmark.example/ledger", bytes(range(32)))
GROUP = 256
TAMPERED = 20_000


def read(number: int) -> Draft:
    """Return an event as a read of forecasts over HTTP leaves it."""
    return Draft(
        "consultation",
        "forecast/2026-11-23-652ca2f6",
        "key:planner-7",
        role="planner",
        authentication="api-key",
        purpose="patrol-planning",
        object_hash=f"{number:064x}",
        details={"request": f"{number:032x}", "rows": 100, "area_code": "E01021234", "strand": "burglary"},
    )


def fill(ledger: Ledger, first: int, events: int) -> float:
    """Append events in groups; return the seconds that it took."""
    begun = time.perf_counter()
    for at in range(first, first + events, GROUP):
        ledger.append_all([read(number) for number in range(at, min(at + GROUP, first + events))])
    return time.perf_counter() - begun


def open_at(folder: Path) -> Ledger:
    """Open the ledger in a folder."""
    return Ledger.open(f"sqlite:///{folder / 'strandcast.db'}", lambda: datetime.now(UTC))


def sign(ledger: Ledger, drop: Path) -> None:
    """Write a checkpoint."""
    write_checkpoint(ledger.database, SIGNER, Policy(drop, 1, 1), datetime.now(UTC))


def at_length(folder: Path, events: int) -> None:
    """Measure a long record."""
    drop = folder / "drop"
    drop.mkdir()
    with open_at(folder) as ledger:
        took = fill(ledger, 0, events // 2)
        sign(ledger, drop)
        took += fill(ledger, events // 2, events - events // 2)
        print(f"{events:,} events appended in groups of {GROUP}: {events / took:,.0f} a second")
        begun = time.perf_counter()
        sign(ledger, drop)
        print(f"checkpoint: {1000 * (time.perf_counter() - begun):.1f} ms")
        [event] = page(ledger.database, Which(before=events // 3), 1)
        begun = time.perf_counter()
        proof = prove_inclusion(ledger, event.audit_id)
        inclusion = 1000 * (time.perf_counter() - begun)
        begun = time.perf_counter()
        consistency = prove_consistency(ledger, events // 2, events)
        print(f"proofs made: inclusion {inclusion:.1f} ms, consistency {1000 * (time.perf_counter() - begun):.1f} ms")
        for document in (proof, consistency):
            size = len(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode())
            told = check(document, [SIGNER.verifier])
            if "event" in document:
                alone = size - len(canonical_json(document["event"]))
                print(f"of these {alone:,} bytes are the proof, whatever the event says")
            print(f"{document['proof']} proof: {size:,} bytes, {len(document['path'])} hashes; {told.sentence}")
        begun = time.perf_counter()
        found = ledger.verify()
        print(f"verified in the database: {time.perf_counter() - begun:.1f} s, ok: {found.ok}")
        begun = time.perf_counter()
        export(ledger.database, folder / "bundle.zip", silent)
        megabytes = (folder / "bundle.zip").stat().st_size / 2**20
        print(f"exported: {time.perf_counter() - begun:.1f} s, {megabytes:.0f} MiB")
    (folder / "strandcast.db").unlink()
    offline(folder)


def offline(folder: Path) -> None:
    """Verify the bundle with the command, in an empty folder."""
    empty = folder / "empty"
    empty.mkdir()
    words = [
        "audit",
        "verify",
        folder / "bundle.zip",
        "--key",
        SIGNER.verifier.text(),
        "--checkpoints",
        folder / "drop",
    ]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())}
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "strandcast", *map(str, words), "--json"],
        check=True,
        capture_output=True,
        cwd=empty,
        env=environment,
    )
    told = json.loads(done.stdout)
    took = time.perf_counter() - begun
    print(f"bundle verified offline: {took:.1f} s for {told['events']:,} events, ok: {told['ok']}")


def change(name: str, events: Drafts) -> Drafts:
    """Return the events as their owner would have them."""
    at = len(events) // 3
    other = (events[at][0], read(10**9))
    return {
        "edit": [*events[:at], other, *events[at + 1 :]],
        "delete": [*events[:at], *events[at + 1 :]],
        "insert": [*events[:at], other, *events[at:]],
        "reorder": [*events[:at], events[at + 1], events[at], *events[at + 2 :]],
        "tail-cut": events[: -len(events) // 4],
    }[name]


def tampered(folder: Path) -> None:
    """Rewrite a record in six ways, each computed anew, and verify each against what was collected."""
    drop = folder / "drop-tampered"
    drop.mkdir()
    with open_at(folder) as ledger:
        fill(ledger, 0, TAMPERED // 2)
        sign(ledger, drop)
    shutil.copy(folder / "strandcast.db", folder / "backup.db")
    with open_at(folder) as ledger:
        fill(ledger, TAMPERED // 2, TAMPERED // 2)
        sign(ledger, drop)
    shutil.copy(folder / "strandcast.db", folder / "whole.db")
    collected = [SIGNER.verifier.opened(path.read_text("utf-8")) for path in sorted(drop.iterdir())]
    caught = 0
    for name in ("edit", "delete", "insert", "reorder", "tail-cut", "rollback"):
        shutil.copy(folder / ("backup.db" if name == "rollback" else "whole.db"), folder / "strandcast.db")
        if name != "rollback":
            forge(folder, partial(change, name))
        caught += found_offline(folder, name, collected)
    print(f"{caught} of 6 found offline, each a whole chain on its own")


def found_offline(folder: Path, name: str, collected: list[Checkpoint]) -> bool:
    """Export a rewritten record, and return whether it is found to be one."""
    with open_at(folder) as ledger:
        export(ledger.database, folder / "rewritten.zip", silent)
    alone = judge(folder / "rewritten.zip", [SIGNER.verifier], [])
    found = judge(folder / "rewritten.zip", [SIGNER.verifier], collected)
    print(f"{name}: alone ok {alone.ok}; with what was collected: {found.problem or 'ok'}")
    return alone.ok and not found.ok


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where to work; left out, a temporary folder")
    asked = parser.parse_args()
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"load {load:.1f} on {cores} cores before")
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        at_length(Path(name), asked.events)
        tampered(Path(name))
    print(f"load {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
