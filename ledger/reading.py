"""Reading everything that is recorded, at one instant, as the verification and the export need it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from ledger.database import Database
from ledger.events import alias_key
from ledger.rows import stored_artefact, stored_line
from ledger.tables import ALIAS_MOVES, ARTEFACTS, CHECKPOINTS, EVENTS, TREE
from ledger.tree.notes import Kept
from ledger.verify import Claims, Stored

_ROWS_AT_A_TIME = 10_000


@contextmanager
def stored(database: Database) -> Iterator[Stored]:
    """Yield all that a database holds of the ledger; the lines are read as they are taken.

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
        count = connection.execute(select(func.count()).select_from(EVENTS)).scalar_one()
        # A fault ends the reading early, and PostgreSQL holds a cursor until it is closed.
        with connection.execute(query) as events:
            lines = map(stored_line, events.mappings())
            yield Stored(lines, map(stored_artefact, artefacts), found, nodes, kept, count=count)
