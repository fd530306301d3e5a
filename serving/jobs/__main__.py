"""`python -m serving.jobs`: the runner of the workspace in STRANDCAST_WORKSPACE.

Workers of the service start it. Where one runs already, another ends at once; where it has been idle for a while, or
the process that started it has ended, it ends too.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from serving.guards.log import begin_log
from serving.jobs.lock import locked
from serving.preflight import workspace_root

if TYPE_CHECKING:
    from serving.jobs.runner import Runner

IDLE_SECONDS = 300.0
# A starter looks whether a lock is free by holding it for a moment.
_LOCK_SECONDS = 2.0

_logger = logging.getLogger("strandcast.jobs")


def main(root: Path, idle_seconds: float = IDLE_SECONDS) -> int:
    """Do what is queued; return the exit code."""
    begin_log_of_runner()
    lock = locked(root, _LOCK_SECONDS)
    if lock is None:
        return 0
    with lock:
        try:
            _run(root, idle_seconds)
        except Exception:
            # Also what nobody thought of: as a traceback it would tell its words, which may repeat what was read.
            _logger.exception("the runner ends")
            return 1
    return 0


def begin_log_of_runner() -> None:
    """Let this process log as the service does: in lines of JSON, without the words of errors that are not ours."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    begin_log()


def _run(root: Path, idle_seconds: float) -> None:
    # Only who holds the lock loads what solves.
    from features.workspace import Workspace  # noqa: PLC0415
    from ledger.ledger import Ledger  # noqa: PLC0415
    from serving.jobs.kinds import work_of  # noqa: PLC0415
    from serving.jobs.queue import Queue  # noqa: PLC0415
    from serving.jobs.runner import SECONDS_BETWEEN_LOOKS, Place, Runner  # noqa: PLC0415

    workspace, starter = Workspace.open(root), os.getppid()
    # Whoever asks for a sketch waits for it before the screen.
    work_of("sketch")
    here = f"{socket.gethostname()}:{workspace.root}:"
    place = Place(
        name=f"{here}{os.getpid()}",
        # Whoever held this workspace's lock before is gone: the lock is ours.
        gone=lambda other: other.startswith(here) and other != place.name,
        ends=lambda: os.getppid() != starter,
        overdue=lambda: os._exit(0),
    )
    with Ledger.open(workspace.database_url, _now) as ledger:
        runner = Runner(workspace, Queue(ledger, _now), place)
        _leave_when_told(runner)
        busy = time.monotonic()
        while not place.ends() and time.monotonic() - busy < idle_seconds:
            if runner.run_next():
                busy = time.monotonic()
            else:
                time.sleep(SECONDS_BETWEEN_LOOKS)


def _leave_when_told(runner: "Runner") -> None:
    """Let this process end when it is told to; what is half done is done again: nothing of it was recorded.

    A handler would run only when the solver returns, which may take minutes. So a thread listens.
    """
    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    threading.Thread(target=_leave, args=(runner, heard), name="strandcast-leaves", daemon=True).start()


def _leave(runner: "Runner", heard: int) -> None:
    os.read(heard, 1)
    try:
        runner.leave()
    except Exception:
        _logger.exception("what was being done could not be given back")
    finally:
        os._exit(0)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    raise SystemExit(main(workspace_root()))
