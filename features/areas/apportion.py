"""Apportioning whole incidents: counts stay whole and sums stay what they were.

The order in which units go to targets is Webster's (Sainte-Laguë's): unit after unit to the target that is furthest
below its due, measured as (given + 1/2) / share. A longer run only adds to a shorter one. With k targets, one with a
share s has after n units n * s of them to within (1 + k * s) / 2. Source: Balinski and Young, Fair Representation,
1982, divisor methods.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Of the largest weight; below it no count is ever reached, and quotients would overflow.
_LEAST_SHARE = 1e-12


def shares_of(weights: Sequence[float] | F64) -> F64:
    """Return weights as shares that sum to 1; equal ones where a weight is unknown or negative, or all are 0."""
    values = np.asarray(weights, dtype=np.float64)
    if not np.isfinite(values).all() or (values < 0).any() or not values.any():
        values = np.ones(len(values))
    values = values / values.max()
    values[values < _LEAST_SHARE] = 0.0
    return np.asarray(values / values.sum())


def sequence(number: int, shares: F64) -> I64:
    """Return the target of each of `number` units in Webster's order; int64[number]. Ties go to the earlier target."""
    # As many quotients of each target as it can have units: see the bound above.
    each = np.ceil(number * shares + (1 + len(shares) * shares) / 2).astype(np.int64)
    each[shares == 0] = 0
    targets = np.repeat(np.arange(len(shares)), each)
    given = np.arange(len(targets)) - np.repeat(np.cumsum(each) - each, each)
    order = np.lexsort((targets, (given + 0.5) / shares[targets]))
    return targets[order][:number]


def whole_parts(counts: I64, shares: F64) -> I64:
    """Split whole counts over targets; each count is the sum of its parts, and no part has the other sign.

    The units of all counts, in the order of the counts, are dealt in Webster's order, so that the parts of many small
    counts together are in proportion too. Counts that take back (negative) are dealt by themselves.

    Args:
        counts: int64[n].
        shares: float64[k], summing to 1.

    Returns:
        int64[n, k].
    """
    parts = np.zeros((len(counts), len(shares)), dtype=np.int64)
    for sign in (1, -1):
        units = np.maximum(sign * counts, 0)
        rows = np.repeat(np.arange(len(counts)), units)
        np.add.at(parts, (rows, sequence(len(rows), shares)), sign)
    return parts


def whole_rows(order: NDArray[np.uint64], shares: F64) -> I64:
    """Return the target of each row, in proportion and independent of the order in which the rows stand.

    Args:
        order: A keyed hash of each row; equal rows are interchangeable. uint64[n].
        shares: float64[k], summing to 1.
    """
    targets = np.empty(len(order), dtype=np.int64)
    targets[np.argsort(order, kind="stable")] = sequence(len(order), shares)
    return targets


def keyed_rows(keys: NDArray[np.uint64], shares: F64) -> I64:
    """Return the target of each row by its key alone: the same incident goes to the same target in every delivery.

    In proportion as many draws are: the share of n rows varies by about sqrt(share * (1 - share) / n).

    Args:
        keys: A keyed hash of each row's natural key, uniform over 64 bits. uint64[n].
        shares: float64[k], summing to 1.
    """
    drawn = (keys >> np.uint64(11)).astype(np.float64) * 2.0**-53
    bounds = np.cumsum(shares)
    last = int(np.flatnonzero(shares)[-1])  # rounding may leave the last bound a hair below 1
    return np.minimum(np.searchsorted(bounds, drawn, side="right"), last).astype(np.int64)
