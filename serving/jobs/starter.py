"""The starter: sees to it that somebody works on what is queued. Each worker of the service has one."""

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

from serving.jobs.lock import locked
from serving.jobs.queue import Queue
from serving.preflight import WORKSPACE_VARIABLE

SECONDS_BETWEEN_LOOKS = 3.0
_SECONDS_TO_END = 10.0
_CODE = Path(__file__).resolve().parents[2]

_logger = logging.getLogger("strandcast.jobs")


class Starter:
    """A thread that starts the runner where jobs are queued and nobody works on them.

    Args:
        root: The workspace.
        queue: Its queue.
    """

    def __init__(self, root: Path, queue: Queue) -> None:
        self._root = root
        self._queue = queue
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="strandcast-starter", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Stop looking, and end the runner if it is ours; what it was doing is done again by the next."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        with self._turn:
            if self._child is not None and self._child.poll() is None:
                self._child.terminate()
                try:
                    self._child.wait(_SECONDS_TO_END)
                except subprocess.TimeoutExpired:
                    self._child.kill()
                    self._child.wait()

    def look(self, *, ahead: bool = False) -> None:
        """Start the runner if there is something to do and none runs.

        Args:
            ahead: Start it though there is nothing to do yet, since somebody is about to ask for something.

        Raises:
            LedgerError: The queue cannot be read.
        """
        with self._turn:
            if self._stopped.is_set() or (self._child is not None and self._child.poll() is None):
                return
            if (ahead or self._queue.open()) and self._is_free():
                self._child = subprocess.Popen(
                    [sys.executable, "-m", "serving.jobs"], env=self._environment(), stdin=subprocess.DEVNULL
                )

    def _is_free(self) -> bool:
        lock = locked(self._root, 0.0)
        if lock is None:
            return False
        lock.close()
        return True

    def _environment(self) -> dict[str, str]:
        # A bento's code is not where Python looks by itself.
        path = os.pathsep.join(filter(None, [str(_CODE), os.environ.get("PYTHONPATH")]))
        return {**os.environ, WORKSPACE_VARIABLE: str(self._root), "PYTHONPATH": path}

    def _run(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN_LOOKS):
            try:
                self.look()
            except Exception:  # a thread that ends would leave what is queued lying for good
                _logger.exception("jobs wait")
