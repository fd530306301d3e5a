"""The simple methods beside the model: what they would have forecast from the same panels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import ModelError
from features.panel import Panel
from models.books import Books
from models.kinds import PANEL
from models.runs import ForecastRun, load_panel
from models.simple import SimpleForecaster, fit_simple

F64 = NDArray[np.float64]

# What the model is held against: shrunken rates of the recent past and of all, a fast mean and a slow one.
METHODS = ("shrunken", "shrunken-all", "weighted-0.1", "mean-all")


@dataclass(frozen=True, eq=False)
class Beside:
    """Simple methods whose ranges were fitted once, to what the oldest run knew: none has seen what it is held to.

    Attributes:
        fitted: Method to what forecasts by it; a method that the history was too short for is left out.
        strands: Strands of the panel that they were fitted to.
    """

    fitted: Mapping[str, SimpleForecaster]
    strands: tuple[str, ...]

    @classmethod
    def of(cls, panel: Panel | None, horizons: tuple[int, ...]) -> "Beside":
        """Fit them to a panel for some horizons; none of them where there is no panel."""
        if panel is None:
            return cls({}, ())
        fitted = {}
        for method in METHODS:
            try:
                fitted[method] = fit_simple(method, panel, horizons)
            except ModelError:
                continue
        return cls(fitted, panel.strands)

    def forecasts(self, panel: Panel | None, horizon: int) -> dict[str, tuple[F64, F64]]:
        """Return each method's mean and dispersion at one horizon, float64[area, strand] of the panel's axes."""
        if panel is None or panel.strands != self.strands:
            return {}
        found = {}
        for method, model in self.fitted.items():
            if horizon in model.horizons:
                forecast = model.forecast(panel)
                at = model.horizons.index(horizon)
                spread = np.broadcast_to(forecast.dispersion, forecast.mean.shape)
                found[method] = (forecast.mean[at], spread[at])
        return found


def kept_panel(books: Books, run: ForecastRun) -> Panel | None:
    """Return the panel that a run was made from; None where none was kept or it has been erased since.

    Raises:
        LedgerError: It was changed.
    """
    name = run.meta.get("panel")
    if name is None or not books.files.holds(books.ledger.artefact(PANEL, name).stored):
        return None
    return load_panel(books.ledger, books.files, run.run_id)
