"""Contributions that a run did not keep: computed when asked for, from the kept panel and the recorded model."""

from functools import lru_cache
from threading import Lock

import numpy as np
import pandas as pd

from errors import ModelError
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.explanation.reasons import TOLERANCE
from models.runs import ForecastRun, load_panel
from models.table import EXPLANATION, explanation_columns

_HORIZONS_KEPT = 16


class LaterContributions:
    """The rows of a run's horizons with their explanation columns; what was computed is kept for this process.

    Safe to use from several threads. The panel and the model are read by the names that the run recorded, and their
    files are checked against the ledger's hashes before they are parsed.
    """

    def __init__(self, ledger: Ledger, files: FileStore) -> None:
        self._ledger = ledger
        self._files = files
        self._lock = Lock()
        self._computed = lru_cache(maxsize=_HORIZONS_KEPT)(self._compute)

    def rows(self, run: ForecastRun, horizon: int) -> pd.DataFrame:
        """Return the rows of one horizon, in the run's order, with their explanation columns.

        Raises:
            ModelError: The run's panel was not kept, or the model no longer gives the mean that was served.
            LedgerError: A file is absent or was changed.
        """
        rows = run.frame[run.frame["horizon"] == horizon]
        if "base" in rows and not rows["base"].isna().any():
            return rows
        # One thread computes; others that ask for the same wait for it.
        with self._lock:
            stood_in = tuple(sorted(run.meta.get("suspended", {}).items()))
            columns = self._computed(run.run_id, run.meta["model_version"], stood_in, horizon)
        product = columns.prod(axis=1)
        served = rows["mean"].to_numpy(np.float64)
        if np.any(np.abs(product - served) > TOLERANCE * np.maximum(served, 1.0)):
            problem = f"the contributions of horizon {horizon} do not multiply to the mean that was served"
            raise ModelError(problem, place=f"run {run.run_id}", fix="forecast again with this version")
        return rows.assign(**dict(zip(EXPLANATION, columns.T, strict=True)))

    def _compute(
        self, run_id: str, version: str, stood_in: tuple[tuple[str, str], ...], horizon: int
    ) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        # A service that is not asked for this loads no trees.
        from models.registry import load  # noqa: PLC0415
        from models.stand_in import with_stand_ins  # noqa: PLC0415

        panel = load_panel(self._ledger, self._files, run_id)
        model = with_stand_ins(load(self._ledger, self._files, version).model, dict(stood_in))
        factors = model.forecast(panel, explain=(horizon,)).factors
        if factors is None:
            raise ModelError("gives no contributions", place=version, fix="report it")
        return explanation_columns(factors)
