"""Compiled loops over what a series was lately: lags, rolling means, exponentially weighted means.

A matrix of these is as fast as the memory that it is written to, so every loop here runs along memory and none divides,
asks or looks up a column for each element. Time is the last axis of a series; sums are kept in float64. A cell that was
not observed counts for nothing: sums skip it, weights decay past it, and its own lag is NaN.
"""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

# Series are dealt out in so many blocks, each with its own room to lay a series out in.
_BLOCKS = 64


@njit(cache=True, parallel=True)
def recency(
    counts: F32, observed: Bool, origins: I64, lags: I64, windows: I64, decays: F64, repeats: int, out: F32
) -> None:
    """Write lags, rolling means and exponentially weighted means.

    Lags and rolling means of a series are laid out column by column over time, where loops run along memory, and then
    turned into rows. A mean is a sum times the reciprocal of its weight. Where everything was observed the weights are
    the same for all series, and to the same bits as for one series: what is missed later changes nothing before.

    Args:
        counts: float32[series, period].
        observed: bool[series, period].
        origins: Sorted periods before which everything counted lies.
        lags: Periods before the origin, 1 = the last one.
        windows: Lengths of rolling means.
        decays: Weight of a period relative to the next.
        repeats: Rows an origin (its horizons), which share these values.
        out: float32[series * origin * repeats, columns]; the first columns are written, and of the next up to seven may
            be left with anything.
    """
    n_series, n_periods = counts.shape
    n_columns, n_rows = len(lags) + len(windows), len(origins) * repeats
    first, at = origins[0], origins - origins[0]
    width = at[-1] + 1
    shares, weights = np.empty((len(windows), width)), np.zeros((len(origins), _in_lanes(len(decays))))
    everything = np.ones(n_periods, dtype=np.bool_)
    _shares(everything, first, windows, shares)
    _weights(everything, origins, decays, weights)
    n_blocks = min(n_series, _BLOCKS)
    for block in prange(n_blocks):
        columns = np.empty((n_columns, width), dtype=np.float32)
        value, counted = np.empty(n_periods, dtype=np.float32), np.empty(n_periods, dtype=np.float32)
        sums = np.empty(n_periods + 1)
        own_shares, own_weights = np.empty_like(shares), np.zeros_like(weights)
        for s in range(block * n_series // n_blocks, (block + 1) * n_series // n_blocks):
            y, m = counts[s], observed[s]
            rows = out[s * n_rows : (s + 1) * n_rows]
            if _all(m):
                _lags(y, first, lags, columns)
                _means(y, first, windows, shares, sums, columns[len(lags) :])
                _weighted_means(y, origins, decays, weights, repeats, n_columns, rows)
            else:
                for t in range(n_periods):
                    value[t] = y[t] if m[t] else np.float32(np.nan)
                    counted[t] = y[t] if m[t] else np.float32(0.0)
                _shares(m, first, windows, own_shares)
                _weights(m, origins, decays, own_weights)
                _lags(value, first, lags, columns)
                _means(counted, first, windows, own_shares, sums, columns[len(lags) :])
                _weighted_means(counted, origins, decays, own_weights, repeats, n_columns, rows)
            _turn(columns, at, repeats, rows)
            _repeat(rows, repeats, n_columns + len(decays))


@njit(cache=True)
def _in_lanes(n: int) -> int:
    """Return the least multiple of eight, which the machine computes at once, from n on."""
    return -(-n // 8) * 8


@njit(cache=True)
def _all(m: Bool) -> bool:
    known = 0
    for t in range(len(m)):
        known += m[t]
    return known == len(m)


@njit(cache=True)
def _lags(value: F32, first: int, lags: I64, columns: F32) -> None:
    for k in range(len(lags)):
        column, lag = columns[k], lags[k]
        before = min(max(lag - first, 0), len(column))
        for i in range(before):
            column[i] = np.nan
        rest, past = column[before:], value[first + before - lag :]
        for i in range(len(rest)):
            rest[i] = past[i]


@njit(cache=True)
def _shares(m: Bool, first: int, windows: I64, shares: F64) -> None:
    """Write 1 / the periods observed in each window before each origin, NaN where none was."""
    for w in range(len(windows)):
        known, window = 0, windows[w]
        for t in range(first + shares.shape[1]):
            if t >= first:
                shares[w, t - first] = 1.0 / known if known > 0 else np.nan
            if t < len(m):
                known += m[t]
                if t >= window:
                    known -= m[t - window]


@njit(cache=True)
def _means(counted: F32, first: int, windows: I64, shares: F64, sums: F64, columns: F32) -> None:
    total = 0.0
    sums[0] = total
    for t in range(len(counted)):
        total += counted[t]
        sums[t + 1] = total
    for w in range(len(windows)):
        column, share, window = columns[w], shares[w], windows[w]
        short = min(max(window - first, 0), len(column))
        begun = sums[first:]
        for i in range(short):
            column[i] = begun[i] * share[i]
        rest, of, ends, begins = column[short:], share[short:], sums[first + short :], sums[first + short - window :]
        for i in range(len(rest)):
            rest[i] = (ends[i] - begins[i]) * of[i]


@njit(cache=True)
def _weights(m: Bool, origins: I64, decays: F64, weights: F64) -> None:
    """Write 1 / the weights of what was observed before each origin, NaN where nothing was."""
    for d in range(len(decays)):
        weight, decay, t = 0.0, decays[d], 0
        for o in range(len(origins)):
            while t < origins[o]:
                weight = weight * decay + (1.0 if m[t] else 0.0)
                t += 1
            weights[o, d] = 1.0 / weight if weight > 0.0 else np.nan


@njit(cache=True)
def _weighted_means(
    counted: F32, origins: I64, decays: F64, weights: F64, repeats: int, column: int, rows: F32
) -> None:
    """Write exponentially weighted means from a column on, eight half-lives at once, the last ones first.

    Lanes beyond the last half-life fall on what is written later; in the last row they would fall on another series.
    """
    lanes, r, flat = np.empty(8, dtype=np.float32), np.zeros(8), rows.reshape(-1)
    for d in range(8 * ((len(decays) - 1) // 8), -1, -8):
        n = min(8, len(decays) - d)
        r[:n] = decays[d : d + n]
        r[n:] = 0.0
        r0, r1, r2, r3, r4, r5, r6, r7 = r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]
        a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = 0.0
        for o in range(len(origins)):
            for t in range(origins[o - 1] if o > 0 else 0, origins[o]):
                new = counted[t]
                a0 = a0 * r0 + new
                a1 = a1 * r1 + new
                a2 = a2 * r2 + new
                a3 = a3 * r3 + new
                a4 = a4 * r4 + new
                a5 = a5 * r5 + new
                a6 = a6 * r6 + new
                a7 = a7 * r7 + new
            share = weights[o, d : d + 8]
            at = o * repeats * rows.shape[1] + column + d
            within = at + 8 <= len(flat)
            row = flat[at : at + 8] if within else lanes
            row[0] = a0 * share[0]
            row[1] = a1 * share[1]
            row[2] = a2 * share[2]
            row[3] = a3 * share[3]
            row[4] = a4 * share[4]
            row[5] = a5 * share[5]
            row[6] = a6 * share[6]
            row[7] = a7 * share[7]
            if not within:
                flat[at : at + n] = lanes[:n]


@njit(cache=True)
def _turn(columns: F32, at: I64, repeats: int, rows: F32) -> None:
    """Turn the columns into the rows of origins at these positions; the columns are used up."""
    if len(at) < columns.shape[1]:
        for k in range(len(columns)):
            column = columns[k]
            for o in range(len(at)):
                column[o] = column[at[o]]
    for o in range(len(at)):
        row = rows[o * repeats]
        for k in range(len(columns)):
            row[k] = columns[k, o]


@njit(cache=True)
def _repeat(rows: F32, repeats: int, n: int) -> None:
    if repeats > 1:
        for first in range(0, len(rows), repeats):
            row = rows[first]
            for r in range(first + 1, first + repeats):
                other = rows[r]
                for k in range(n):
                    other[k] = row[k]
