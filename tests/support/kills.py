"""Ingests killed with kill -9 at random moments, and what is found in the workspace after each.

python -m tests.support.kills FOLDER TIMES SEED
    Prints one JSON object of `Figures`. SYNTHETIC rows.

This process only forks: each ingest and each look at the workspace is a child of its own, so that a kill costs no start
of Python, and no thread is ever forked.
"""

import contextlib
import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from features.incidents.batch import INCIDENTS, QUARANTINE, deliveries, read_facts, read_quarantine
from features.incidents.store import load_incidents
from features.workspace import Workspace
from ledger.archive import Archive
from ledger.files import FileStore
from ledger.ledger import Ledger
from strandcast.app import run
from strandcast.command import Context

_MAPPING = """\
period = "day"
[columns]
occurred_from = "when"
area_code = "where"
offence = "what"
incident_id = "id"
"""
# Each delivery is two files, 60 good rows and 2 bad ones each; they exist together or not at all.
_GOOD, _BAD, _FILES = 60, 2, 2
_ALL_ROWS = _FILES * _GOOD
# Kills fall somewhat beyond a whole ingest, so that some come after its end.
_BEYOND = 1.15


@dataclass
class Figures:
    """What was found.

    Attributes:
        times: Ingests that a kill was meant for.
        killed: Those that it met alive.
        absent: Looks after which the delivery was not there at all.
        whole: Looks after which it was there whole.
        whole_ingest_s: How long an ingest takes that nobody kills.
        accepted: Rows that are held after all deliveries were ingested again.
        expected: Rows that the deliveries hold.
        leftovers: Files on disk that no row names, all in all.
        problems: Whatever was found that must not be.
    """

    times: int
    killed: int = 0
    absent: int = 0
    whole: int = 0
    whole_ingest_s: float = 0.0
    accepted: int = 0
    expected: int = 0
    leftovers: int = 0
    problems: list[str] = field(default_factory=list)


