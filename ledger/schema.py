"""The form of the database: made fresh from `ledger.tables`, or brought from a former form to the present one.

A fresh database is made from the tables as they are now and marked with the newest revision; one that exists is brought
up by the revisions that it lacks (`ledger.migrations`). A test compares the two ways.
"""

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select, text

from errors import LedgerError
from ledger.guards import guards
from ledger.tables import APPEND_ONLY, EVENTS, METADATA

# The revisions of `ledger.migrations`, oldest first.
REVISIONS = ("0001", "0002", "0003")
NEWEST = REVISIONS[-1]
# A name of its own: MLflow, which may live in the same database, has Alembic's usual one.
VERSION_TABLE = "strandcast_version"

_VERSION = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))
_MIGRATIONS = Path(__file__).parent / "migrations"


def revision(connection: Connection) -> str | None:
    """Return the revision that a database has; None where there are no tables of ours."""
    known = inspect(connection)
    if known.has_table(VERSION_TABLE):
        return str(connection.execute(select(_VERSION.c.version_num)).scalar_one())
    # The first form was not marked.
    return REVISIONS[0] if known.has_table(EVENTS.name) else None


def check(connection: Connection, found: str, place: str) -> None:
    """Refuse a database whose form is not the present one.

    Raises:
        LedgerError: It is older, or newer than this program, or says that it has the newest form and lacks parts of it.
    """
    if found == NEWEST:
        _check_whole(connection, place)
        return
    if found in REVISIONS:
        problem, fix = "the database has the form of an older version", "run strandcast upgrade"
    else:
        problem, fix = "the database has the form of a newer version", "install the version of strandcast that made it"
    raise LedgerError(f"{problem} ({found}; this one uses {NEWEST})", place=place, fix=fix)


def _check_whole(connection: Connection, place: str) -> None:
    """Refuse a database that lacks columns or tables of the newest form; one look at what it says of itself."""
    columns = inspect(connection).get_multi_columns(filter_names=list(METADATA.tables))
    has = {name: {column["name"] for column in found} for (_, name), found in columns.items()}
    lacking = [
        f"{table.name}.{column.name}" if table.name in has else table.name
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.name not in has.get(table.name, ())
    ]
    if lacking:
        problem = f"the database says that it has the form {NEWEST} and lacks {', '.join(dict.fromkeys(lacking))}"
        fix = "restore a backup that holds them, or make the workspace anew: no released version made it"
        raise LedgerError(problem, place=place, fix=fix)


def create(connection: Connection) -> None:
    """Make all tables in an empty database, guard them and mark their revision."""
    METADATA.create_all(connection, checkfirst=False)
    for table in APPEND_ONLY:
        for statement in guards(connection.dialect.name, table.name):
            connection.execute(text(statement))
    _VERSION.create(connection)
    connection.execute(insert(_VERSION), {"version_num": NEWEST})


def upgrade(connection: Connection, *, to: str = NEWEST) -> None:
    """Bring the database to a revision, in the transaction that the connection is in; an empty one to its first form.

    The rows that are there keep every byte.
    """
    # Alembic takes 0.3 s to import, and is needed once in the life of a form.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    if revision(connection) == REVISIONS[0] and not inspect(connection).has_table(VERSION_TABLE):
        command.stamp(config, REVISIONS[0])
    command.upgrade(config, to)
