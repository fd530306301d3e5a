"""The snapshot: the forecast run that is being served, decoded once and looked up by position.

Every worker watches the ledger and swaps the snapshot as one reference, so that an answer never mixes two runs.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import DataError, ServiceError
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.kinds import CHAMPION, FORECAST, MODEL
from models.runs import ForecastRun, load_run
from models.suspension import KIND as SUSPENSION
from serving.forecasts.choice import served_run

AXES = ("horizon", "area_code", "strand")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One run, ready to be read.

    Invariant: the rows are dense and in the order horizon, area, strand.

    Attributes:
        run: The recorded run.
        columns: Column name to its values, one a row.
        horizons: Horizons in the run's order.
        areas: Area codes in the run's order.
        strands: Strands in the run's order.
    """

    run: ForecastRun
    columns: dict[str, NDArray[Any]]
    horizons: tuple[int, ...]
    areas: tuple[str, ...]
    strands: tuple[str, ...]

    @classmethod
    def of(cls, run: ForecastRun) -> "Snapshot":
        """Return a run's snapshot.

        Raises:
            ServiceError: Rows are missing, double or in another order.
        """
        axes = {name: tuple(run.frame[name].unique().tolist()) for name in AXES}
        shape = tuple(len(values) for values in axes.values())
        columns = {str(name): _plain(run.frame[name]) for name in run.frame.columns}
        for (name, values), places in zip(axes.items(), np.indices(shape), strict=True):
            expected = np.asarray(values, dtype=columns[name].dtype)[places.reshape(-1)]
            if len(columns[name]) != places.size or not (columns[name] == expected).all():
                fix = "run strandcast forecast again"
                raise ServiceError("the rows are not one for each horizon, area and strand", place=run.run_id, fix=fix)
        return cls(run, columns, axes["horizon"], axes["area_code"], axes["strand"])

    def select(
        self, horizons: Sequence[int] | None, areas: Sequence[str] | None, strands: Sequence[str] | None
    ) -> NDArray[np.int64]:
        """Return the positions of the rows that the filters leave, ascending; None leaves all.

        Raises:
            DataError: A filter names what the run does not have.
        """
        chosen = [
            _places("horizon", self.horizons, horizons),
            _places("area_code", self.areas, areas),
            _places("strand", self.strands, strands),
        ]
        shape = (len(self.horizons), len(self.areas), len(self.strands))
        return np.ravel_multi_index(np.ix_(*chosen), shape).reshape(-1).astype(np.int64)

    def rows(self, position: int) -> pd.DataFrame:
        """Return one row as a table, as explanations are made from.

        Raises:
            IndexError: The run has no such row.
        """
        if not 0 <= position < len(self.run.frame):
            raise IndexError(position)
        return self.run.frame.iloc[[position]]


class Shelf:
    """Holds the present snapshot and fetches the next one when the ledger names another run."""

    def __init__(self, ledger: Ledger, files: FileStore) -> None:
        self._ledger = ledger
        self._files = files
        self._current: Snapshot | None = None
        self._seen: tuple[str | None, ...] | None = None

    @property
    def current(self) -> Snapshot:
        """The snapshot being served.

        Raises:
            ServiceError: There is none yet.
        """
        if self._current is None:
            fix = "run strandcast train, promote and forecast"
            raise ServiceError("there is no forecast of a champion to serve yet", fix=fix)
        return self._current

    @property
    def filled(self) -> bool:
        """Whether there is a snapshot to serve."""
        return self._current is not None

    @property
    def suspension(self) -> str | None:
        """The newest decision on the champion's suspension, as last looked."""
        return self._seen[-1] if self._seen else None

    def refresh(self) -> bool:
        """Look which run is to be served, and load it if it is another one; return whether it was swapped.

        Raises:
            StrandcastError: The run cannot be read; the present snapshot stays.
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
        other = self._current is None or marked or (chosen is not None and self._current.run.run_id != chosen.name)
        swapped = chosen is not None and other
        if chosen is not None and swapped:
            self._current = Snapshot.of(load_run(self._ledger, self._files, chosen.name))
        self._seen = marks
        return swapped


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
                    self._tell(f"now serving {self._shelf.current.run.run_id}")
            except Exception as error:  # noqa: BLE001 - a watch that ends would leave an old forecast standing for good
                self._tell(f"still serving the run before: {error}")


def _plain(column: "pd.Series[Any]") -> NDArray[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype) or not isinstance(column.dtype, np.dtype):
        return column.astype(object).to_numpy()
    return column.to_numpy()


def _places(name: str, held: Sequence[Any], asked: Sequence[Any] | None) -> list[int]:
    if asked is None:
        return list(range(len(held)))
    unknown = [value for value in asked if value not in held]
    if unknown:
        fix = (
            "GET /v1/periods shows what the run covers" if name != "area_code" else "use an area code of the workspace"
        )
        raise DataError(f"the run has no {name} {unknown[0]!r}", place=name, fix=fix)
    return sorted({held.index(value) for value in asked})
