"""Small ledgers, a clock that ticks, and a hand that rewrites a database behind the ledger's back."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger

TABLES = ("events", "artefacts", "alias_moves", "tree", "checkpoints")


class TickingClock:
    """A clock that is a second later each time it is read."""

    def __init__(self) -> None:
        self.instant = datetime(2024, 7, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.instant += timedelta(seconds=1)
        return self.instant


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'strandcast.db'}"


def open_ledger(folder: Path, clock: Callable[[], datetime] | None = None) -> Ledger:
    return Ledger.open(url_of(folder), clock or TickingClock())


def fill(folder: Path, events: int = 6) -> FileStore:
    """Record some events, two artefacts and an alias that moves once, and close the ledger."""
    files = FileStore(folder)
    with open_ledger(folder) as ledger:
        for name in ("first", "second"):
            stored = files.put(name.encode(), "models", ".txt")
            draft = Draft("model", f"model/{name}", "ann", object_hash=stored.sha256, details={"trees": 300})
            artefact = Artefact.of("model", name, stored, {"share": 0.5, "strands": ["burglary"]})
            ledger.append(draft, artefacts=[artefact], aliases={("model", "champion"): name})
        for number in range(events - 2):
            ledger.append(Draft("consultation", f"forecast/{number}", "http", details={"rows": number, "area": None}))
    return files


def rewrite(folder: Path, *statements: str | tuple[str, Sequence[object]]) -> None:
    """Do what only somebody with the database file can do: drop the guards, then run statements."""
    with closing(sqlite3.connect(folder / "strandcast.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for table in TABLES:
            for verb in ("UPDATE", "DELETE"):
                connection.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        for statement in statements:
            text, values = (statement, ()) if isinstance(statement, str) else statement
            connection.execute(text, tuple(values))
