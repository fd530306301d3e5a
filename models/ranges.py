"""Fitting how counts spread about their means, from forecasts that a model had not seen the counts of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.panel import Panel
from models.distribution import fit_dispersion
from models.spread import Shock, Spread, shock_groups

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class _Pairs:
    """Sums of products over pairs of different areas, by what the two cells share.

    Attributes:
        same: float64[strand], same strand and district.
        apart: float64[strand], same strand, other district.
        beside: Other strand, same district.
        far: Other strand, other district.
    """

    same: F64
    apart: F64
    beside: float
    far: float

    @classmethod
    def of(cls, values: F64, groups: I64) -> "_Pairs":
        """Sum over pairs of one sample's areas; values is float64[sample, area, strand]."""
        order = np.argsort(groups, kind="stable")
        first = np.flatnonzero(np.diff(groups[order], prepend=-1))
        district = np.add.reduceat(values[:, order], first, axis=1)
        cells, by_district = ((part**2).sum(axis=(0, 1)) for part in (values, district))
        strand = (values.sum(axis=1) ** 2).sum(axis=0)
        area = float((values.sum(axis=2) ** 2).sum() - cells.sum())
        beside = float((district.sum(axis=2) ** 2).sum() - by_district.sum())
        everything = float((values.sum(axis=(1, 2)) ** 2).sum() - strand.sum())
        # Two strands of one area are left out: an incident that is counted in both would look like a shock.
        return cls(by_district - cells, strand - by_district, beside - area, everything - beside)


def fit_spread(
    count: F64, mean: F64, seen: NDArray[np.bool_], areas: Areas, horizons: Sequence[int], once: F64 | None = None
) -> Spread:
    """Fit the joint model by moments.

    Args:
        count: float64[origin, horizon, area, strand], recorded.
        mean: float64[origin, horizon, area, strand], forecast.
        seen: bool[origin, horizon, area, strand]; only cells that were observed count.
        areas: The areas.
        horizons: Of the second axis.
        once: float64[strand], see `Spread.once`; None where every incident has one strand.
    """
    del horizons
    strands = count.shape[3]
    samples = (-1, *count.shape[2:])
    residual = _Pairs.of(np.where(seen, count - mean, 0.0).reshape(samples), shock_groups(areas))
    products = _Pairs.of(np.where(seen, mean, 0.0).reshape(samples), shock_groups(areas))
    force = _ratio(residual.far, products.far)
    apart = (1 + _ratio(residual.apart, products.apart)) / (1 + force)
    beside = (1 + _ratio(residual.beside, products.beside)) / (1 + force)
    force_strand, district = np.maximum(apart - 1, 0.0), np.maximum(beside - 1, 0.0)
    shared = (1 + force) * (1 + force_strand) * (1 + district)
    district_strand = np.maximum((1 + _ratio(residual.same, products.same)) / shared - 1, 0.0)
    marginal = np.array(
        [fit_dispersion(count[..., s][seen[..., s]], mean[..., s][seen[..., s]]) for s in range(strands)]
    )
    own = np.maximum((1 + marginal) / (shared * (1 + district_strand)) - 1, 0.0)
    return Spread(
        np.zeros(strands),
        Shock(own, np.zeros(strands)),
        Shock(district_strand, np.zeros(strands)),
        Shock(district, np.zeros(1)),
        Shock(force_strand, np.zeros(strands)),
        Shock(force, np.zeros(1)),
        np.ones(strands) if once is None else once,
    )


def once_share(panel: Panel) -> F64:
    """Return the share of each strand's count that remains when every incident is counted in one strand only."""
    counts, once = (values.sum(axis=(0, 1), dtype=np.float64) for values in (panel.counts, panel.once))
    return np.where(counts > 0, once / np.where(counts > 0, counts, 1.0), 1.0)


def _ratio(above: F64 | float, below: F64 | float) -> F64:
    above, below = (
        np.atleast_1d(np.asarray(above, dtype=np.float64)),
        np.atleast_1d(np.asarray(below, dtype=np.float64)),
    )
    return np.where(below > 0, np.maximum(above, 0.0) / np.where(below > 0, below, 1.0), 0.0)
