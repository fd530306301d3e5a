"""What is PostgreSQL's alone: its guards, waiting for the one lock, and a server that goes away."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from errors import LedgerError
from ledger import database as module
from ledger.artefacts import Artefact
from ledger.database import Database
from ledger.events import Draft
from ledger.ledger import Ledger
from tests.support.databases import Postgresql

READ = Draft("consultation", "forecast/r1", "http", details={"rows": 3})


@pytest.fixture
def url(postgresql: Postgresql) -> Iterator[str]:
    made = postgresql.database()
    yield made
    postgresql.drop(made)


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger.open(url, lambda: datetime(2024, 7, 1, tzinfo=UTC)) as opened:
        yield opened


@pytest.fixture
def database(url: str, ledger: Ledger) -> Iterator[Database]:
    opened = Database.open(url)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE events CASCADE",
        "TRUNCATE artefacts",
        "INSERT INTO artefacts SELECT * FROM artefacts ON CONFLICT (kind, name) DO UPDATE SET path = 'x'",
        "MERGE INTO artefacts a USING events e ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_no_statement_rewrites(ledger: Ledger, database: Database, statement: str) -> None:
    ledger.append(READ, artefacts=[Artefact("model", "m1", "ab" * 32, "m")])
    with pytest.raises(LedgerError, match="append-only"), database.writing() as connection:
        connection.execute(text(statement))
    assert ledger.verify().ok


def test_a_writer_waits_for_the_one_before_and_sees_what_it_wrote(ledger: Ledger, database: Database) -> None:
    recorded = []
    waiting = threading.Thread(target=lambda: recorded.append(ledger.append(READ)))
    with database.writing() as connection:
        waiting.start()
        while not connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar():
            pass
        assert recorded == []
    waiting.join()
    assert recorded[0].sequence == 1


def test_as_many_read_at_once_as_a_worker_has_threads(database: Database) -> None:
    readers = 40
    together = threading.Barrier(readers)

    def read(_: int) -> int:
        with database.reading() as connection:
            together.wait(60)
            return int(connection.execute(text("SELECT 1")).scalar_one())

    with ThreadPoolExecutor(readers) as pool:
        assert sum(pool.map(read, range(readers))) == readers


def test_a_server_that_takes_the_call_and_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CONNECT_SECONDS", 2)
    told = list[str]()

    def look(port: int) -> None:
        with pytest.raises(LedgerError, match="the database failed") as refused:
            Database.open(f"postgresql+psycopg://ann@127.0.0.1:{port}/strandcast")
        told.append(str(refused.value))

    with socket.create_server(("127.0.0.1", 0)) as mute:
        looking = threading.Thread(target=look, args=(mute.getsockname()[1],), daemon=True)
        looking.start()
        looking.join(60)
    assert len(told) == 1
    assert "timeout" in told[0]


def test_a_writer_that_waits_too_long_is_told(
    ledger: Ledger, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_POSTGRESQL_TURN", module.taking_turns(0.05))
    with database.writing(), pytest.raises(LedgerError, match="lock timeout"):
        ledger.append(READ)
    assert ledger.append(READ).sequence == 1


def test_a_commit_is_on_the_disk_whatever_the_server_says(ledger: Ledger, database: Database) -> None:
    with database.writing() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_a_connection_that_was_cut_is_made_anew(ledger: Ledger, database: Database) -> None:
    ledger.append(READ)
    with database.writing() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
        connection.execute(text(f"{others} current_database()"))
    assert ledger.append(READ).sequence == 2


def test_a_password_is_never_told() -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger.open("postgresql+psycopg://ann:secret@127.0.0.1:1/none", lambda: datetime(2024, 7, 1, tzinfo=UTC))
    assert "secret" not in str(caught.value)
