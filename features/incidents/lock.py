"""One ingest at a time: two that interleave could each miss what the other holds."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from errors import DataError

_NAME = ".ingest.lock"


@contextmanager
def ingest_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a store; the system frees it when the process ends, however it ends.

    Raises:
        DataError: Another ingest holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _NAME).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fix = "wait until it has ended"
            raise DataError("another ingest is running", place=str(folder), fix=fix) from None
        yield
