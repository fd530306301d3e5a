"""One ingest or purge at a time: two that interleave could each miss what the other holds."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from errors import DataError

_NAME = ".ingest.lock"
# What a killed process was writing; nothing that lives writes for so long.
_LEFTOVERS = ".writing-*"
_ABANDONED_S = 3600


@contextmanager
def ingest_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a store; the system frees it when the process ends, however it ends.

    Half-written files that killed processes left beside it are swept away: they may hold rows as they were received.

    Raises:
        DataError: Another ingest or purge holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _NAME).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fix = "wait until it has ended"
            raise DataError("another ingest or purge is running", place=str(folder), fix=fix) from None
        now = os.fstat(file.fileno()).st_mtime
        for leftover in folder.parent.glob(f"*/{_LEFTOVERS}"):
            if now - leftover.stat().st_mtime > _ABANDONED_S:
                leftover.unlink(missing_ok=True)
        yield
