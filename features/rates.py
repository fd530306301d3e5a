"""Rates and levels: what a strand does over all areas, and each area's shrunken share of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features import kernels
from features.panel import Panel

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# A strand's level and season are ratios of totals; this many pseudo-incidents pull them to 1, a gamma prior with a
# standard deviation of 16 %. Without it, a strand with ten incidents a month would swing the whole forecast.
PRIOR_INCIDENTS = 40.0


@dataclass(frozen=True, eq=False)
class StrandTotals:
    """Totals over all observed areas.

    Attributes:
        count: float64[period, strand], incidents.
        areas: float64[period, strand], areas observed.
    """

    count: F64
    areas: F64

    @classmethod
    def of(cls, panel: Panel) -> "StrandTotals":
        """Sum a panel over its areas."""
        return cls(panel.counts.sum(axis=1, dtype=np.float64), panel.observed.sum(axis=1, dtype=np.float64))


def decays(half_lives: tuple[float, ...]) -> F64:
    """Return the weight of a period relative to the next, for each half-life in periods."""
    return np.power(0.5, 1.0 / np.asarray(half_lives, dtype=np.float64))


def by_strand(panel: Panel) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return counts and mask as contiguous [strand, area, period], the layout of the kernels."""
    shape = panel.counts.shape[::-1]
    counts = np.empty(shape, dtype=np.float32)
    kernels.by_series(panel.counts, counts)
    if panel.observed.all():
        return counts, np.ones(shape, dtype=np.bool_)
    return counts, np.ascontiguousarray(panel.observed.transpose(2, 1, 0))


def shrunken(
    counts: NDArray[np.float32], observed: NDArray[np.bool_], origins: I64, half_lives: tuple[float, ...]
) -> tuple[NDArray[np.float32], F64]:
    """Return empirical-Bayes rates of areas and the strand means that they were drawn to.

    Returns:
        float32[origin, half-life, strand, area] and float64[origin, half-life, strand].
    """
    n_strands, n_areas, _ = counts.shape
    rates = np.empty((len(origins), len(half_lives), n_strands, n_areas), dtype=np.float32)
    means = np.empty((len(origins), len(half_lives), n_strands), dtype=np.float64)
    kernels.shrunken_rates(counts, observed, origins, decays(half_lives), rates, means)
    return rates, means


def levels(totals: StrandTotals, mean: F64, origins: I64, half_lives: tuple[float, ...]) -> F64:
    """Return each strand's present level relative to its long-run mean.

    Args:
        totals: Totals by period and strand.
        mean: float64[origin, strand], long-run mean rate an area and period.
        origins: Sorted periods.
        half_lives: In periods.

    Returns:
        float64[origin, half-life, strand]: (weighted incidents + prior) / (weighted expectation + prior).
    """
    decay = decays(half_lives)[:, None]
    out = np.empty((len(origins), len(half_lives), totals.count.shape[1]))
    count, areas = np.zeros(out.shape[1:]), np.zeros(out.shape[1:])
    t = 0
    for o, origin in enumerate(origins):
        while t < origin:
            count = count * decay + totals.count[t]
            areas = areas * decay + totals.areas[t]
            t += 1
        out[o] = (np.maximum(count, 0.0) + PRIOR_INCIDENTS) / (areas * mean[o] + PRIOR_INCIDENTS)
    return out


def seasons(
    totals: StrandTotals, origins: I64, horizons: I64, year: int, half_width: int, *, reference: int, years: int = 1
) -> F64:
    """Return how each strand stood round the target in past years, relative to its level before that time's origin.

    Args:
        totals: Totals by period and strand.
        origins: Positions in the panel.
        horizons: Horizons.
        year: Periods a year.
        half_width: Periods on either side of the target that are taken with it.
        reference: Periods before the past origin that its level is taken from.
        years: Past years to average; a mean of k years is drawn to 0 by k / (k + 1) where more than one is asked for.

    Returns:
        float64[origin, horizon, strand], log ratios; NaN where no such year is in the panel.
    """
    total = np.zeros((len(origins), len(horizons), totals.count.shape[1]))
    known = np.zeros_like(total)
    for o, origin in enumerate(origins):
        for back in range(year, year * years + 1, year):
            before = slice(origin - back - reference, origin - back)
            if before.start < 0:
                break
            for h, horizon in enumerate(horizons):
                centre = origin + horizon - 1 - back
                value = _log_ratio(totals, slice(centre - half_width, centre + half_width + 1), before)
                total[o, h] += np.nan_to_num(value)
                known[o, h] += np.isfinite(value)
    with np.errstate(invalid="ignore"):
        return np.where(known > 0, total / (known + (1 if years > 1 else 0)), np.nan)


def _log_ratio(totals: StrandTotals, window: slice, before: slice) -> F64:
    areas, areas_before = totals.areas[window].sum(axis=0), totals.areas[before].sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = totals.count[before].sum(axis=0) / areas_before * areas
        value: F64 = np.log((totals.count[window].sum(axis=0) + PRIOR_INCIDENTS) / (expected + PRIOR_INCIDENTS))
    return np.where((areas > 0) & (areas_before > 0), value, np.nan)
