"""Health: whether what is served may still be relied on."""

import threading
import time
from collections.abc import Callable
from datetime import date, datetime

from features.service import Service
from ledger.artefacts import Artefact
from ledger.ledger import Ledger

_PERIOD_DAYS = {"week": 7, "month": 31}
_PERIODS = 2
# Police data by month are published up to three months late.
_PERIODS_OF_DATA = 4
_SECONDS_KEPT = 3.0
_SECONDS_BELIEVED = 30.0


def too_old(ledger: Ledger, run: Artefact, settings: Service, now: datetime) -> str | None:
    """Return why a forecast run is too old to be relied on, or None.

    It is where no run was made for two periods: the weekly work has stopped. And it is where the data behind it end
    more than four periods ago: new ones no longer arrive. The settings may say other numbers of days.

    Args:
        ledger: Where the run is recorded.
        run: The run that is served.
        settings: How old things may be.
        now: The present instant.
    """
    made = datetime.fromisoformat(ledger.event_of(run.kind, run.name).time)
    days = _PERIOD_DAYS[str(run.meta["period"])]
    longest = settings.longest_days_since_forecast or _PERIODS * days
    if (now - made).days > longest:
        return f"the forecast {run.name} was made {(now - made).days} days ago, and {longest} are taken"
    longest_of_data = settings.longest_days_since_data or _PERIODS_OF_DATA * days
    age = (now.date() - date.fromisoformat(str(run.meta["origin"]))).days
    if age > longest_of_data:
        return f"the data behind the forecast {run.name} end {age} days ago, and {longest_of_data} are taken"
    return None


class Readiness:
    """The verdict whether a process is ready, kept for a moment. Safe to use from several threads.

    Anybody may ask, and each look takes the writer's turn: however many ask, one looks at a time and the others are
    told what was found last.

    Args:
        look: Returns why the process is not ready, or None.
        clock: Seconds that only grow.
    """

    def __init__(self, look: Callable[[], str | None], clock: Callable[[], float] = time.monotonic) -> None:
        self._look = look
        self._clock = clock
        self._turn = threading.Lock()
        # When it was last looked, and whether the process was ready then.
        self._last: tuple[float, bool] | None = None

    def ready(self, tell: Callable[[str], None]) -> bool:
        """Return whether the process is ready; why not is told by who looks anew, or finds nothing to rely on."""
        if self._known(_SECONDS_KEPT) is None and self._turn.acquire(blocking=False):
            try:
                reason = self._look()
                self._last = (self._clock(), reason is None)
            finally:
                self._turn.release()
            if reason is not None:
                tell(f"not ready: {reason}")
        # A look that takes so long is none that others may rely on.
        known = self._known(_SECONDS_BELIEVED)
        if known is None:
            # Not waited for: whoever asks often would take a thread each for as long as a ledger hangs.
            tell("not ready: a look at the forecast and the ledger is under way, and no earlier one may be relied on")
        return bool(known)

    def _known(self, seconds: float) -> bool | None:
        last = self._last
        return last[1] if last is not None and self._clock() - last[0] < seconds else None
