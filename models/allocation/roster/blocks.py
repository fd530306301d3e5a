"""Whole shifts: into which days and shifts a roster's blocks go."""

import numpy as np
from numpy.typing import NDArray

from models.allocation.roster.fitting import apart

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Hours nearer than this are equal.
_EQUAL = 1e-9


def placed(lengths: F64, counts: I64, target: F64, owed: F64, within: F64) -> I64:
    """Return how many blocks of each kind begin in each cell.

    One block after another, the longest first, goes to the cell to which most is owed, and once nothing is owed to the
    cell that lies furthest below its target; of several by `apart`. With blocks of one length that is the nearest to
    the target by squared distance, for each block then buys most (a sum of convex functions of whole numbers is least
    where each step is the best; Fox 1966, Operations Research 14:201).

    Args:
        lengths: Hours of a block of each kind, float64[kind].
        counts: Blocks of each kind, int64[kind].
        target: Hours that each cell would have by the profile, float64[cell].
        owed: Fewest hours of each cell, float64[cell].
        within: Most hours of a block that lie in each cell and so cover it, float64[cell]; the rest of a longer block
            runs on into the next.

    Returns:
        int64[kind, cell].
    """
    result = np.zeros((len(lengths), len(target)), dtype=np.int64)
    held, covered, order = np.zeros(len(target)), np.zeros(len(target)), np.argsort(apart(len(target)))
    for kind in np.argsort(-lengths, kind="stable").tolist():
        for _ in range(int(counts[kind])):
            lacks = owed - covered
            if lacks.max(initial=0.0) <= _EQUAL:
                lacks = target - held
            cell = int(order[np.argmax(np.round(lacks, 9)[order])])
            result[kind, cell] += 1
            held[cell] += lengths[kind]
            covered[cell] += min(lengths[kind], within[cell])
    return result
