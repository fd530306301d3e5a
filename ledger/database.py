"""The database under the ledger: tables, append-only triggers, and one writer at a time.

All that differs between SQLite and PostgreSQL is in this file. SQLite runs in WAL mode with `synchronous=FULL`: a
commit is on the disk before it returns. `recursive_triggers` is on because `INSERT OR REPLACE` walks past delete
triggers without it.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from errors import LedgerError
from ledger.tables import APPEND_ONLY, EVENTS, METADATA

_WRITES = "strandcast_writes"
_LOCK_WAIT_SECONDS = 30.0
_ADVISORY_LOCK = 0x57A2DCA57

_SQLITE_TRIGGER = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE FUNCTION strandcast_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
_POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION strandcast_append_only()
"""


class Database:
    """An open database with the ledger's tables."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._place = place
        # SQLite's waiting writers poll with growing sleeps; threads of one process queue here instead.
        self._turn = threading.Lock()

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open the database at `url` and make its tables if they are absent.

        Raises:
            LedgerError: It cannot be reached, is no database, or its driver is not installed.
        """
        parsed = _parsed(url)
        is_file = parsed.get_backend_name() == "sqlite"
        place = parsed.database or "" if is_file else parsed.render_as_string(hide_password=True)
        database = cls(_engine(parsed, place), place)
        database._create_when_absent()
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one unchanging state.

        Raises:
            LedgerError: The database fails.
        """
        options = {} if self._sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._told(), self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection that is the only one to write; all of it is committed at the end, or nothing.

        Raises:
            LedgerError: The database fails, refuses a row, or another writer holds it for too long.
        """
        options = {_WRITES: True}
        connected = self._engine.connect
        with self._told(), self._turn, connected().execution_options(**options) as connection, connection.begin():
            if not self._sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @property
    def _sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def _create_when_absent(self) -> None:
        with self.reading() as connection:
            if inspect(connection).has_table(EVENTS.name):
                return
        with self.writing() as connection:
            # Another process may have made them while this one waited for its turn.
            if inspect(connection).has_table(EVENTS.name):
                return
            METADATA.create_all(connection, checkfirst=False)
            for statement in self._guards():
                connection.execute(text(statement))

    def _guards(self) -> list[str]:
        tables = [table.name for table in APPEND_ONLY]
        if self._sqlite:
            return [_SQLITE_TRIGGER.format(table=name, verb=verb) for name in tables for verb in ("UPDATE", "DELETE")]
        return [_POSTGRESQL_FUNCTION, *(_POSTGRESQL_TRIGGER.format(table=name) for name in tables)]

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise LedgerError(f"the database refused a row ({_first_line(error)})", place=self._place) from error
        except SQLAlchemyError as error:
            raise LedgerError(
                f"the database failed ({_first_line(error)})", place=self._place, fix="check the disk and the database"
            ) from error


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        fix = "use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        raise LedgerError("the database URL cannot be understood", place="STRANDCAST_DATABASE_URL", fix=fix) from None


def _engine(url: URL, place: str) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True)
        if not url.database or not Path(url.database.removeprefix("file:")).parent.is_dir():
            raise LedgerError("the folder of the database does not exist", place=place, fix="run strandcast init")
        engine = create_engine(url, connect_args={"timeout": _LOCK_WAIT_SECONDS})
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        fix = "install the driver, or use sqlite:///FILE"
        raise LedgerError(f"the database's driver is not installed ({error})", place=place, fix=fix) from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours: the driver would begin late and deferred
    deadline = time.monotonic() + _LOCK_WAIT_SECONDS
    cursor = connection.cursor()
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        # Changing the mode does not wait for locks as other statements do.
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except connection.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA recursive_triggers=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _first_line(error: SQLAlchemyError) -> str:
    origin = getattr(error, "orig", None) or error
    return str(origin).strip().splitlines()[0] if str(origin).strip() else type(origin).__name__
