"""Cells that are served alike, summed: the same programme of capacities in far fewer rows and columns.

Where the same resources serve a strand at the same rates in several areas, and no rule tells their posts apart, only
the hours of a resource in all of those areas together matter: any hours X_rg of a group g of areas for which
sum_r rate_rg X_rg >= U_g can be shared out by dose, x_ras = X_rg u_as / U_g, which gives every cell its dose and
changes no rule. So the programme needs a dose row a group and a column for each resource in a group; the pieces stay
those of the cells.

A rule about one area alone does not fit in: what such an area gets hangs on its share. Those rules are left out at
first; areas whose hours break theirs then stand apart, with their own rows and columns, and the programme is solved
again, until none is broken: what is optimal with fewer rules and keeps them all is optimal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from models.allocation.programme.alike import numbered, own_areas
from models.allocation.programme.problem import Problem

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Hours that a rule may be missed by through rounding alone.
_SLACK = 1e-8


@dataclass(frozen=True, eq=False)
class Pools:
    """Which cells share a dose row, and which posts a column.

    Attributes:
        row: Index of the dose row of each cell, int64[cell].
        first: The first post of each column, ascending, int64[column].
        column: Index of the column of each post, int64[post].
        without: Rules that are left out, bool[rule].
    """

    row: I64
    first: I64
    column: I64
    without: NDArray[np.bool_]

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


def pooled(problem: Problem, apart: NDArray[np.bool_] | None = None) -> Pools | None:
    """Return the pools of a problem of capacities; None where the pieces bend or a post serves several cells.

    Args:
        problem: The problem.
        apart: Areas that stand apart, bool[area]; None: all those with a rule of their own, so that none is left out.
    """
    posts, links, resources = problem.posts, problem.links, len(problem.resources)
    one_each = len(links.post) == len(posts) and bool((links.post == np.arange(len(posts))).all())
    if not problem.straight or not one_each:
        return None
    own = own_areas(problem)
    without = np.zeros(len(own), dtype=bool) if apart is None else (own >= 0) & ~apart[own]
    rules = csr_matrix(vstack([family.matrix for family in problem.rules]))[~without]
    served = np.zeros((len(problem.value.mean), 3 * resources + 1))
    served[:, -1] = problem.cell_strand
    served[links.cell, posts.resource] = links.rate
    served[links.cell, resources + posts.resource] = numbered(csr_matrix(rules.T))
    if problem.blocks is not None:
        served[links.cell, 2 * resources + posts.resource] = problem.blocks.of_post + 1
    numbers: dict[bytes, int] = {}
    row = np.array([numbers.setdefault(cell.tobytes(), len(numbers)) for cell in served], dtype=np.int64)
    place = row[links.cell] * resources + posts.resource
    first = np.unique(place, return_index=True)[1]
    first.sort()
    number = np.empty(int(place.max(initial=-1)) + 1, dtype=np.int64)
    number[place[first]] = np.arange(len(first))
    return Pools(row, first, number[place], without)


def breaking(problem: Problem, hours: F64) -> NDArray[np.bool_]:
    """Return the areas whose hours break a rule of their own, bool[area]."""
    own = own_areas(problem)
    held = np.concatenate([family.matrix @ hours for family in problem.rules])
    lower = np.concatenate([family.lower for family in problem.rules])
    upper = np.concatenate([family.upper for family in problem.rules])
    slack = _SLACK * np.maximum(1.0, np.where(np.isfinite(lower), np.abs(lower), np.abs(upper)))
    broken = (own >= 0) & ((held < lower - slack) | (held > upper + slack))
    areas = np.zeros(len(problem.area_codes), dtype=bool)
    areas[own[broken]] = True
    return areas
