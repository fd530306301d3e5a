"""Several processes append at once, and some are killed while they do."""

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.files import FileStore
from tests.support.ledgers import open_ledger
from tests.support.repository import REPOSITORY

pytestmark = pytest.mark.usefixtures("each_database")


def appender(folder: Path, name: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.appender", str(folder), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)


def test_several_processes_keep_one_chain(tmp_path: Path) -> None:
    processes = [appender(tmp_path, f"p{number}", 15) for number in range(3)]
    acknowledged = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    with open_ledger(tmp_path) as ledger:
        found = ledger.verify(FileStore(tmp_path))
        assert (found.ok, found.events) == (True, 45)
        assert {event.audit_id for event in ledger.events()} == {item for items in acknowledged for item in items}


def test_killed_process_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for turn in range(3):
        process = appender(tmp_path, f"turn{turn}", 10_000)
        assert process.stdout is not None
        acknowledged += [process.stdout.readline().strip() for _ in range(5 + 3 * turn)]
        process.kill()
        acknowledged += process.communicate(timeout=60)[0].split()
    with open_ledger(tmp_path) as ledger:
        found = ledger.verify(FileStore(tmp_path))
        assert (found.ok, found.problem) == (True, None)
        recorded = {event.audit_id for event in ledger.events()}
        assert [item for item in acknowledged if item not in recorded] == []
        # An event may be on the disk whose acknowledgement was cut off; none may lack its artefact.
        assert len(ledger.artefacts("plan")) == found.events
