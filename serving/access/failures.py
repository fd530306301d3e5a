"""Failed attempts: how many of late, by where they came from. In one process: a service of two workers counts twice."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0
_MOST_SOURCES = 4096


class FailedAttempts:
    """Counts failures in a moving minute. Safe to use from several threads.

    Args:
        most: Failures of one source in a minute after which more are not looked at.
        seconds: Returns seconds that only ever grow.
    """

    def __init__(self, most: int, seconds: Callable[[], float]) -> None:
        self._most = most
        self._seconds = seconds
        # The source that failed longest ago comes first, and is forgotten first.
        self._by_source: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, source: tuple[str, str]) -> int:
        """Return after how many seconds an attempt of a source is looked at again; 0: now."""
        with self._lock:
            times = self._recent(source)
            return 0 if len(times) < self._most else int(times[0] + WINDOW_SECONDS - self._seconds()) + 1

    def count(self, source: tuple[str, str]) -> None:
        """Count a failure."""
        with self._lock:
            times = self._recent(source)
            times.append(self._seconds())
            self._by_source[source] = times
            self._by_source.move_to_end(source)
            while len(self._by_source) > _MOST_SOURCES:
                self._by_source.popitem(last=False)

    def _recent(self, source: tuple[str, str]) -> deque[float]:
        times = self._by_source.get(source) or deque(maxlen=self._most)
        while times and times[0] <= self._seconds() - WINDOW_SECONDS:
            times.popleft()
        return times
