"""Two processes decide on one plan at once: one wins, the other is told, and the record is whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.allocation.decisions.history import history
from tests.support.decided import books_in, drafted
from tests.support.repository import REPOSITORY

pytestmark = pytest.mark.usefixtures("each_database")


def decider(folder: Path, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.decided", str(folder), *words]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)


@pytest.mark.parametrize("acts", [("issue", "issue"), ("issue", "reject")])
def test_of_two_persons_in_two_processes_one_decides(tmp_path: Path, acts: tuple[str, str]) -> None:
    books = books_in(tmp_path)
    with books.ledger:
        plan_id = drafted(books)
    processes = [decider(tmp_path, act, plan_id, name) for act, name in zip(acts, ("Ann", "Bo"), strict=True)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].strip() for process in processes]
    codes = [process.returncode for process in processes]
    assert sorted(codes) == [0, 2]
    winner = codes.index(0)
    state = {"issue": "issued", "reject": "rejected"}[acts[winner]]
    assert plan_id in said[1 - winner]
    assert state in said[1 - winner]
    books = books_in(tmp_path)
    with books.ledger:
        status = history(books.ledger).status(plan_id)
        assert (status.state, status.decision.by if status.decision else "") == (state, ("Ann", "Bo")[winner])
        assert len(books.ledger.events(operation="decision")) == 1
        assert books.ledger.verify(books.files).ok
