"""What the record still tells after an erasure: neither a value that was erased, nor a hash by which to guess it.

The database is searched as the bytes that it is, for whatever somebody who knows the rows could look for.
"""

import csv
import hashlib
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ledger.archive import Archive
from tests.support.cycle import Command, command
from tests.support.exports import write_csv

MAPPING = """\
name = "city"
period = "day"
[columns]
occurred_from = "when"
area_code = "where"
offence = "what"
incident_id = "id"
[strands]
"theft" = "theft"
"*" = "theft"
"""
TODAY = datetime.now(UTC).date()
HEADER = "when,where,what,id"
OLD = [f"{TODAY - timedelta(days=300)},A,stolen-cello-{n},REF-{n:03d}" for n in range(3)]
REFUSED = [f"{TODAY - timedelta(days=300)},,refused-harp-{n},REF-9{n:02d}" for n in range(2)]
PURGE = ("purge", "--feed", "city", "--older-than", "200", "--reason", "retention is over")


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a command in a workspace that holds old rows, accepted, refused, exported and released."""
    monkeypatch.delenv("STRANDCAST_DATABASE_URL", raising=False)
    strandcast = command(tmp_path / "w", capsys)
    strandcast("init", "--period", "week")
    (tmp_path / "city.toml").write_text(MAPPING, encoding="utf-8")
    mapping = ("--mapping", tmp_path / "city.toml")
    young = [f"{TODAY - timedelta(days=age)},A,theft,NEW-{age:03d}" for age in range(1, 30)]
    for name, rows in (("old", [*OLD, *REFUSED]), ("single", [OLD[0].replace("000", "700")]), ("young", young)):
        strandcast("ingest", "incidents", write_csv(tmp_path / f"{name}.csv", HEADER, rows), *mapping)
    strandcast("quarantine", "export", *mapping, "--out", tmp_path / "fix.csv")
    corrected = (tmp_path / "fix.csv").read_text("utf-8").splitlines()
    at = next(csv.reader([corrected[0]])).index("where")
    cells = next(csv.reader([corrected[1]]))
    cells[at] = "A"
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    (tmp_path / "fix.csv").write_text(f"{corrected[0]}\n{buffer.getvalue()}", encoding="utf-8")
    released = strandcast("quarantine", "release", "--corrected", tmp_path / "fix.csv", *mapping, "--reason", "told us")
    assert released["released"] == 1
    return strandcast


def test_neither_value_nor_hash_is_left_in_the_database(call: Command, tmp_path: Path) -> None:
    held = {path: path.read_bytes() for folder in ("incidents", "quarantine") for path in batches(tmp_path, folder)}
    call(*PURGE)
    gone = [data for path, data in held.items() if not path.exists()]
    assert len(gone) >= 5
    everything = database(tmp_path / "w")
    assert b"retention is over" in everything
    texts = [cell for row in (*OLD, *REFUSED) for cell in row.split(",")[2:]]
    assert [text for text in texts if text.encode() in everything] == []
    assert [digest for digest in guesses(tmp_path, texts, gone) if digest.encode() in everything] == []


def guesses(folder: Path, texts: list[str], gone: list[bytes]) -> Iterator[str]:
    """Yield the hashes, whole and by their first 16 digits, of all that somebody could make who knows the rows."""
    rows = [*OLD, *REFUSED, OLD[0].replace("000", "700")]
    contents = [text.encode() for text in (*texts, *rows)]
    contents += [path.read_bytes() for path in folder.glob("*.csv")]
    contents += [(folder / "fix.csv").read_bytes()]
    for data in gone:
        table = pq.read_table(pa.BufferReader(data))
        assert len(bytes.fromhex(table.schema.metadata[b"salt"].decode())) == 32
        contents += [unsalted(table), table.to_pandas().to_csv(index=False).encode()]
    for content in contents:
        for name in ("sha256", "sha1", "md5", "blake2b", "sha3_256"):
            yield hashlib.new(name, content).hexdigest()[:16]


def unsalted(table: pa.Table) -> bytes:
    """Return the file as it would be without the salt."""
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(), buffer, compression="zstd")
    return buffer.getvalue()


def test_only_its_salt_keeps_a_file_from_being_made_again(
    call: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever knows the rows and every secret of the workspace makes the same files, but for what went with them."""
    secret = (tmp_path / "w" / "strandcast.toml").read_bytes()
    del call

    def made(name: str) -> set[str]:
        twin = command(tmp_path / name / "w", capsys)
        twin("init")
        (tmp_path / name / "w" / "strandcast.toml").write_bytes(secret)
        for file in ("old", "single", "young"):
            twin("ingest", "incidents", tmp_path / f"{file}.csv", "--mapping", tmp_path / "city.toml")
        return {path.stem for folder in ("incidents", "quarantine") for path in batches(tmp_path / name, folder)}

    assert not made("a") & made("b")
    monkeypatch.setattr(Archive, "salt", lambda _: "00" * 32)
    assert made("c") == made("d")


def test_salts_are_of_one_file_each(call: Command, tmp_path: Path) -> None:
    del call
    paths = [path for folder in ("incidents", "quarantine") for path in batches(tmp_path, folder)]
    salts = {pq.read_schema(path).metadata[b"salt"] for path in paths}
    assert len(salts) == len(paths)


def test_a_file_is_still_recognised_that_an_earlier_version_took_in_under_its_own_hash(
    call: Command, tmp_path: Path
) -> None:
    path = tmp_path / "young.csv"
    told = call("ingest", "incidents", path, "--mapping", tmp_path / "city.toml")
    assert (told["accepted"], told["duplicate"]) == (0, 29)
    with closing(sqlite3.connect(tmp_path / "w" / "strandcast.db")) as connection, connection:
        connection.execute("DROP TRIGGER artefacts_no_UPDATE")
        own = hashlib.sha256(path.read_bytes()).hexdigest()
        statement = "UPDATE artefacts SET meta = json_set(meta, '$.file_sha256', ?) WHERE meta LIKE '%young.csv%'"
        assert connection.execute(statement, [own]).rowcount == 1
    told = call("ingest", "incidents", path, "--mapping", tmp_path / "city.toml")
    assert (told["accepted"], told["duplicate"]) == (0, 29)


def batches(folder: Path, name: str) -> list[Path]:
    return sorted((folder / "w" / name).glob("*.parquet"))


def database(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("strandcast.db*"))
