"""What is SQLite's alone: pragmas, files, read-only files."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from errors import LedgerError
from ledger.artefacts import Artefact
from ledger.database import Database
from ledger.events import Draft
from ledger.ledger import Ledger
from tests.support.ledgers import open_ledger, url_of

READ = Draft("consultation", "forecast/r1", "http", details={"rows": 3})
SHA = "ab" * 32


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("table", ["events", "artefacts"])
def test_replacing_a_row_is_refused_as_rewriting(tmp_path: Path, ledger: Ledger, table: str) -> None:
    ledger.append(READ, artefacts=[Artefact("model", "m1", SHA, "m")])
    database = Database.open(url_of(tmp_path))
    with pytest.raises(LedgerError, match="append-only"), database.writing() as connection:
        connection.execute(text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"))  # noqa: S608 - our own
    database.close()
    assert ledger.verify().ok


@pytest.mark.parametrize(
    "kind",
    ["mysql", "mysql+pymysql", "oracle", "sqlite+aiosqlite", "postgresql+psycopg2", "postgresql+asyncpg", "none"],
)
def test_other_kinds_and_drivers_are_refused_by_name(kind: str) -> None:
    with pytest.raises(LedgerError) as refused:
        Database.open(f"{kind}://ann:hidden@db/strandcast")
    said = (
        f"STRANDCAST_DATABASE_URL: the database URL names a kind or driver that is not supported ({kind}); use sqlite"
    )
    assert str(refused.value).startswith(said)
    assert "hidden" not in str(refused.value)


def test_commits_reach_the_disk(tmp_path: Path, ledger: Ledger) -> None:
    database = Database.open(url_of(tmp_path))
    with database.writing() as connection:
        pragmas = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
        assert pragmas == ["wal", 2]
        assert connection.execute(text("PRAGMA recursive_triggers")).scalar() == 1
    database.close()


def test_ledger_that_cannot_be_written_says_so(tmp_path: Path, ledger: Ledger) -> None:
    ledger.append(READ)
    url = f"{url_of(tmp_path)}?mode=ro&uri=true".replace("///", "///file:")
    with Ledger.open(url, fixed_clock) as read_only:
        assert len(read_only.events()) == 1
        with pytest.raises(LedgerError, match="readonly"):
            read_only.check_writable()
        with pytest.raises(LedgerError, match="readonly"):
            read_only.append(READ)


def fixed_clock() -> datetime:
    return datetime.fromisoformat("2024-07-01T08:00:00+00:00")


def test_missing_folder_is_told_with_its_fix(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="run strandcast init"):
        open_ledger(tmp_path / "nowhere")


def test_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "strandcast.db").write_text("no database " * 200)
    with pytest.raises(LedgerError, match="not a database"):
        open_ledger(tmp_path)


def test_reading_fails_in_our_words_when_the_tables_are_gone(tmp_path: Path, ledger: Ledger) -> None:
    connection = sqlite3.connect(tmp_path / "strandcast.db")
    connection.execute("DROP TABLE alias_moves")
    connection.close()
    with pytest.raises(LedgerError, match="no such table") as caught:
        ledger.alias("model", "champion")
    assert isinstance(caught.value.__cause__, SQLAlchemyError)
