"""The shelf: the forecast run that is being served.

Every worker watches the ledger and swaps the run as one reference, so that an answer never mixes two runs. The workers
of a machine map the same file.
"""

import threading
from collections.abc import Callable

from errors import ServiceError
from ledger.artefacts import Artefact
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.kinds import CHAMPION, FORECAST, MODEL
from models.served.read import ServedRun
from models.served.ready import served_file
from models.suspension import KIND as SUSPENSION
from models.suspension import marks_since, suspension_of
from serving.forecasts.choice import served_run


class Shelf:
    """Holds the present run and fetches the next one when the ledger names another."""

    def __init__(self, ledger: Ledger, files: FileStore) -> None:
        self._ledger = ledger
        self._files = files
        self._current: ServedRun | None = None
        self._seen: tuple[str | None, ...] | None = None

    @property
    def current(self) -> ServedRun:
        """The run being served.

        Raises:
            ServiceError: There is none yet.
        """
        if self._current is None:
            fix = "run strandcast train, promote and forecast"
            raise ServiceError("there is no forecast of a champion to serve yet", fix=fix)
        return self._current

    @property
    def filled(self) -> bool:
        """Whether there is a run to serve."""
        return self._current is not None

    @property
    def suspension(self) -> str | None:
        """The newest decision on the champion's suspension, as last looked."""
        return self._seen[-1] if self._seen else None

    def refresh(self) -> bool:
        """Look which run is to be served, and map it if it is another one; return whether it was swapped.

        Raises:
            StrandcastError: The run cannot be read; the present one stays.
        """
        newest = self._ledger.newest(FORECAST)
        champion = self._ledger.alias(MODEL, CHAMPION)
        suspension = self._ledger.alias(SUSPENSION, champion) if champion else None
        marks = (newest.name if newest else None, champion, suspension)
        if marks == self._seen:
            return False
        # Only now are all runs compared: there is one a week, for years.
        chosen = served_run(self._ledger)
        # A suspension marks the run that is served already: it is read again.
        marked = self.suspension != suspension
        other = self._current is None or marked or (chosen is not None and self._current.run_id != chosen.name)
        swapped = chosen is not None and other
        if chosen is not None and swapped:
            self._current = mapped(self._ledger, self._files, chosen)
        self._seen = marks
        return swapped


def mapped(ledger: Ledger, files: FileStore, run: Artefact) -> ServedRun:
    """Map a recorded run, with what has come to stand against it since.

    Raises:
        ServiceError: It was recorded before runs were prepared for reading.
        LedgerError: Its file is absent or was changed.
    """
    served = served_file(ledger, run.name)
    if served is None:
        fix = f"run strandcast prepare {run.name}"
        raise ServiceError("was recorded before runs were prepared for reading", place=f"run {run.name}", fix=fix)
    held = suspension_of(ledger, str(run.meta["model_version"]))
    return ServedRun.open(run, served, files, marks_since(run.meta, held))


class Watch:
    """A thread that refreshes a shelf every few seconds until it is stopped."""

    def __init__(self, shelf: Shelf, seconds: float, tell: Callable[[str], None]) -> None:
        self._shelf = shelf
        self._seconds = seconds
        self._tell = tell
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="strandcast-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until the thread has ended."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                if self._shelf.refresh():
                    self._tell(f"now serving {self._shelf.current.run_id}")
            except Exception as error:  # noqa: BLE001 - a watch that ends would leave an old forecast standing for good
                self._tell(f"still serving the run before: {error}")
