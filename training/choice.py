"""Which model: from the name a person gives to a function that fits it."""

from dataclasses import dataclass

import numpy as np

from features.calendar import Calendar
from features.panel import Panel
from features.periods import PERIODS_A_YEAR
from models.bundle import Fitted
from models.simple import SimpleForecaster, fit_simple
from models.stacked import StackedForecaster
from training.evaluate import HoldOut
from training.fit import fit_boosted
from training.stack import fit_stacked

STACKED = "stacked"
BOOSTED = "boosted"


@dataclass(frozen=True)
class Recipe:
    """A model to be fitted.

    Attributes:
        name: "stacked", "boosted", or a simple method of `models.simple.NAMES`.
        calendar: Of the place.
        seed: Of what is drawn.
    """

    name: str
    calendar: Calendar
    seed: int

    def fit(self, panel: Panel, horizons: tuple[int, ...]) -> Fitted:
        """Fit the model to a panel for some horizons.

        Raises:
            ModelError: The name is unknown or the history too short.
        """
        if self.name == BOOSTED:
            return fit_boosted(panel, horizons, self.calendar, seed=self.seed).model
        if self.name == STACKED:
            return fit_stacked(panel, horizons, self.calendar, seed=self.seed).model
        return fit_simple(self.name, panel, horizons)

    def fit_checked(self, panel: Panel, horizons: tuple[int, ...]) -> tuple[Fitted, HoldOut]:
        """Fit the model, and return with it forecasts of the newest periods made without them.

        Raises:
            ModelError: The name is unknown or the history too short.
        """
        if self.name == BOOSTED:
            fit = fit_boosted(panel, horizons, self.calendar, seed=self.seed)
            return fit.model, fit.hold_out
        if self.name == STACKED:
            stack = fit_stacked(panel, horizons, self.calendar, seed=self.seed)
            return stack.model, stack.hold_out or _half_year(stack.model, panel)
        model = fit_simple(self.name, panel, horizons)
        return model, _half_year(model, panel)


def _half_year(model: StackedForecaster | SimpleForecaster, panel: Panel) -> HoldOut:
    """Return forecasts of a model without trees from each origin of the newest half-year, at most half of the panel."""
    n = len(panel.counts)
    origins = np.arange(n - min(n // 2, PERIODS_A_YEAR[panel.kind] // 2), n)
    mean = np.stack([model.forecast(panel.until(panel.first + int(at))).mean for at in origins])
    target = origins[:, None] + np.array(model.horizons)[None, :] - 1
    known = np.minimum(target, n - 1)
    count = np.where(panel.complete, panel.counts, 0.0)[known].astype(np.float64)
    seen = panel.complete[known] & (target < n)[:, :, None, None]
    return HoldOut(count, mean, seen, model.spread, origins + panel.first, model.horizons, panel.strands)
