"""One runner a workspace: a lock on a file, which the system gives back when its process ends, however it ends."""

import fcntl
import time
from pathlib import Path
from typing import IO

LOCK = "jobs.lock"
_SECONDS_BETWEEN_TRIES = 0.1


def locked(root: Path, seconds: float) -> IO[bytes] | None:
    """Return the workspace's lock, held until it is closed or the process ends; None where another process holds it.

    Args:
        root: The workspace.
        seconds: How long to wait for it.
    """
    file = (root / LOCK).open("ab")
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                file.close()
                return None
            time.sleep(_SECONDS_BETWEEN_TRIES)
        else:
            return file
