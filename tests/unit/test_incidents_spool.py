import os
from pathlib import Path

import pytest

from features.incidents.lock import ingest_lock
from features.incidents.spool import Spool
from tests.support.archive import MemoryArchive


def test_few_batches_wait_and_many_are_written_early() -> None:
    archive = MemoryArchive()
    spool = Spool(archive, most_waiting=10)
    first = spool.add(b"12345", "incidents")
    assert (archive.files, spool.read(first)) == ({}, b"12345")
    second = spool.add(b"1234567", "quarantine")
    assert sorted(archive.files.values()) == [b"12345", b"1234567"]
    assert (spool.read(first), spool.read(second)) == (b"12345", b"1234567")
    assert spool.written(second).path.startswith("quarantine/")


@pytest.mark.parametrize("most", [0, 100], ids=["written", "waiting"])
def test_a_batch_that_is_replaced_is_the_other_from_then_on(most: int) -> None:
    archive = MemoryArchive()
    spool = Spool(archive, most_waiting=most)
    number = spool.add(b"before", "incidents")
    spool.replace(number, b"after")
    assert spool.read(number) == b"after"
    assert archive.read(spool.written(number)) == b"after"
    assert (b"before" in archive.files.values()) == (most == 0)


def test_what_killed_writers_left_is_swept_and_what_is_being_written_stays(tmp_path: Path) -> None:
    folder, beside = tmp_path / "incidents", tmp_path / "quarantine"
    for place in (folder, beside):
        place.mkdir()
        for name in (".writing-old", ".writing-new", "held.parquet"):
            (place / name).write_bytes(b"rows")
        os.utime(place / ".writing-old", (1, 1))
        os.utime(place / "held.parquet", (1, 1))
    with ingest_lock(folder):
        left = {path.name for place in (folder, beside) for path in place.iterdir()}
    assert left == {".ingest.lock", ".writing-new", "held.parquet"}
