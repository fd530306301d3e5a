"""Turns: who writes next, without the growing sleeps in which SQLite's waiting writers poll.

Threads of one process queue at a lock, processes at a file lock beside the database. The file is a courtesy alone: the
database's own lock decides, and takes over where the file cannot be had or somebody holds it for too long.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from errors import LedgerError

_SUFFIX = "-turn"
_LONGEST_SECONDS = 2.0
_LONGEST_SECONDS_OF_THREADS = 30.0
_SECONDS_BETWEEN_LOOKS = 0.0003


class Turn:
    """The turn of one process's writers.

    Args:
        database: The file of the database; None: turns are taken among the threads of this process alone.
        seconds: How long a thread waits for the others of its process.
    """

    def __init__(self, database: str | None, seconds: float = _LONGEST_SECONDS_OF_THREADS) -> None:
        self._path = f"{database.removeprefix('file:')}{_SUFFIX}" if database else None
        self._threads = threading.Lock()
        self._seconds = seconds

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the turn; the system frees it when the process ends, however it ends.

        Raises:
            LedgerError: Other threads of this process write for too long.
        """
        if not self._threads.acquire(timeout=self._seconds):
            problem = f"the turn to write did not come in {self._seconds:g} s"
            raise LedgerError(problem, place="ledger", fix="try again, and check the disk and the database")
        try:
            with self._among_processes():
                yield
        finally:
            self._threads.release()

    @contextmanager
    def _among_processes(self) -> Iterator[None]:
        descriptor = self._open()
        try:
            if descriptor is not None:
                _wait(descriptor)
            yield
        finally:
            # Closing gives the turn back.
            if descriptor is not None:
                os.close(descriptor)

    def _open(self) -> int | None:
        if self._path is None:
            return None
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None


def _wait(descriptor: int) -> None:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < deadline:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        else:
            return
