"""Reading what is recorded: everything at one instant, as verification and export need it, or a page of events."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, RowMapping, func, or_, select

from errors import LedgerError
from ledger.artefacts import StoredArtefact
from ledger.beside import Beside
from ledger.chain import FaultError
from ledger.database import Database
from ledger.events import ENCODER, Event, alias_key
from ledger.rows import event_of_row, stored_artefact, stored_line
from ledger.tables import ALIAS_MOVES, API_KEYS, ARTEFACTS, CHECKPOINTS, EVENTS, GIVEN_ANSWERS, JOB_ENDINGS, JOBS, TREE
from ledger.tree.notes import Kept
from ledger.verify import Claims, Stored

_ROWS_AT_A_TIME = 10_000
_MENTIONS_AT_A_TIME = 500


@contextmanager
def stored(database: Database, secret: bytes | None = None) -> Iterator[Stored]:
    """Yield all that a database holds of the ledger; the lines are read as they are taken.

    Args:
        database: The database.
        secret: That of the workspace, if the seals of kept answers are to be compared.

    Raises:
        LedgerError: The database fails.
    """
    with database.reading() as connection:
        query = select(EVENTS).order_by(EVENTS.c.sequence).execution_options(yield_per=_ROWS_AT_A_TIME)
        artefacts = connection.execute(select(ARTEFACTS).order_by(ARTEFACTS.c.sequence)).mappings()
        moves = connection.execute(select(ALIAS_MOVES)).mappings().all()
        found: Claims = {(row["sequence"], alias_key(row["kind"], row["alias"])): row["name"] for row in moves}
        nodes = {(row.level, row.number): row.hash for row in connection.execute(select(TREE))}
        kept = [Kept(row.size, row.note, row.key) for row in connection.execute(select(CHECKPOINTS))]
        tables = (API_KEYS, JOBS, JOB_ENDINGS, GIVEN_ANSWERS)
        keys, jobs, endings, answers = (connection.execute(select(table)).mappings() for table in tables)
        count = connection.execute(select(func.count()).select_from(EVENTS)).scalar_one()
        # A fault ends the reading early, and PostgreSQL holds a cursor until it is closed.
        with connection.execute(query) as events:
            lines = map(stored_line, events.mappings())
            rows = map(_artefact, artefacts)
            yield Stored(
                lines, rows, found, nodes, kept, beside=Beside(keys, jobs, endings, answers, secret), count=count
            )


def _artefact(row: RowMapping) -> StoredArtefact:
    try:
        return stored_artefact(row)
    except (LedgerError, TypeError, ValueError, AttributeError):
        if not isinstance(row["sequence"], int):
            raise
        problem = f"the row for {row['kind']}/{row['name']} is not the one that event {row['sequence']} recorded"
        raise FaultError(row["sequence"], problem) from None


@dataclass(frozen=True)
class Which:
    """Which events are meant; what is None leaves all.

    Attributes:
        operation: Those of an operation.
        object: Those done to an object.
        actor: Those of an actor.
        outcome: Those with an outcome.
        since: Those at or after an instant, as events tell it.
        until: Those before an instant.
        before: Those before a place in the chain.
        kind: Those done to objects of a kind: what stands before their slash.
        mentions: Those whose object or details hold this as a word of its own.
    """

    operation: str | None = None
    object: str | None = None
    actor: str | None = None
    outcome: str | None = None
    since: str | None = None
    until: str | None = None
    before: int | None = None
    kind: str | None = None
    mentions: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what their rows have in common."""
        columns = EVENTS.c
        alike = {name: getattr(self, name) for name in ("operation", "object", "actor", "outcome")}
        found = [columns[name] == value for name, value in alike.items() if value is not None]
        found += [columns.time >= self.since] if self.since is not None else []
        found += [columns.time < self.until] if self.until is not None else []
        found += [columns.sequence < self.before] if self.before is not None else []
        if self.kind is not None:
            found.append(columns.object.startswith(f"{self.kind}/", autoescape=True))
        if self.mentions is not None:
            places = (columns.object, columns.details)
            found.append(or_(*(place.contains(text, autoescape=True) for place in places for text in self._spelled())))
        return found

    def chosen(self, rows: Iterator[Mapping[Any, Any]]) -> Iterator[Mapping[Any, Any]]:
        """Yield those of the rows with all that `conditions` tell that are meant: a database looks for no words."""
        if self.mentions is None:
            yield from rows
            return
        word = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, self._spelled()))})(?!\w)", re.IGNORECASE)
        yield from (row for row in rows if word.search(row["object"]) or word.search(row["details"]))

    def _spelled(self) -> list[str]:
        """Return how objects, details and the addresses in them spell what is to be mentioned."""
        text = self.mentions or ""
        return sorted({text, ENCODER.encode(text)[1:-1], quote(text, safe="")})


def page(database: Database, which: Which, limit: int) -> list[Event]:
    """Return some events, the newest first.

    Raises:
        LedgerError: The database fails, or a row in it spells no event.
    """
    query = select(EVENTS).where(*which.conditions()).order_by(EVENTS.c.sequence.desc())
    # Of rows that may mention something, nobody knows how many do.
    query = query.limit(limit) if which.mentions is None else query.execution_options(yield_per=_MENTIONS_AT_A_TIME)
    with database.reading() as connection, connection.execute(query) as rows:
        return [event_of_row(row) for row in islice(which.chosen(iter(rows.mappings())), limit)]


def changes(database: Database, kinds: Sequence[str], since: str, before: int) -> list[int]:
    """Return the places of events that changed something of some kinds, the newest first.

    Args:
        database: The ledger's.
        kinds: What objects begin with, up to their slash.
        since: Those at or after an instant, as events tell it.
        before: Those before a place in the chain.

    Raises:
        LedgerError: The database fails.
    """
    columns = EVENTS.c
    of_kinds = or_(*(columns.object.startswith(f"{kind}/", autoescape=True) for kind in kinds))
    asked = Which(since=since, before=before).conditions()
    query = select(columns.sequence).where(*asked, columns.operation.not_in(("consultation", "disclosure")), of_kinds)
    with database.reading() as connection:
        return list(connection.execute(query.order_by(columns.sequence.desc())).scalars())
