"""A small SYNTHETIC place in which simple methods are trained and promoted; also as a process that promotes on a word.

python -m tests.support.promotions FOLDER VERSION     says what it decided on, waits for a line, then moves the champion
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from features.calendar import Calendar
from features.knowledge import Knowledge
from features.workspace import GATE
from ledger.events import MovedMeanwhileError
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.progress import silent
from models.registry import CHAMPION, KIND
from tests.support.ledgers import url_of
from tests.support.recorded import Recorded
from training.choice import Recipe
from training.gate.settings import Gate, default_text
from training.promote import Promotion, Registry, move, promote
from training.record import Tracker, Untracked
from training.train import train

WEEKS = 70


def registry_in(folder: Path, tracker: Tracker | None = None) -> Registry:
    """Open the registry in a folder."""
    ledger = Ledger.open(url_of(folder), lambda: datetime.now(UTC))
    return Registry(ledger, FileStore(folder), tracker or Untracked(), "ann")


def place(*, weeks: int = WEEKS) -> Knowledge:
    """Return what is known of a place where weeks differ by chance alone."""
    return Recorded.drawn(2, weeks=weeks, n=40 * weeks).knowledge()


def trained(registry: Registry, knowledge: Knowledge, method: str, *, seed: int = 1) -> str:
    """Train a simple method for horizons 1 and 2 and return its version."""
    recipe = Recipe(method, Calendar(), seed)
    done = train(
        knowledge.at(),
        recipe,
        (1, 2),
        tracker=registry.tracker,
        ledger=registry.ledger,
        files=registry.files,
        actor=registry.actor,
        tell=lambda _: None,
    )
    return done.version


def thresholds(folder: Path) -> None:
    """Write a gate in which ranges do not count: those fitted to a small place are off by chance."""
    text = default_text().decode().replace("coverage = [0.74, 0.86]", "coverage = [0.01, 0.99]")
    text = text.replace("pit_distance = 0.05", "pit_distance = 0.5").replace('"shrunken", "shrunken-all", ', '"last", ')
    (folder / GATE).write_text(text.replace('"weighted-0.1", "mean-all", "naive"', '"mean-all"'), "utf-8")


def asked(
    registry: Registry, knowledge: Knowledge, *, despite: str | None = None, name: str = "challenger"
) -> Promotion:
    """Ask for a promotion under the folder's thresholds, or the shipped ones."""
    gate = Gate.of(registry.files.root / GATE)
    return promote(
        registry, knowledge, gate, name=name, reason="because", despite=despite, synthetic=True, advance=silent
    )


def main(folder: Path, version: str) -> int:
    registry = registry_in(folder)
    before = registry.ledger.alias(KIND, CHAMPION)
    print(before, flush=True)  # noqa: T201 - the other process waits for it
    sys.stdin.readline()
    try:
        move(registry, version, before, {"act": "promote"}, ())
    except MovedMeanwhileError as error:
        print(error)  # noqa: T201 - what the loser is told
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2]))
