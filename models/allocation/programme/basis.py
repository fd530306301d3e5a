"""From the basis of one programme in pieces to that of the next, whose pieces are cut anew.

The columns of a cell lie along its dose. In the new programme as many of them are basic as were in the old one: those
that hold the old dose, then those nearest to it; what lies below is full, what lies above empty. So the old solution is
that of the new basis, and the solver goes on from there.
"""

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.highs import BASIC, LOWER, UPPER, Basis
from models.allocation.programme.straight import Straight

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I8 = NDArray[np.int8]


def carried(old: Straight, basis: Basis, columns: F64, new: Straight) -> Basis:
    """Return the basis of `new` that stands for the solution of `old`.

    Args:
        old: A solved programme.
        basis: Where it ended.
        columns: Its solution.
        new: The same problem, or one of the same posts, cells and rules, in other pieces.
    """
    pieces = len(old.cells.cell)
    dose: F64 = np.zeros(len(old.problem.value.mean))
    np.add.at(dose, old.cells.cell, columns[:pieces])
    cells = _along((old.cells.cell, basis.columns[:pieces]), (new.cells.cell, new.cells.begin, new.cells.width), dose)
    held = old.hours_columns
    if old.problem.links.ceiling is None:
        posts = basis.columns[held]
    else:
        posts = _along(
            (old.posts.post, basis.columns[held]),
            (new.posts.post, new.posts.begin, new.posts.width),
            np.asarray(old.hours(columns), dtype=np.float64),
        )
    return Basis(np.concatenate([cells, posts, basis.columns[held.stop :]]), basis.rows)


def _along(old: tuple[I64, I8], new: tuple[I64, F64, F64], at: F64) -> I8:
    """Return the states of new columns of groups (cells or posts), in each of which the old total was `at`."""
    group, begin, width = new
    wanted = np.bincount(old[0], weights=old[1] == BASIC, minlength=len(at)).astype(np.int64)
    total = at[group]
    slack = 1e-9 * (1.0 + total)
    below = begin + width <= total + slack
    states = np.where(below, UPPER, LOWER).astype(np.int8)
    distance = np.where(below, total - (begin + width), np.maximum(begin - total, 0.0))
    # Of two columns that meet at the total, the one above is basic at 0.
    order = np.lexsort((begin, below, distance, group))
    place = np.empty(len(group), dtype=np.int64)
    first = np.searchsorted(group[order], np.arange(len(at)))
    place[order] = np.arange(len(group)) - first[group[order]]
    states[place < wanted[group]] = BASIC
    return states
