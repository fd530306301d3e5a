"""Compiled loops: one pass over each series, written straight into the feature matrix.

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

# Incidents a period over all areas that a strand not met yet is taken to have, so that logarithms exist.
_LEAST_INCIDENTS = 0.01


@njit(cache=True, parallel=True, fastmath=False)
def recency(
    counts: F32, observed: Bool, origins: I64, lags: I64, windows: I64, decays: F64, repeats: int, out: F32
) -> None:
    """Write lags, rolling means and exponentially weighted means.

    Args:
        counts: float32[series, period].
        observed: bool[series, period].
        origins: Sorted periods before which everything counted lies.
        lags: Periods before the origin, 1 = the last one.
        windows: Lengths of rolling means.
        decays: Weight of a period relative to the next.
        repeats: Rows an origin (its horizons), which share these values.
        out: float32[series * origin * repeats, columns]; the first columns are written.
    """
    n_series = counts.shape[0]
    n_lags, n_windows, n_decays = len(lags), len(windows), len(decays)
    for s in prange(n_series):
        sums = np.zeros(n_windows)
        seen = np.zeros(n_windows)
        weighted = np.zeros(n_decays)
        weights = np.zeros(n_decays)
        y, m = counts[s], observed[s]
        row = s * len(origins) * repeats
        t = 0
        for origin in origins:
            while t < origin:
                for w in range(n_windows):
                    if m[t]:
                        sums[w] += y[t]
                        seen[w] += 1.0
                    gone = t - windows[w]
                    if gone >= 0 and m[gone]:
                        sums[w] -= y[gone]
                        seen[w] -= 1.0
                if m[t]:
                    for d in range(n_decays):
                        weighted[d] = weighted[d] * decays[d] + y[t]
                        weights[d] = weights[d] * decays[d] + 1.0
                else:
                    for d in range(n_decays):
                        weighted[d] *= decays[d]
                        weights[d] *= decays[d]
                t += 1
            first = out[row]
            for k in range(n_lags):
                at = origin - lags[k]
                first[k] = y[at] if at >= 0 and m[at] else np.nan
            for w in range(n_windows):
                first[n_lags + w] = sums[w] / seen[w] if seen[w] > 0.0 else np.nan
            for d in range(n_decays):
                first[n_lags + n_windows + d] = weighted[d] / weights[d] if weights[d] > 0.0 else np.nan
            for r in range(1, repeats):
                for k in range(n_lags + n_windows + n_decays):
                    out[row + r, k] = first[k]
            row += repeats


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
