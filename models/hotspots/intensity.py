"""The model: a mixture of what earlier incidents say, its weights fitted by likelihood on earlier weeks.

With components f_i (rates a week in each cell, from what came before each week) the expected count of a cell is
sum_i w_i f_i, and of all earlier weeks the log-likelihood is that of a Poisson process. As every component's total over
the earlier weeks is known, the weights are the proportions of a mixture, and expectation-maximisation (Dempster, Laird
& Rubin 1977) finds them. They are drawn towards usual proportions by so many incidents (a Dirichlet prior), so that
a short history gives a sensible map too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from models.hotspots.evidence import COMPONENTS, DAYS_OF_A_WEEK, Evidence
from models.hotspots.points import F64

MOST_WEEKS = 156
FEWEST_WEEKS = 26  # before the first week that is learnt from, and to learn from
FEWEST_INCIDENTS = 50
_MOST_INCIDENTS = 20_000
_STEPS = 300
# The level of the whole map follows the recent weeks faster than its shape does.
LEVEL_HALF_LIFE = 56.0
PRIOR_INCIDENTS = 50.0
_USUAL = {
    "strand, 1461 days, same cell": 0.15,
    "strand, 1461 days, next cells": 0.08,
    "strand, 1461 days, near": 0.1,
    "strand, 180 days, near": 0.2,
    "strand, 180 days, district": 0.12,
    "strand, 14 days, same cell": 0.02,
    "strand, 180 days, same cell": 0.02,
    "other strands, 1461 days, same cell": 0.05,
    "other strands, 1461 days, next cells": 0.05,
    "other strands, 180 days, near": 0.08,
    "cell beyond 0.8": 0.05,
    "place beyond 0.8": 0.05,
    "even": 0.03,
}


@dataclass(frozen=True, eq=False)
class Intensity:
    """Weights of the components.

    Attributes:
        weights: float64[component].
        shares: Share of the expected incidents of the earlier weeks that each component brought; float64[component].
        weeks: Earlier weeks it was fitted on.
        lead: Days from the day before which incidents count to the week that is forecast.
    """

    weights: F64
    shares: F64
    weeks: int
    lead: int

    def expected(self, evidence: Evidence, day: int) -> F64:
        """Return the expected own incidents in each cell of the grid, in the week `lead` days after a day."""
        shape = evidence.surface(self.weights, day)
        level = evidence.level(day, LEVEL_HALF_LIFE)
        total = float(shape.sum())
        return shape * (level / total) if total > 0 else shape


def fit(evidence: Evidence, day: int, lead: int = 0, components: NDArray[np.bool_] | None = None) -> Intensity:
    """Fit the weights on the weeks before a day, each from what came `lead` days and more before it.

    Args:
        evidence: Components.
        day: The day before which incidents count.
        lead: Days from there to the week that is forecast.
        components: Which components may have a weight; None: all.

    Raises:
        DataError: There are too few weeks or incidents.
    """
    s = evidence.sources
    weeks = (day - lead - evidence.first) // DAYS_OF_A_WEEK - FEWEST_WEEKS
    if weeks < FEWEST_WEEKS:
        problem = f"tells of {max(0, (day - evidence.first) // DAYS_OF_A_WEEK)} weeks, too few to rank cells"
        raise DataError(problem, place="workspace", fix=f"ingest {2 * FEWEST_WEEKS} weeks and more")
    mine = np.flatnonzero((s.own == 0) & (s.day < day))
    if s.count[mine].sum() < FEWEST_INCIDENTS:
        problem = f"holds {s.count[mine].sum():g} incidents with coordinates, too few to rank cells"
        raise DataError(problem, place="the strand", fix=f"take a strand, or all strands, with {FEWEST_INCIDENTS}")
    ago = (day - 1 - s.day[mine]) // DAYS_OF_A_WEEK  # 0: the newest week
    per_week = np.bincount(ago, s.count[mine], weeks)[: min(weeks, MOST_WEEKS)]
    weeks = max(FEWEST_WEEKS, int(np.searchsorted(np.cumsum(per_week), _MOST_INCIDENTS, side="right")))
    weeks = min(weeks, len(per_week))
    learnt = ago < weeks
    when = day - DAYS_OF_A_WEEK * (ago[learnt] + 1) - lead
    pairs, entry = np.unique(np.stack([s.cell[mine][learnt], when]), axis=1, return_inverse=True)
    count = np.bincount(entry.reshape(-1), s.count[mine][learnt]).astype(np.float64)
    found = evidence.at_cells(np.ascontiguousarray(pairs[0]), np.ascontiguousarray(pairs[1]))
    days = day - lead - DAYS_OF_A_WEEK * np.arange(1, weeks + 1)
    totals = evidence.totals(days)
    if components is not None:
        totals = totals * components
    shares = _proportions(found, totals, count)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.where(totals > 0, count.sum() * shares / totals, 0.0)
    return Intensity(weights, shares, weeks, lead)


def _proportions(found: F64, totals: F64, count: F64) -> F64:
    """Return the proportions of the mixture: density of component i at an incident is found / totals."""
    some = totals > 0
    usual = np.array([_USUAL.get(name, 1e-4) for name in COMPONENTS]) * some
    usual /= usual.sum()
    density = np.divide(found, totals, out=np.zeros_like(found), where=some)
    n = count.sum()
    shares = usual.copy()
    for _ in range(_STEPS):
        drawn = shares * (density.T @ (count / (density @ shares)))
        shares = (drawn + PRIOR_INCIDENTS * usual) / (n + PRIOR_INCIDENTS)
    return shares
