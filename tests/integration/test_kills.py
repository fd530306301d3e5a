import json
import subprocess
import sys
from pathlib import Path

from tests.support.repository import REPOSITORY


def test_fifty_killed_ingests_leave_deliveries_whole_or_absent_and_no_row_is_lost(tmp_path: Path) -> None:
    """The opt-in soak of a thousand is `python -m benchmarks.kills`."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.support.kills", str(tmp_path), "50", "20261124"],
        check=True,
        capture_output=True,
        cwd=REPOSITORY,
        timeout=900,
    )
    figures = json.loads(child.stdout)
    assert figures["problems"] == []
    assert figures["accepted"] == figures["expected"]
    assert figures["absent"] + figures["whole"] == figures["times"] == 50
    assert figures["killed"] > 0
