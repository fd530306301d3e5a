"""Whoever owns the database: rewrites the record and computes every later hash, the tree and the rows anew."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from ledger.events import GENESIS, Draft, Event, sealed
from ledger.rows import event_row
from ledger.tree.hashing import GrowingTree
from tests.support.ledgers import rewrite

Drafts = list[tuple[str, Draft]]


def events_of(folder: Path) -> Drafts:
    """Return time and draft of every event, oldest first."""
    with closing(sqlite3.connect(folder / "strandcast.db")) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM events ORDER BY sequence")]
    fields = ("operation", "object", "actor", "role", "authentication", "purpose", "object_hash", "outcome")
    return [
        (row["time"], Draft(**{name: row[name] for name in fields}, details=json.loads(row["details"]))) for row in rows
    ]


def forge(folder: Path, change: Callable[[Drafts], Drafts]) -> None:
    """Change the events, and write a database that is whole again."""
    events: list[Event] = []
    tree, nodes = GrowingTree(), []
    for number, (time, draft) in enumerate(change(events_of(folder)), start=1):
        events.append(sealed(draft, number, time, events[-1].hash if events else GENESIS))
        nodes += tree.add(bytes.fromhex(events[-1].hash))
    # References are not enforced on this connection, and the rows keep the events that they belong to.
    rewrite(folder, "DELETE FROM events", "DELETE FROM tree", "DELETE FROM checkpoints")
    rows: list[dict[str, Any]] = [event_row(event) for event in events]
    names = list(rows[0])
    marks = ", ".join("?" for _ in names)
    insert = f"INSERT INTO events ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own columns
    with closing(sqlite3.connect(folder / "strandcast.db")) as connection, connection:
        connection.executemany(insert, [[row[name] for name in names] for row in rows])
        hexed = [(level, number, node.hex()) for level, number, node in nodes]
        connection.executemany("INSERT INTO tree VALUES (?, ?, ?)", hexed)