class Rig:
    """A workspace and deliveries to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._workspace = folder / "w"
        self._modules = folder / "modules.json"
        self.mapping = folder / "city.toml"
        self.mapping.write_text(_MAPPING, encoding="utf-8")

    def deliver(self, number: int) -> Path:
        """Write the files of a delivery; return their folder."""
        folder = self._folder / f"delivery-{number}"
        folder.mkdir(exist_ok=True)
        for file in range(_FILES):
            key = f"{number}-{file}"
            rows = [f"2024-01-{row % 28 + 1:02d},A{row % 3},x,{key}-{row}" for row in range(_GOOD)]
            rows += [f"never,A,x,{key}-bad-{row}" for row in range(_BAD)]
            (folder / f"{key}.csv").write_text("\n".join(["when,where,what,id", *rows, ""]), encoding="utf-8")
        return folder

    def command(self, *arguments: str | Path) -> int:
        """Run a command in a child; return its exit code."""
        return _ended(self.start(*arguments))

    def start(self, *arguments: str | Path) -> int:
        """Start a command in a child; return its process id."""
        text = [*map(str, arguments), "--workspace", str(self._workspace), "--json"]
        return _forked(lambda: run(text), self._modules)

    def ingest(self, folder: Path) -> int:
        """Start the ingest of a delivery."""
        return self.start("ingest", "incidents", folder, "--mapping", self.mapping)

    def import_what_was_needed(self) -> None:
        """Import what the last command that ended had imported, so that its successors need not."""
        for name in json.loads(self._modules.read_text(encoding="utf-8")):
            with contextlib.suppress(Exception):
                importlib.import_module(name)

    def look(self) -> dict[str, Any]:
        """Return what a fresh process finds: accepted rows by file, problems, and files that no row names."""
        out = self._folder / "look.json"
        code = _ended(_forked(lambda: _write_look(self._workspace, out), self._modules))
        return {"problems": [f"the look ended with {code}"]} if code else json.loads(out.read_text(encoding="utf-8"))


def kill_ingests(folder: Path, times: int, seed: int) -> Figures:
    """Kill ingests; a delivery that is not there is the next to be ingested again."""
    rig, rng, figures = Rig(folder), random.Random(seed), Figures(times)  # noqa: S311 - no secret
    rig.command("init")
    rig.command("ingest", "incidents", rig.deliver(0), "--mapping", rig.mapping)
    rig.import_what_was_needed()
    figures.problems += rig.look()["problems"]
    rig.import_what_was_needed()
    began = time.perf_counter()
    _ended(rig.ingest(rig.deliver(1)))
    figures.whole_ingest_s = time.perf_counter() - began
    held = 2
    for _ in range(times):
        child = rig.ingest(rig.deliver(held))
        time.sleep(rng.uniform(0, _BEYOND * figures.whole_ingest_s))
        os.kill(child, signal.SIGKILL)
        code = _ended(child)
        figures.killed += code == -signal.SIGKILL
        found = rig.look()
        figures.problems += found["problems"]
        rows = found.get("rows", {})
        figures.problems += [f"delivery {n} is not whole" for n in range(held) if _rows_of(rows, n) != _ALL_ROWS]
        newest = _rows_of(rows, held)
        if newest not in (0, _ALL_ROWS) or (code == 0 and not newest):
            figures.problems.append(f"{newest} rows of delivery {held} are there, the ingest ended with {code}")
        figures.absent += not newest
        figures.whole += newest == _ALL_ROWS
        held += newest == _ALL_ROWS
    for number in range(held + 1):
        rig.deliver(number)
        if code := _ended(rig.ingest(folder / f"delivery-{number}")):
            figures.problems.append(f"delivery {number} again ended with {code}")
    found = rig.look()
    figures.problems += found["problems"]
    figures.accepted = sum(found.get("rows", {}).values())
    figures.expected = (held + 1) * _ALL_ROWS
    figures.leftovers = found.get("leftovers", 0)
    return figures


def _rows_of(rows: dict[str, int], number: int) -> int:
    return sum(rows.get(f"{number}-{file}.csv", 0) for file in range(_FILES))


def _write_look(root: Path, out: Path) -> int:
    """Open the workspace as anyone would, and write down what is there and what is wrong with it."""
    workspace, problems, rows = Workspace.open(root), [], {}
    with Ledger.open(workspace.database_url, Context.clock) as ledger:
        files = FileStore(root)
        found = ledger.verify(files)
        if not found.ok:
            problems.append(f"the record is broken: {found.problem}")
        archive = Archive(ledger, files, "auditor")
        for entry, delivery in deliveries(archive):
            rows[delivery.file] = len(read_facts(archive, entry))
            if rows[delivery.file] != delivery.accounts.accepted:
                problems.append(f"{delivery.file} holds {rows[delivery.file]} rows")
        quarantined = {entry.name: len(read_quarantine(archive, entry)) for entry in archive.entries(QUARANTINE)}
        if sorted(quarantined) != sorted(entry.name for entry in archive.entries(INCIDENTS)):
            problems.append("facts and quarantined rows are not of the same files")
        if set(quarantined.values()) - {_BAD}:
            problems.append("quarantined rows are lost")
        seen = len(load_incidents(archive).view())
        if seen != sum(rows.values()):
            problems.append(f"{seen} rows are seen of {sum(rows.values())}")
        named = {entry.path for kind in (INCIDENTS, QUARANTINE) for entry in archive.entries(kind)}
    there = {
        path.relative_to(root).as_posix()
        for kind in (INCIDENTS, QUARANTINE)
        for path in (root / kind).glob("*.parquet")
    }
    document = {"rows": rows, "problems": problems, "leftovers": len(there - named)}
    out.write_text(json.dumps(document), encoding="utf-8")
    return 0


def _forked(work: Callable[[], int], modules: Path) -> int:
    """Run work in a child without a word; return its process id. The child names its modules when it ends."""
    child = os.fork()
    if child:
        return child
    code = 70
    with contextlib.suppress(BaseException):
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(silence, stream)
        code = work()
        modules.write_text(json.dumps(sorted(sys.modules)), encoding="utf-8")
    os._exit(code)


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    result = kill_ingests(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(asdict(result)) + "\n")
