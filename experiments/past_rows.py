"""Rows of every past origin at once, from which studies fit many models: built once, in memory.

A row uses only what lies before its origin, so a model of an earlier day is one that is shown fewer rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.development import F64, I64, deviances
from features.calendar import Calendar
from features.matrix import FeatureMatrix, build
from features.panel import Panel
from features.spec import demand_spec
from models.boosted import BoostingSettings, grow, raw_scores
from models.distribution import crps, fit_dispersion

SETTINGS = BoostingSettings()
SEED = 1
WARM_UP = {"week": 60, "month": 3}
PERIODS = 208


@dataclass(frozen=True, eq=False)
class PastRows:
    """Rows in the order strand, area, origin, horizon, of every period from the warm-up's end on.

    Attributes:
        panel: What they are of.
        matrix: Their features.
        start: float64[n], the score that trees start from.
        count: float64[n].
        origin: int64[n], position of the origin in the panel.
        target: int64[n], position of the target.
        strand: int64[n].
        every: A fit learns from one period in so many.
        refit: So many origins are forecast before trees are grown anew.
    """

    panel: Panel
    matrix: FeatureMatrix
    start: F64
    count: F64
    origin: I64
    target: I64
    strand: I64
    every: int = 2
    refit: int = 13

    @classmethod
    def of(cls, panel: Panel, horizons: tuple[int, ...], calendar: Calendar) -> "PastRows":
        """Build the rows; targets after the panel's end count 0 and are never learnt from."""
        weekly = panel.kind == "week"
        spec = demand_spec(panel.kind, horizons, neighbours=any(panel.areas.neighbours), seasons=weekly)
        at = np.arange(WARM_UP[panel.kind], len(panel.counts))
        matrix = build(spec, panel, at + panel.first, calendar)
        target = at[:, None] + np.array(horizons) - 1
        shape = (len(panel.strands), len(panel.areas), *target.shape)
        inside = np.minimum(target, len(panel.counts) - 1)
        count = panel.counts[inside].transpose(3, 2, 0, 1).reshape(-1).astype(np.float64)

        def rows(values: I64) -> I64:
            return np.broadcast_to(values, shape).reshape(-1)

        strand = rows(np.arange(shape[0])[:, None, None, None])
        return cls(panel, matrix, matrix.log_offset(), count, rows(at[:, None]), rows(target), strand)

    def of_origins(self, values: F64) -> F64:
        """Repeat float64[strand, area, origin] over the horizons; float64[n]."""
        return np.repeat(values.reshape(-1), len(self.matrix.horizons))

    def beside(self, columns: Sequence[F64]) -> "PastRows":
        """Return the rows with more columns, each float64[strand, area, origin]."""
        more = [self.of_origins(column).astype(np.float32) for column in columns]
        return replace(self, matrix=replace(self.matrix, values=np.column_stack([self.matrix.values, *more])))

    def learnt(self, until: int) -> NDArray[np.bool_]:
        """Return the rows that a fit at a position learns from: origins before it, targets that are known."""
        back, seen = until - 1 - self.origin, np.asarray(self.panel.observed.any(axis=(1, 2)))
        known = (self.target < until) & seen[np.minimum(self.target, len(seen) - 1)]
        return np.asarray((back >= 0) & (back < PERIODS) & (back % self.every == 0) & known)

    def grown(self, chosen: NDArray[np.bool_], settings: BoostingSettings = SETTINGS) -> str:
        """Return the trees of the shipped likelihood, grown from some rows."""
        return grow(self.matrix.values[chosen], self.count[chosen], self.start[chosen], settings, SEED)

    def at(self, origins: I64) -> I64:
        """Return the rows of some origins, in the order of the rows."""
        return np.flatnonzero(np.isin(self.origin, origins))

    def fits(self, scheduled: I64) -> Iterator[tuple[NDArray[np.bool_], I64]]:
        """Yield for each fit of a schedule of origins what it learns from and the rows that it forecasts."""
        for first in range(0, len(scheduled), self.refit):
            yield self.learnt(int(scheduled[first])), self.at(scheduled[first : first + self.refit])

    def means(self, booster: str, rows: I64) -> F64:
        """Return what trees expect in some rows."""
        found: F64 = np.exp(raw_scores(booster, self.matrix.values[rows]) + self.start[rows])
        return found

    def by_origin(self, rows: I64, values: F64) -> F64:
        """Return the mean of values of rows, of whole strands, at each of their origins in order of time."""
        return np.asarray(self.by_horizon(rows, values).mean(axis=1))

    def by_horizon(self, rows: I64, values: F64) -> F64:
        """As `by_origin`, of each horizon alone; float64[origin, horizon]."""
        shape = (-1, len(self.panel.areas), len(np.unique(self.origin[rows])), len(self.matrix.horizons))
        return np.asarray(values.reshape(shape).mean(axis=(0, 1)))

    def deviance(self, rows: I64, mean: F64) -> F64:
        """Return the mean deviance of each origin."""
        return self.by_origin(rows, deviances(self.count[rows], mean))

    def dispersion(self, chosen: NDArray[np.bool_]) -> F64:
        """Return each strand's dispersion about the starting point in some rows, float64[strand]."""
        strands = range(len(self.panel.strands))
        of = [chosen & (self.strand == strand) for strand in strands]
        return np.array([fit_dispersion(self.count[rows], np.exp(self.start[rows])) for rows in of])

    def crps(self, rows: I64, mean: F64, dispersion: F64) -> F64:
        """Return the mean CRPS of each origin, every strand with a dispersion of its own."""
        return self.by_origin(rows, crps(self.count[rows], mean, dispersion[self.strand[rows]]))
