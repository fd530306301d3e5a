"""All rows of one database into another, whatever kinds the two are."""

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, select, text

from errors import LedgerError
from ledger import schema
from ledger.database import Database
from ledger.tables import METADATA

_ROWS_AT_A_TIME = 5_000


def copy_rows(source: Database, target: Database, before_commit: Callable[[], None] = lambda: None) -> None:
    """Copy one unchanging state of a database into another, which must hold no ledger; all of it or nothing.

    Args:
        source: The one.
        target: The other.
        before_commit: What must have been done for the copy to be worth keeping; if it fails, nothing is kept.

    Raises:
        LedgerError: The source has no tables or those of another version, or the target has some.
    """
    with source.reading() as reading, target.writing() as writing:
        found = schema.revision(reading)
        if found is None:
            raise LedgerError("there is no ledger in the database", place=source.place)
        schema.check(reading, found, source.place)
        if schema.revision(writing) is not None:
            fix = "name an empty database"
            raise LedgerError("the database holds a ledger already", place=target.place, fix=fix)
        schema.create(writing)
        for table in METADATA.sorted_tables:
            with reading.execute(select(table).execution_options(yield_per=_ROWS_AT_A_TIME)) as rows:
                for part in rows.mappings().partitions():
                    writing.execute(insert(table), [dict(row) for row in part])
        _go_on_numbering(writing)
        before_commit()


def _go_on_numbering(connection: Connection) -> None:
    """Let PostgreSQL's own numbers go on after those that were copied; SQLite's do so anyway."""
    if connection.dialect.name == "sqlite":
        return
    for table in METADATA.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            highest = connection.execute(select(func.max(column))).scalar()
            numbered = text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest, true)")
            if highest is not None:
                connection.execute(numbered, {"table": table.name, "column": column.name, "highest": highest})
