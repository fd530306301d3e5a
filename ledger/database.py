"""The database under the ledger: tables, append-only triggers, and one writer at a time.

All that differs between SQLite and PostgreSQL is in this file. SQLite runs in WAL mode with `synchronous=FULL`: a
commit is on the disk before it returns. `recursive_triggers` is on because `INSERT OR REPLACE` walks past delete
triggers without it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from errors import LedgerError
from ledger import schema
from ledger.tables import ALIAS_MOVES, ARTEFACTS, CHECKPOINTS, EVENTS
from ledger.turn import Turn

_WRITES = "strandcast_writes"
_LOCK_WAIT_SECONDS = 30.0
_ADVISORY_LOCK = 0x57A2DCA57
_URL_PLACE = "STRANDCAST_DATABASE_URL"
_URL_FIX = "use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
# Others could be connected to and would fail later, in words of theirs.
_SPOKEN = frozenset({"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"})
# Of PostgreSQL: a server that does not answer, or whose machine is gone, is told of and not waited for.
_CONNECT_SECONDS = 10
_REACHABLE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
# A worker has 40 threads that answer and a few beside; connections that are not needed are closed.
_POOL = {"pool_size": 5, "max_overflow": 40, "pool_timeout": 10.0, "pool_pre_ping": True}
# What the ledger records, and the column that tells how many events there were by then.
_RECORDED = (
    (EVENTS, EVENTS.c.sequence.name),
    (ARTEFACTS, ARTEFACTS.c.sequence.name),
    (ALIAS_MOVES, ALIAS_MOVES.c.sequence.name),
    (CHECKPOINTS, CHECKPOINTS.c.size.name),
)


def taking_turns(wait_seconds: float) -> TextClause:
    """Return PostgreSQL's beginning of a write: durable whatever the server's default is, then the one lock of all."""
    return text(
        "SELECT set_config('synchronous_commit', 'on', true), set_config('lock_timeout', :wait, true), "
        "pg_advisory_xact_lock(:key)"
    ).bindparams(wait=f"{wait_seconds * 1000:.0f}ms", key=_ADVISORY_LOCK)


_POSTGRESQL_TURN = taking_turns(_LOCK_WAIT_SECONDS)


class Database:
    """An open database with the ledger's tables.

    Attributes:
        place: What it is called in errors; never with a password.
    """

    def __init__(self, engine: Engine, place: str, until: int | None = None) -> None:
        self._engine = engine
        self.place = place
        self._turn = Turn(engine.url.database if engine.dialect.name == "sqlite" else None)
        self._until = until

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open the database at `url` and make its tables if they are absent.

        Raises:
            LedgerError: It cannot be reached, is no database, has the form of another version, or its driver is not
                installed.
        """
        database = cls.connected(url)
        try:
            database.create_when_absent()
        except LedgerError:
            database.close()
            raise
        return database

    @classmethod
    def connected(cls, url: str) -> "Database":
        """Return the database at `url` as it stands: whatever its form, with or without tables.

        Raises:
            LedgerError: The URL or the folder cannot be used, or its driver is not installed.
        """
        parsed = _parsed(url)
        is_file = parsed.get_backend_name() == "sqlite"
        place = parsed.database or "" if is_file else parsed.render_as_string(hide_password=True)
        return cls(_engine(parsed, place), place)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one unchanging state.

        Raises:
            LedgerError: The database fails.
        """
        options = {} if self._sqlite else {"isolation_level": "REPEATABLE READ"}
        connected = self._engine.connect
        with self._told(), connected().execution_options(**options) as connection, connection.begin() as transaction:
            if self._until is None:
                yield connection
                return
            # A temporary view goes before the table of its name, whoever asks for what.
            for table, column in _RECORDED:
                stood = f"SELECT * FROM {'main.' if self._sqlite else ''}{table.name} WHERE {column} <= {self._until:d}"  # noqa: S608 - our own names and a number
                connection.execute(text(f"CREATE TEMPORARY VIEW {table.name} AS {stood}"))
            yield connection
            transaction.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection that is the only one to write; all of it is committed at the end, or nothing.

        Raises:
            LedgerError: The database fails, refuses a row, or another writer holds it for too long.
        """
        if self._until is not None:
            raise LedgerError("the ledger as it stood once cannot be written", fix="append to the ledger itself")
        # The state that a writer sees must be that of after the lock, whatever the server's default is.
        options = {_WRITES: True} if self._sqlite else {"isolation_level": "READ COMMITTED"}
        connected = self._engine.connect
        with (
            self._told(),
            self._turn.taken(),
            connected().execution_options(**options) as connection,
            connection.begin(),
        ):
            if not self._sqlite:
                connection.execute(_POSTGRESQL_TURN)
            yield connection

    def until(self, sequence: int) -> "Database":
        """Return the database as it stood when so many events were recorded, to be read alone.

        What was recorded later is not seen by any query of the ledger's own tables.
        """
        return Database(self._engine, self.place, sequence)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @property
    def _sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def create_when_absent(self) -> None:
        """Make the tables in an empty database.

        Raises:
            LedgerError: The database has tables of another form, or fails.
        """
        with self.reading() as connection:
            found = schema.revision(connection)
            if found is not None:
                schema.check(connection, found, self.place)
                return
        with self.writing() as connection:
            # Another process may have made them while this one waited for its turn.
            found = schema.revision(connection)
            if found is None:
                schema.create(connection)
            else:
                schema.check(connection, found, self.place)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise LedgerError(f"the database refused a row ({_first_line(error)})", place=self.place) from error
        except SQLAlchemyError as error:
            raise LedgerError(
                f"the database failed ({_first_line(error)})", place=self.place, fix="check the disk and the database"
            ) from error


def shown_address(url: str) -> str:
    """Return a database's address as it may be shown: without password, and without options, which may hold one.

    Raises:
        LedgerError: It cannot be understood.
    """
    return _parsed(url).set(query={}).render_as_string()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise LedgerError("the database URL cannot be understood", place=_URL_PLACE, fix=_URL_FIX) from None
    if parsed.drivername not in _SPOKEN:
        problem = f"the database URL names a kind or driver that is not supported ({parsed.drivername})"
        raise LedgerError(problem, place=_URL_PLACE, fix=_URL_FIX)
    return parsed


def _engine(url: URL, place: str) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            limits = {"connect_timeout": _CONNECT_SECONDS, **_REACHABLE}
            # What the address says goes before.
            given = {name: value for name, value in limits.items() if name not in url.query}
            return create_engine(url, connect_args=given, **_POOL)
        if not url.database or not Path(url.database.removeprefix("file:")).parent.is_dir():
            raise LedgerError("the folder of the database does not exist", place=place, fix="run strandcast init")
        engine = create_engine(url, connect_args={"timeout": _LOCK_WAIT_SECONDS})
    except ModuleNotFoundError as error:
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
