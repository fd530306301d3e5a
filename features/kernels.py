"""Compiled loops over rates: one pass over each series, written straight into the feature matrix.

All kernels take time as the last axis of a series and write float32; sums are kept in float64. A cell that was not
observed counts for nothing: sums skip it, weights decay past it, and its own lag is NaN.
"""

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

# Means are ratios of weights and outlive a gap of years; below this their squares would be lost to float64.
_FORGOTTEN = 1e-140

_TILE = 16

# Incidents a period over all areas that a strand not met yet is taken to have, so that logarithms exist.
_LEAST_INCIDENTS = 0.01


@njit(cache=True, parallel=True)
def by_series(values: F32, out: F32) -> None:
    """Write values[period, area, strand] as out[strand, area, period], in tiles that fit the processor's cache."""
    n_strands, n_areas, n_periods = out.shape
    for tile in prange(-(-n_areas // _TILE)):
        for first in range(0, n_periods, _TILE):
            for s in range(n_strands):
                for a in range(tile * _TILE, min(n_areas, (tile + 1) * _TILE)):
                    series = out[s, a]
                    for t in range(first, min(n_periods, first + _TILE)):
                        series[t] = values[t, a, s]


@njit(cache=True, parallel=True)
def shrunken_rates(counts: F32, observed: Bool, origins: I64, decays: F64, rates: F32, means: F64) -> None:
    """Write empirical-Bayes rates of each area, shrunken to its strand's mean.

    Gamma-Poisson with the prior's variance by moments (Clayton & Kaldor 1987, Biometrics 43:671): with r the weighted
    mean of an area, n its effective number of periods (sum w)^2 / sum w^2, m the strand's mean over areas and
    v = max(var(r) - m * mean(1/n), tiny) the variance between areas, the rate is (m k + r n) / (k + n), k = m / v.

    Args:
        counts: float32[strand, area, period].
        observed: bool[strand, area, period].
        origins: Sorted periods before which everything counted lies.
        decays: Weight of a period relative to the next.
        rates: float32[origin, decay, strand, area], written.
        means: float64[origin, decay, strand], written: m.
    """
    n_strands, n_areas, _ = counts.shape
    for job in prange(n_strands * len(decays)):
        s, d = job // len(decays), job % len(decays)
        decay = decays[d]
        total, weight, square = np.zeros(n_areas), np.zeros(n_areas), np.zeros(n_areas)
        t = 0
        for o in range(len(origins)):
            while t < origins[o]:
                for a in range(n_areas):
                    total[a] *= decay
                    weight[a] *= decay
                    square[a] *= decay * decay
                    if observed[s, a, t]:
                        total[a] += counts[s, a, t]
                        weight[a] += 1.0
                        square[a] += 1.0
                t += 1
            _shrink(total, weight, square, rates[o, d, s], means[o, d, s : s + 1])


@njit(cache=True)
def _shrink(total: F64, weight: F64, square: F64, rates: F32, mean: F64) -> None:
    all_total, all_weight, known = 0.0, 0.0, 0
    for a in range(len(total)):
        if weight[a] > _FORGOTTEN:
            all_total += total[a]
            all_weight += weight[a]
            known += 1
    m = max(all_total / all_weight if all_weight > 0.0 else 0.0, _LEAST_INCIDENTS / len(total))
    mean[0] = m
    between, noise = 0.0, 0.0
    for a in range(len(total)):
        if weight[a] > _FORGOTTEN:
            between += (total[a] / weight[a] - m) ** 2
            noise += square[a] / (weight[a] * weight[a])
    variance = between / (known - 1) - m * noise / known if known > 1 else 0.0
    variance = max(variance, 1e-6 * m * m)
    k = m / variance
    for a in range(len(total)):
        if weight[a] > _FORGOTTEN:
            n = weight[a] * weight[a] / square[a]
            # A retraction can make a weighted sum negative; a rate cannot be.
            rates[a] = (m * k + max(total[a], 0.0) / weight[a] * n) / (k + n)
        else:
            rates[a] = m


@njit(cache=True, parallel=True)
def log_ratios(rates: F32, base: F32, first_column: int, repeats: int, out: F32) -> None:
    """Write log(rate / base) for every series and origin.

    Args:
        rates: float32[origin, column, series].
        base: float32[origin, series].
        first_column: Where to write in a row.
        repeats: Rows an origin.
        out: float32[series * origin * repeats, columns].
    """
    n_origins, n_columns, n_series = rates.shape
    for s in prange(n_series):
        row = s * n_origins * repeats
        for o in range(n_origins):
            log_base = math.log(base[o, s])
            for k in range(n_columns):
                value = math.log(rates[o, k, s]) - log_base
                for r in range(repeats):
                    out[row + r, first_column + k] = value
            row += repeats


@njit(cache=True, parallel=True)
def neighbour_means(rates: F32, starts: I64, members: I64, out: F32) -> None:
    """Write the mean rate of each area's neighbours, NaN where it has none.

    Args:
        rates: float32[origin, column, strand, area].
        starts: int64[area + 1], where each area's neighbours begin in `members`.
        members: int64[...], indices of neighbours.
        out: float32, shaped as `rates`.
    """
    n_origins, n_columns, n_strands, n_areas = rates.shape
    for o in prange(n_origins):
        for k in range(n_columns):
            for s in range(n_strands):
                for a in range(n_areas):
                    total = 0.0
                    for j in range(starts[a], starts[a + 1]):
                        total += rates[o, k, s, members[j]]
                    n = starts[a + 1] - starts[a]
                    out[o, k, s, a] = total / n if n > 0 else np.nan
