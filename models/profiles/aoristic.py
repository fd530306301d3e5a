"""Aoristic weights: an incident known to lie between two times is spread evenly over them."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.profiles.shifts import MINUTES_A_WEEK, Shifts

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def spread_counts(begins: F64, minutes: F64, weight: F64, group: I64, groups: int, shifts: Shifts) -> F64:
    """Return each group's incidents by cell of the week, those of an interval in parts.

    Each part is the share of the interval that lies in the cell (Ratcliffe 2000, International Journal of Geographical
    Information Science 14:669). The week is a ring: what goes on after Sunday midnight goes on on Monday.

    Args:
        begins: Minute of the week at which each incident began, 0 to below 10,080.
        minutes: Length of each interval, at most a week; 0 for a known instant.
        weight: What each incident counts.
        group: Index of each incident's group.
        groups: Their number.
        shifts: The shifts.

    Returns:
        float64[group, cell]; sums to the sum of the weights.
    """
    starts = shifts.starts
    cells = len(starts)
    known = minutes <= 0
    # What begins before Monday's first shift is of Sunday's last.
    cell = (np.searchsorted(starts, begins[known], side="right") - 1) % cells
    at = group[known] * cells + cell
    counts: F64 = np.bincount(at, weight[known], groups * cells).astype(np.float64).reshape(groups, cells)
    one, length, size, whose = (values[~known] for values in (begins, minutes, weight, group))
    # From the cell before Monday's first to the end of the second week, whichever an interval can reach.
    edges = np.concatenate([[starts[-1] - MINUTES_A_WEEK], starts, starts + MINUTES_A_WEEK, [3 * MINUTES_A_WEEK]])
    for number, (begin, end) in enumerate(pairwise(edges.tolist())):
        inside = np.minimum(one + length, end) - np.maximum(one, begin)
        part = np.maximum(inside, 0.0) / length * size
        counts[:, (number - 1) % cells] += np.bincount(whose, part, groups)
    return counts
