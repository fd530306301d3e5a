"""Pre-flight: what must hold before workers are started. A worker that fails to start is started again for ever."""

import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from errors import ServiceError, StrandcastError
from features.workspace import Workspace
from ledger.files import FileStore
from ledger.ledger import Ledger
from serving.forecasts.choice import served_run
from serving.record.keeping import check_keeping

WORKSPACE_VARIABLE = "STRANDCAST_WORKSPACE"
DEFAULT_WORKSPACE = "var"


def workspace_root(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the workspace that the environment names."""
    return Path(environment.get(WORKSPACE_VARIABLE) or DEFAULT_WORKSPACE)


def check(root: Path, clock: Callable[[], datetime]) -> None:
    """Check that the workspace opens, its ledger can be written and signed, and a champion's run is there as recorded.

    Raises:
        StrandcastError: One of these does not hold.
    """
    workspace = Workspace.open(root)
    with Ledger.open(workspace.database_url, clock) as ledger:
        ledger.check_writable()
        run = served_run(ledger)
        if run is None:
            fix = "run strandcast train, promote and forecast first"
            raise ServiceError("there is no forecast of a champion to serve", place=str(root), fix=fix)
        FileStore(workspace.root).read(run.stored)
        check_keeping(workspace)


def check_or_exit(root: Path, clock: Callable[[], datetime]) -> None:
    """Check, and end the process with one sentence if something does not hold.

    Raises:
        SystemExit: As said; code 1.
    """
    try:
        check(root, clock)
    except StrandcastError as error:
        sys.stderr.write(f"strandcast: {error}\n")
        raise SystemExit(1) from None
