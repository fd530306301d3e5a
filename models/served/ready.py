"""Getting a recorded run ready to be read, from a process that is to stay small."""

import os
import subprocess
import sys
from pathlib import Path

from errors import ModelError
from ledger.artefacts import Artefact
from ledger.ledger import Ledger
from models.kinds import SERVED

SECONDS = 600.0
_ROOMS = Path(__file__).resolve().parents[2]


def served_file(ledger: Ledger, run_id: str) -> Artefact | None:
    """Return the row of a run's served file; None where the run was recorded without one."""
    return ledger.held(SERVED, run_id)


def prepare_apart(root: Path, run_id: str) -> None:
    """Make the served file of a run in a child process.

    Raises:
        ModelError: It could not be made.
    """
    # -P keeps the folder that the command was typed in off the path: a workspace has a folder `models` too.
    command = [sys.executable, "-P", "-m", "models.served", str(root), run_id]
    environment = {**os.environ, "PYTHONPATH": str(_ROOMS), "OMP_WAIT_POLICY": "PASSIVE"}
    fix = "run strandcast forecast again"
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, capture_output=True, text=True, errors="replace", check=False, timeout=SECONDS, env=environment
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"preparing it took more than {SECONDS:g} seconds", place=run_id, fix=fix) from None
    if done.returncode != 0:
        last = next(iter(done.stderr.strip().splitlines()[-1:]), "it said nothing").rstrip(".")
        raise ModelError(f"could not be prepared for reading ({last})", place=f"run {run_id}", fix=fix)
