"""The form of the database: fresh ones and those of former versions end up alike, and no row is touched on the way."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from errors import LedgerError
from ledger import schema
from ledger.backup.rows import copy_rows
from ledger.database import Database
from ledger.ledger import Ledger
from ledger.tables import METADATA
from tests.support.ledgers import TickingClock, fill, open_ledger, rewrite, url_of
from tests.support.repository import REPOSITORY

FIRST_FORM = REPOSITORY / "tests" / "golden" / "databases" / "version-1.sql"
HEAD_OF_THE_FIRST = "02023f78158bc604183f1b69575a9ac278187e73ec75c0c40ffd1d9e96a7955d"
TABLES = ("events", "artefacts", "alias_moves")

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database as the first version left it, with its rows, and nothing that marks its form."""
    with closing(sqlite3.connect(":memory:")) as source:
        source.executescript(FIRST_FORM.read_text("utf-8"))
        source.row_factory = sqlite3.Row
        made = Database.connected(url_of(tmp_path))
        with made.writing() as connection:
            if connection.dialect.name == "sqlite":
                for statement in source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"):
                    connection.exec_driver_sql(statement["sql"])
            else:
                schema.upgrade(connection, to="0001")
                connection.execute(text(f"DROP TABLE {schema.VERSION_TABLE}"))
            for table in TABLES:
                rows = [dict(row) for row in source.execute(f"SELECT * FROM {table} ORDER BY sequence")]  # noqa: S608
                names = ", ".join(f":{name}" for name in rows[0])
                connection.execute(text(f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({names})"), rows)  # noqa: S608
    yield made
    made.close()


def rows_of(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of the first form's columns."""
    columns = {table: [c["name"] for c in inspect(connection).get_columns(table)] for table in TABLES}
    return {
        table: [
            {name: value for name, value in row.items() if name != "recipient"}
            for row in connection.execute(text(f"SELECT {', '.join(columns[table])} FROM {table}")).mappings()  # noqa: S608
        ]
        for table in TABLES
    }


def guards_of(connection: Connection) -> set[tuple[str, str]]:
    """Return table and name of every trigger."""
    queries = {
        "sqlite": "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    }
    return {(table, said) for table, said in connection.execute(text(queries[connection.dialect.name]))}


def missing(connection: Connection) -> str:
    """Return what a revision would have to do so that the database has the form of `ledger.tables`."""
    options = {"compare_type": True, "version_table": schema.VERSION_TABLE}
    context = MigrationContext.configure(connection, opts={**options, "target_metadata": METADATA})
    operations = produce_migrations(context, METADATA).upgrade_ops
    assert operations is not None
    return "" if operations.is_empty() else render_python_code(operations)


def test_a_database_of_the_first_form_becomes_a_fresh_one(database: Database, tmp_path: Path) -> None:
    with database.writing() as connection:
        before = rows_of(connection)
        schema.upgrade(connection)
        upgraded_guards = guards_of(connection)
        assert missing(connection) == ""
        assert rows_of(connection) == before
        assert schema.revision(connection) == schema.NEWEST
    with Ledger.open(url_of(tmp_path), TickingClock()) as ledger:
        found = ledger.verify()
        assert (found.ok, found.events, found.head) == (True, 8, HEAD_OF_THE_FIRST)
        assert ledger.alias("model", "champion") == "second"
    with database.writing() as connection:
        METADATA.drop_all(connection)
        connection.execute(text(f"DROP TABLE {schema.VERSION_TABLE}"))
        schema.create(connection)
        assert (missing(connection), guards_of(connection)) == ("", upgraded_guards)


def test_the_revisions_are_those_that_there_are(tmp_path: Path) -> None:
    script = ScriptDirectory(str(REPOSITORY / "ledger" / "migrations"))
    assert tuple(reversed([one.revision for one in script.walk_revisions()])) == schema.REVISIONS


def test_a_former_form_is_refused_until_it_is_upgraded_and_that_is_recorded(database: Database, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"older version.*strandcast upgrade"):
        open_ledger(tmp_path)
    assert Ledger.upgrade(url_of(tmp_path), TickingClock(), "ann") == ("0001", schema.NEWEST)
    assert Ledger.upgrade(url_of(tmp_path), TickingClock(), "ann") == (schema.NEWEST, schema.NEWEST)
    with open_ledger(tmp_path) as ledger:
        event = ledger.events(limit=1)[0]
        assert (event.sequence, event.previous_hash) == (9, HEAD_OF_THE_FIRST)
        assert (event.draft.operation, event.draft.object) == ("admin", "database")
        assert dict(event.draft.details) == {"from_form": "0001", "to_form": schema.NEWEST}
        assert ledger.verify().ok


def test_an_upgrade_that_fails_leaves_the_former_form(database: Database, tmp_path: Path) -> None:
    def no_clock() -> datetime:
        raise LedgerError("the clock stands still")

    with database.writing() as connection:
        before = rows_of(connection)
    with pytest.raises(LedgerError, match="stands still"):
        Ledger.upgrade(url_of(tmp_path), no_clock, "ann")
    with database.writing() as connection:
        assert (schema.revision(connection), rows_of(connection)) == ("0001", before)


def test_the_form_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    fill(tmp_path)
    rewrite(tmp_path, "UPDATE strandcast_version SET version_num = '9999'")
    for opened in (lambda: open_ledger(tmp_path), lambda: Ledger.upgrade(url_of(tmp_path), TickingClock(), "ann")):
        with pytest.raises(LedgerError, match="newer version"):
            opened()


def test_a_database_that_says_the_newest_form_and_lacks_parts_of_it_is_refused(tmp_path: Path) -> None:
    fill(tmp_path)
    rewrite(tmp_path, "ALTER TABLE given_answers DROP COLUMN seal", "DROP TABLE tree")
    said = rf"says that it has the form {schema.NEWEST} and lacks (tree, given_answers.seal|given_answers.seal, tree)"
    target = Database.connected(f"sqlite:///{tmp_path / 'other.db'}")
    with closing(Database.connected(url_of(tmp_path))) as source, closing(target):
        for opened in (
            lambda: open_ledger(tmp_path),
            lambda: Ledger.upgrade(url_of(tmp_path), TickingClock(), "ann"),
            lambda: copy_rows(source, target),
        ):
            with pytest.raises(LedgerError, match=said):
                opened()


def test_there_is_nothing_to_upgrade_in_an_empty_database(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no database to upgrade"):
        Ledger.upgrade(url_of(tmp_path), TickingClock(), "ann")
