"""Shares of a whole, pooled: how a group's incidents fall over a few cells, drawn to a larger group's shares."""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

# Groups are never taken for wholly alike, nor for sharing nothing: their pull to the larger group, in incidents.
_WEAKEST, _STRONGEST = 1.0, 1e5


def pooled_shares(count: F64, parent: F64) -> F64:
    """Return each group's shares, drawn to its parent's by as many incidents as the groups' likeness warrants.

    Dirichlet-multinomial: (c + A p) / (n + A), with the concentration A by moments (Brier 1980, Biometrika 67:591): the
    squared distances of the groups' raw shares from their parents' exceed what chance alone gives by 1 / (A + 1).

    Args:
        count: float64[group, cell], incidents.
        parent: float64[group, cell] or float64[cell], shares of each group's parent; each row sums to 1.

    Returns:
        float64[group, cell]; rows sum to 1.
    """
    parent = np.broadcast_to(parent, count.shape)
    pull = concentration(count, parent)
    total = count.sum(axis=1, keepdims=True)
    shares: F64 = (count + pull * parent) / (total + pull)
    return shares


def concentration(count: F64, parent: F64) -> float:
    """Return the concentration A of `pooled_shares`; the strongest where too little is known to tell groups apart."""
    total = count.sum(axis=1)
    some = total >= 2
    if not some.any():
        return _STRONGEST
    n, p = total[some], parent[some]
    distance = ((count[some] / n[:, None] - p) ** 2).sum(axis=1)
    chance = 1.0 - (p**2).sum(axis=1)
    above = float(np.sum(n * (distance / chance - 1.0 / n)) / np.sum(n - 1.0))
    return float(np.clip(1.0 / max(above, 1e-12) - 1.0, _WEAKEST, _STRONGEST))
