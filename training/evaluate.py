"""Measures of forecasts against counts: overall, by strand and by horizon."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import metrics
from models.distribution import LEVELS, crps, quantiles, randomised_pit
from models.spread import Spread
from training.record import metric_name

F64 = NDArray[np.float64]
ALL = "all"
ALL_HORIZONS = 0


@dataclass(frozen=True, eq=False)
class Scored:
    """Forecasts beside the counts that their model had not seen.

    Attributes:
        count: float64[origin, horizon, area, strand].
        mean: float64[origin, horizon, area, strand].
        seen: bool[origin, horizon, area, strand]; a cell that is not seen says nothing.
        quantiles: float64[origin, horizon, area, strand, level], at `models.distribution.LEVELS`.
        horizons: Horizons.
        strands: Strands.
    """

    count: F64
    mean: F64
    seen: NDArray[np.bool_]
    quantiles: F64
    horizons: tuple[int, ...]
    strands: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return the measures of all together (strand "all", horizon 0) and of each strand and horizon."""
        found = [self._row(ALL, ALL_HORIZONS, slice(None), slice(None))]
        for s, strand in enumerate(self.strands):
            for h, horizon in enumerate(self.horizons):
                if self.seen[:, h, :, s].any():
                    found.append(self._row(strand, horizon, slice(h, h + 1), slice(s, s + 1)))
        return found

    def _row(self, strand: str, horizon: int, h: slice, s: slice) -> dict[str, Any]:
        seen = self.seen[:, h, :, s]
        count, mean = self.count[:, h, :, s][seen], self.mean[:, h, :, s][seen]
        return {
            "strand": strand,
            "horizon": horizon,
            "cells": len(count),
            "poisson_deviance": metrics.poisson_deviance(count, mean),
            "pinball": metrics.pinball(count, self.quantiles[:, h, :, s][seen], LEVELS),
            "rmse": metrics.rmse(count, mean),
            "bias": float(mean.sum() / count.sum() - 1) if count.sum() > 0 else None,
            "pai_5": self._pai(h, s),
        }

    def _pai(self, h: slice, s: slice) -> float | None:
        """Return the mean PAI at 5 % over origins, horizons and strands; None where nothing happened."""
        count, mean, seen = self.count[:, h, :, s], self.mean[:, h, :, s], self.seen[:, h, :, s]
        ranked = [
            metrics.predictive_accuracy_index(count[o, k, :, n], mean[o, k, :, n])
            for o, k, n in np.ndindex(count.shape[0], count.shape[1], count.shape[3])
            if seen[o, k, :, n].all() and count[o, k, :, n].sum() > 0
        ]
        return float(np.mean(ranked)) if ranked else None


@dataclass(frozen=True, eq=False)
class HoldOut:
    """Forecasts of a model's hold-out, with the spread that was fitted to them.

    Attributes:
        count: float64[origin, horizon, area, strand].
        mean: float64[origin, horizon, area, strand].
        seen: bool[origin, horizon, area, strand].
        spread: How counts spread about the means.
        origins: Ordinals of the origins.
        horizons: Horizons.
        strands: Strands.
    """

    count: F64
    mean: F64
    seen: NDArray[np.bool_]
    spread: Spread
    origins: NDArray[np.int64]
    horizons: tuple[int, ...]
    strands: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return the measures by strand and horizon, with the CRPS of the negative binomial."""
        dispersion = self.spread.dispersion(self.mean, self.horizons)
        found = quantiles(self.mean, dispersion)
        rows = Scored(self.count, self.mean, self.seen, found, self.horizons, self.strands).rows()
        cells = np.zeros(self.mean.shape)
        # Counts of before a declared recording change are rescaled, and no longer whole.
        cells[self.seen] = crps(np.rint(self.count[self.seen]), self.mean[self.seen], dispersion[self.seen])
        for row in rows:
            h = slice(None) if row["horizon"] == ALL_HORIZONS else self.horizons.index(row["horizon"])
            s = slice(None) if row["strand"] == ALL else self.strands.index(row["strand"])
            row["crps"] = float(cells[:, h, :, s][self.seen[:, h, :, s]].mean())
        return rows

    def pit(self, rng: np.random.Generator) -> F64:
        """Return the randomised PIT of every seen cell."""
        dispersion = self.spread.dispersion(self.mean, self.horizons)
        return randomised_pit(np.rint(self.count[self.seen]), self.mean[self.seen], dispersion[self.seen], rng)


def named_metrics(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the measures of rows under the names that runs are compared by."""
    named = {}
    for row in rows:
        strand = None if row["strand"] == ALL else row["strand"]
        horizon = None if row["horizon"] == ALL_HORIZONS else row["horizon"]
        for measure, value in row.items():
            if measure not in ("strand", "horizon", "cells") and value is not None:
                named[metric_name(measure, strand, horizon)] = float(value)
    return named
