"""Writers of events and plans, killed with kill -9 at random moments, and what is found after each.

python -m tests.support.write_kills FOLDER TIMES SEED
    Prints one JSON object of `Figures`. SYNTHETIC plans, in the database that the environment names, else in FOLDER.

This process only forks: a writer, and each look at what it left, is a child of its own.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ledger.events import Draft
from ledger.files import FileStore
from ledger.group import GroupCommit
from ledger.ledger import Ledger
from models.allocation.decisions import decide
from models.allocation.decisions.history import history
from models.allocation.decisions.record import KIND, load_plan
from models.books import Books
from tests.support.decided import drafted
from tests.support.ledgers import url_of

_LOOK = "look.json"
_ROUNDS = 4
_READS = 8
# Kills fall somewhat beyond the end of a writer, so that some come after it.
_BEYOND = 1.15


@dataclass
class Figures:
    """What was found.

    Attributes:
        times: Writers that a kill was meant for.
        killed: Those that it met alive.
        events: Events that were acknowledged.
        plans: Plans that were said to be issued.
        recorded: Events that are there in the end, of those too whose acknowledgement was cut off.
        writer_s: How long a writer takes that nobody kills.
        problems: Whatever was found that must not be.
    """

    times: int
    killed: int = 0
    events: int = 0
    plans: int = 0
    recorded: int = 0
    writer_s: float = 0.0
    problems: list[str] = field(default_factory=list)


def kill_writers(folder: Path, times: int, seed: int) -> Figures:
    """Kill writers, and look after each at all that was ever acknowledged."""
    rng, figures, acknowledged = random.Random(seed), Figures(times), folder / "acknowledged.txt"  # noqa: S311 - no secret
    began = time.perf_counter()
    _ended(_forked(lambda: _write(folder, acknowledged, 0)))
    figures.writer_s = time.perf_counter() - began
    for number in range(1, times + 1):
        child = _forked(lambda number=number: _write(folder, acknowledged, number))  # type: ignore[misc]
        time.sleep(rng.uniform(0, _BEYOND * figures.writer_s))
        os.kill(child, signal.SIGKILL)
        code = _ended(child)
        figures.killed += code == -signal.SIGKILL
        if code not in (0, -signal.SIGKILL):
            figures.problems.append(f"writer {number} ended with {code}")
        looked = _ended(_forked(lambda: _look(folder, acknowledged)))
        if looked:
            figures.problems.append(f"look {number} ended with {looked}")
            continue
        found = json.loads((folder / _LOOK).read_text("utf-8"))
        figures.problems += found["problems"]
        figures.recorded = found["recorded"]
    said = acknowledged.read_text("utf-8").split("\n")
    figures.events = sum(line.startswith("event ") for line in said)
    figures.plans = sum(line.startswith("plan ") for line in said)
    return figures


def _write(folder: Path, acknowledged: Path, number: int) -> int:
    """Record events in groups and issue plans, and write down each as soon as it is said to be recorded."""
    told = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with Ledger.open(url_of(folder), lambda: datetime.now(UTC)) as ledger, GroupCommit(ledger) as group:
        books = Books(ledger, FileStore(folder), "desk")
        for turn in range(_ROUNDS):
            reads = [group.record(Draft("consultation", f"forecast/{number}-{read}", "ann")) for read in range(_READS)]
            for read in reads:
                os.write(told, f"event {read.result().audit_id}\n".encode())
            # Another week for each plan: no two are in force for one.
            start = date(2001, 1, 1) + timedelta(weeks=_ROUNDS * number + turn)
            plan = drafted(books, start.isoformat())
            os.write(told, f"event {decide.issue(books, plan, by='Ann Smith').audit_id}\nplan {plan}\n".encode())
    return 0


def _look(folder: Path, acknowledged: Path) -> int:
    """Open the ledger as anyone would, and write down what is wrong with it."""
    said = [line.split(" ", 1) for line in acknowledged.read_text("utf-8").splitlines()]
    with Ledger.open(url_of(folder), lambda: datetime.now(UTC)) as ledger:
        files = FileStore(folder)
        found = ledger.verify(files)
        problems = [] if found.ok else [f"the record is broken: {found.problem}"]
        recorded = {event.audit_id for event in ledger.events()}
        problems += [f"event {name} is lost" for kind, name in said if kind == "event" and name not in recorded]
        past = history(ledger)
        issued = [name for kind, name in said if kind == "plan"]
        problems += [f"plan {name} is lost" for name in issued if past.status(name).state != "issued"]
        plans = [load_plan(ledger, files, plan.name).plan_id for plan in ledger.artefacts(KIND)]
        states = [past.status(plan).state for plan in plans]
        decisions = len(ledger.events(operation="decision"))
        if states.count("issued") != decisions or set(states) - {"issued", "draft"}:
            problems.append(f"{decisions} decisions for plans that are {sorted(set(states))}")
    (folder / _LOOK).write_text(json.dumps({"problems": problems, "recorded": found.events}), "utf-8")
    return 0


def _forked(work: Callable[[], int]) -> int:
    """Run work in a child; return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        os._exit(work())
    except BaseException as error:  # noqa: BLE001 - a child must never go on as its parent
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        os._exit(70)


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    result = kill_writers(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(asdict(result)) + "\n")
