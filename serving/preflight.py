"""Pre-flight: what must hold before workers are started. A worker that fails to start is started again for ever."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from errors import ServiceError, StrandcastError
from features.workspace import Workspace
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.maps.drawn import map_file
from models.served.ready import prepare_apart, served_file
from models.trends.file import trends_file
from serving.forecasts.choice import served_run
from serving.forecasts.snapshot import mapped
from serving.guards.health import too_old
from serving.record.keeping import check_keeping

WORKSPACE_VARIABLE = "STRANDCAST_WORKSPACE"
DEFAULT_WORKSPACE = "var"
# Set for the workers by the process that starts them, which is where all of it is ended.
_STARTER = "_STRANDCAST_STARTER"


def workspace_root(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the workspace that the environment names."""
    return Path(environment.get(WORKSPACE_VARIABLE) or DEFAULT_WORKSPACE)


def check(root: Path, clock: Callable[[], datetime]) -> str | None:
    """Check that the workspace opens, its ledger can be written and signed, and a champion's run is there as recorded.

    A run gets what it lacks of the file that reads are answered from, of its map and of the trends behind it.

    Returns:
        Why the run is too old to be relied on, if it is: it is served, and the service does not say that it is ready.

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
        check_keeping(workspace)
        beside = (map_file(ledger, run.name), trends_file(ledger, run.name)) if "panel" in run.meta else ()
        if None in (served_file(ledger, run.name), *beside):
            sys.stderr.write(f"strandcast: preparing run {run.name} for reading, its map and trends, once\n")
            prepare_apart(root, run.name)
        mapped(ledger, FileStore(workspace.root), run)
        return too_old(ledger, run, workspace.settings.service, clock())


def check_or_exit(root: Path, clock: Callable[[], datetime]) -> None:
    """Check, and end the process with one sentence if something does not hold.

    Raises:
        SystemExit: As said; code 1.
    """
    try:
        old = check(root, clock)
    except StrandcastError as error:
        sys.stderr.write(f"strandcast: {error}\n")
        raise SystemExit(1) from None
    if old:
        sys.stderr.write(f"strandcast: not ready: {old}.\n")
    os.environ[_STARTER] = str(os.getpid())


def end_service(error: Exception) -> None:
    """End the whole service because a worker cannot start; without this it would be started again for ever."""
    starter = os.environ.get(_STARTER)
    if starter is None:
        return
    sys.stderr.write(
        f"strandcast: a worker cannot start: {error if isinstance(error, StrandcastError) else type(error).__name__}\n"
    )
    sys.stderr.flush()
    os.kill(int(starter), signal.SIGTERM)
