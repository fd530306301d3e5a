"""Small ledgers, a clock that ticks, and a hand that rewrites a database behind the ledger's back."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy

from features.workspace import DATABASE_VARIABLE
from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from ledger.tables import APPEND_ONLY


class TickingClock:
    """A clock that is a second later each time it is read."""

    def __init__(self) -> None:
        self.instant = datetime(2024, 7, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.instant += timedelta(seconds=1)
        return self.instant


def url_of(folder: Path) -> str:
    """Return the database that the environment names, else one in the folder."""
    return os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{folder / 'strandcast.db'}"


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


def rewrite(folder: Path, *statements: str | tuple[str, Mapping[str, Any]]) -> None:
    """Do what only the owner of a database can do: put the guards aside, then run statements."""
    engine = sqlalchemy.create_engine(url_of(folder))
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for table in APPEND_ONLY:
                for verb in ("UPDATE", "DELETE"):
                    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table.name}_no_{verb}")
        else:
            # No triggers and no foreign keys, which SQLite does not look at unless told to.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            words, values = (statement, {}) if isinstance(statement, str) else statement
            connection.execute(sqlalchemy.text(words), values)
    engine.dispose()
