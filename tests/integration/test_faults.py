"""Disks that fail and writers that are killed: nothing is half, and nothing that was acknowledged is lost."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.repository import REPOSITORY


def child(module: str, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"tests.support.{module}", *words]
    done = subprocess.run(command, check=True, capture_output=True, cwd=REPOSITORY, timeout=900)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_disk_that_fails_anywhere_leaves_plans_issued_or_drafts_and_the_record_whole(tmp_path: Path) -> None:
    """Every place is tried by `python -m benchmarks.ledger_faults`; here each eleventh."""
    figures = child("faults", str(tmp_path), "11")
    assert figures["problems"] == []
    assert min(figures["faults"], figures["told"], figures["issued"], figures["drafts"]) > 0


@pytest.mark.usefixtures("each_database")
def test_killed_writers_lose_no_event_and_no_plan_that_was_acknowledged(tmp_path: Path) -> None:
    """The opt-in soak of a thousand is `python -m benchmarks.ledger_faults`."""
    figures = child("write_kills", str(tmp_path), "12", "20261124")
    assert figures["problems"] == []
    assert min(figures["killed"], figures["events"], figures["plans"]) > 0
    assert figures["recorded"] >= figures["events"]
