"""One weekly run at a time: a second would forecast beside the first from half of what it takes in."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from errors import DataError

_NAME = ".weekly.lock"


@contextmanager
def weekly_lock(root: Path) -> Iterator[None]:
    """Hold a workspace's lock; the system frees it when the process ends, however it ends.

    Raises:
        DataError: Another weekly run holds it.
    """
    with (root / _NAME).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fix = "wait until it has ended; it is not waited for"
            raise DataError("another weekly run is under way", place=str(root), fix=fix) from None
        yield
