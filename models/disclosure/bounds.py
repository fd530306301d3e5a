"""Bounds: how closely a hidden number can be told from those that are shown.

The places are a tree in which each number is the sum of those beneath it. Whoever reads the table knows an interval for
every number: from what is shown and how it was rounded, and that a hidden one is small or is not. Intervals that are
carried up as sums of children and down as what the other children leave are exact on a tree: they are what a linear
program finds (the constraint matrix is that of nested sums, and every number occurs in one sum above and one below).
"""

import numpy as np

from models.disclosure.places import F64, Places


def tightest(places: Places, low: F64, high: F64) -> tuple[F64, F64]:
    """Return the tightest bounds that follow from those of each number by itself.

    Args:
        places: The tree.
        low: float64[place], smallest that a number can be by itself.
        high: float64[place], largest; infinite where nothing is known.
    """
    low, high = low.copy(), high.copy()
    for place, children in places.families:
        low[place] = max(low[place], low[children].sum())
        high[place] = min(high[place], high[children].sum())
    for place, children in reversed(places.families):
        others_low = low[children].sum() - low[children]
        others_high = _others(high[children])
        low_here, high_here = low[place], high[place]
        low[children] = np.maximum(low[children], low_here - others_high)
        high[children] = np.minimum(high[children], high_here - others_low)
    return low, high


def _others(values: F64) -> F64:
    """Return for each value the sum of the others, of which some may be infinite."""
    finite = np.where(np.isfinite(values), values, 0.0)
    infinite = (~np.isfinite(values)).sum() - ~np.isfinite(values)
    result: F64 = np.where(infinite > 0, np.inf, finite.sum() - finite)
    return result
