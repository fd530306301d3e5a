"""Two processes promote at once: one wins, the other is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.registry import CHAMPION, KIND
from tests.support.promotions import registry_in
from tests.support.repository import REPOSITORY
from training.promote import move

pytestmark = pytest.mark.usefixtures("each_database")


def promoter(folder: Path, version: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.promotions", str(folder), version]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)


def test_of_two_promotions_decided_on_one_champion_one_wins(tmp_path: Path) -> None:
    registry = registry_in(tmp_path)
    move(registry, "v0", None, {"act": "promote"}, ())
    processes = {version: promoter(tmp_path, version) for version in ("v1", "v2")}
    for process in processes.values():
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "v0"
    # Both have decided on v0; only now does either move.
    for process in processes.values():
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = {version: process.communicate(timeout=60)[0] for version, process in processes.items()}
    codes = {version: process.returncode for version, process in processes.items()}
    assert sorted(codes.values()) == [0, 2]
    winner, loser = sorted(codes, key=lambda version: codes[version])
    assert f"the champion model is {winner} by now, and was v0 when this was decided" in said[loser]
    with registry.ledger as ledger:
        assert ledger.alias_history(KIND, CHAMPION) == [winner, "v0"]
        assert ledger.verify(registry.files).ok
