"""Group commit: many events of many callers in one transaction.

A commit costs one write to the disk, whether it holds one event or fifty. While one group is being written the next one
gathers; nobody waits for more than the group before and their own.
"""

import queue
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from errors import LedgerError
from ledger.events import Draft, Event
from ledger.ledger import Ledger

LARGEST = 256


class GroupCommit:
    """A thread that records what is handed to it. Safe to use from several threads.

    A future that was cancelled before its group was begun is dropped: an answer that is not given need not be recorded.

    Args:
        ledger: Where events go.
        largest: Most events of one transaction.
    """

    def __init__(self, ledger: Ledger, *, largest: int = LARGEST) -> None:
        self._ledger = ledger
        self._largest = largest
        self._waiting: queue.SimpleQueue[tuple[Draft, Future[Event]] | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="strandcast-ledger", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Return itself; it is closed at the end."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Record what waits, then stop."""
        self.close()

    @property
    def alive(self) -> bool:
        """Whether what is handed over is still recorded."""
        return not self._closed and self._thread.is_alive()

    def record(self, draft: Draft) -> "Future[Event]":
        """Return the event to come; it is on the disk when the future is done.

        Raises:
            LedgerError: The recorder was closed.
        """
        future: Future[Event] = Future()
        with self._lock:
            if not self.alive:
                raise LedgerError("the ledger is closed", fix="ask again when the service runs")
            self._waiting.put((draft, future))
        return future

    def close(self) -> None:
        """Record what waits, then stop."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        ends = False
        while not ends:
            group: list[tuple[Draft, Future[Event]]] = []
            taken = self._waiting.get()
            while taken is not None:
                group.append(taken)
                if len(group) == self._largest or self._waiting.empty():
                    break
                taken = self._waiting.get()
            ends = taken is None
            self._commit(group)

    def _commit(self, gathered: list[tuple[Draft, "Future[Event]"]]) -> None:
        # From here on none of them can be cancelled; setting the result of a cancelled one would raise.
        group = [(draft, future) for draft, future in gathered if future.set_running_or_notify_cancel()]
        if not group:
            return
        try:
            events = self._ledger.append_all([draft for draft, _ in group])
            for (_, future), event in zip(group, events, strict=True):
                future.set_result(event)
        except Exception as error:  # noqa: BLE001 - whatever it was, those who wait are told, and the thread goes on
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
