"""One search of a study at a time: a second would take the first's running trial for one whose process was killed."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from errors import ModelError


@contextmanager
def study_lock(database: Path, name: str) -> Iterator[None]:
    """Hold the lock of a study; the system frees it when the process ends, however it ends.

    Args:
        database: File of the workspace's studies; the lock is a file beside it.
        name: Of the study.

    Raises:
        ModelError: Another process holds it; the message says which.
    """
    # Of any name a file can be made this way.
    path = database.parent / f".study-{hashlib.sha256(name.encode()).hexdigest()[:16]}.lock"
    # Not "w", which would wipe out who holds it.
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            problem = f"is being searched by {file.read().strip() or 'another process'}"
            fix = "wait until it has ended, or give another --study name"
            raise ModelError(problem, place=f"study {name}", fix=fix) from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {os.uname().nodename}")
        file.flush()
        yield
