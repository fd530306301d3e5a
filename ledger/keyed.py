"""Reading by key: what is looked for is found by an index, however long the record is."""

from collections.abc import Mapping

from sqlalchemy import select

from ledger.database import Database
from ledger.events import Event
from ledger.rows import event_of_row
from ledger.tables import ALIAS_MOVES, ARTEFACTS, EVENTS


def moving(database: Database, kind: str, operation: str) -> list[Event]:
    """Return the events of an operation that moved an alias of a kind, the oldest first.

    Raises:
        LedgerError: The database fails, or a row in it spells no event.
    """
    moved = select(ALIAS_MOVES.c.sequence).where(ALIAS_MOVES.c.kind == kind)
    query = select(EVENTS).where(EVENTS.c.sequence.in_(moved), EVENTS.c.operation == operation)
    with database.reading() as connection:
        return [event_of_row(row) for row in connection.execute(query.order_by(EVENTS.c.sequence)).mappings()]


def last_move(database: Database, kind: str, alias: str) -> tuple[str, Event] | None:
    """Return what an alias means now and the event that moved it there; None where it means nothing.

    Raises:
        LedgerError: The database fails, or a row in it spells no event.
    """
    moves = ALIAS_MOVES.c
    query = (
        select(moves.name.label("meaning"), EVENTS)
        .join(EVENTS, EVENTS.c.sequence == moves.sequence)
        .where(moves.kind == kind, moves.alias == alias)
        .order_by(moves.sequence.desc())
        .limit(1)
    )
    with database.reading() as connection:
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return row["meaning"], event_of_row({column.name: row[column] for column in EVENTS.columns})


def recorded_at(database: Database, kind: str, name: str | None = None) -> Mapping[str, str]:
    """Return when the artefacts of a kind were recorded, UTC, by their names; of all or of one.

    Raises:
        LedgerError: The database fails.
    """
    query = select(ARTEFACTS.c.name, EVENTS.c.time).join(EVENTS).where(ARTEFACTS.c.kind == kind)
    if name is not None:
        query = query.where(ARTEFACTS.c.name == name)
    with database.reading() as connection:
        return {row.name: row.time for row in connection.execute(query)}
