"""Cells that are served alike, summed: the same programme of capacities in far fewer rows and columns.

Where the same resources serve a strand at the same rates in several areas, and no rule tells their posts apart, only
the hours of a resource in all of those areas together matter: any hours X_rg of a group g of areas for which
sum_r rate_rg X_rg >= U_g can be shared out by dose, x_ras = X_rg u_as / U_g, which gives every cell its dose and
changes no rule. So the programme needs a dose row a group and a column for each resource in a group; the pieces stay
those of the cells. An area with a rule of its own is a group of its own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.alike import rule_columns
from models.allocation.programme.problem import Problem

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pools:
    """Which cells share a dose row, and which posts a column.

    Attributes:
        row: Index of the dose row of each cell, int64[cell].
        first: The first post of each column, ascending, int64[column].
        column: Index of the column of each post, int64[post].
    """

    row: I64
    first: I64
    column: I64

    @property
    def rows(self) -> int:
        """Number of dose rows."""
        return int(self.row.max(initial=-1)) + 1

    def shared_out(self, taken: F64, dose: F64, cell: I64) -> F64:
        """Return the hours of each post: those of its column, by the dose of its cell among those of the row.

        Args:
            taken: Hours of each column.
            dose: Dose of each cell.
            cell: Cell of each post.
        """
        together = np.bincount(self.row, weights=dose, minlength=self.rows)
        size = np.bincount(self.row, minlength=self.rows)
        some = together[self.row] > 0
        # Hours that a rule asks for where nothing is planned to be met are shared evenly.
        share = np.where(some, dose / np.where(some, together[self.row], 1.0), 1.0 / size[self.row])
        result: F64 = taken[self.column] * share[cell]
        return result


def pooled(problem: Problem) -> Pools | None:
    """Return the pools of a problem of capacities; None where the pieces bend or a post serves several cells."""
    posts, links = problem.posts, problem.links
    one_each = len(links.post) == len(posts) and bool((links.post == np.arange(len(posts))).all())
    if not problem.straight or not one_each:
        return None
    served = np.zeros((len(problem.value.mean), 3 * len(problem.resources) + 1))
    served[:, -1] = problem.cell_strand
    served[links.cell, posts.resource] = links.rate
    served[links.cell, len(problem.resources) + posts.resource] = rule_columns(problem, apart=True)
    if problem.blocks is not None:
        served[links.cell, 2 * len(problem.resources) + posts.resource] = problem.blocks.of_post + 1
    numbers: dict[bytes, int] = {}
    row = np.array([numbers.setdefault(own.tobytes(), len(numbers)) for own in served], dtype=np.int64)
    place = row[links.cell] * len(problem.resources) + posts.resource
    first = np.unique(place, return_index=True)[1]
    first.sort()
    number = np.empty(int(place.max(initial=-1)) + 1, dtype=np.int64)
    number[place[first]] = np.arange(len(first))
    return Pools(row, first, number[place])
