"""Posts and what their hours do: the columns of the programme, and the dose that they give to cells of demand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Strand of a post that serves all the strands of its resource in an area at once, as somebody who is present does.
TOGETHER = -1


@dataclass(frozen=True, eq=False)
class Posts:
    """Where hours may be spent: a resource, in an area, on one strand or on all its strands together.

    Invariants: arrays have one entry a post, ordered by resource, area and strand, each combination once.

    Attributes:
        resource: Index of the resource.
        area: Index of the area.
        strand: Index of the strand, or `TOGETHER`.
    """

    resource: I64
    area: I64
    strand: I64

    def __post_init__(self) -> None:
        """Refuse posts that are not in order.

        Raises:
            AllocationError: An invariant does not hold.
        """
        order = np.lexsort((self.strand, self.area, self.resource))
        keys = np.column_stack([self.resource, self.area, self.strand])
        twice = (np.diff(keys, axis=0) == 0).all(axis=1).any()
        if (order != np.arange(len(order))).any() or twice:
            raise AllocationError("posts are not in order, or one stands twice", place="posts", fix="sort them once")
        for array in (self.resource, self.area, self.strand):
            array.setflags(write=False)

    def __len__(self) -> int:
        """Return the number of posts."""
        return len(self.resource)


@dataclass(frozen=True, eq=False)
class Links:
    """What the hours of a post do for a cell: the dose that they add there.

    The dose of cell c is u_c = sum over its links of phi(hours): phi(h) = rate x h where `ceiling` is None, and else

        phi(h) = -log(1 - ceiling x v / (v + 1)),   v = rate x h

    v counts visits in units of those that give half the ceiling. Where visits fall at random times at a rate lambda and
    what one does fades exponentially at a rate mu since the last, the expected effect is lambda / (lambda + mu) of the
    ceiling (the age of the last visit is exponential), so half of it is had at lambda = mu. Both forms of phi are
    concave, 0 at 0, and not falling.

    Invariants: one entry a link; rates are positive and finite; ceilings lie in (0, 1).

    Attributes:
        post: Index of the post.
        cell: Index of the cell.
        rate: Dose, or visits in units of half effect, of an hour.
        ceiling: Largest share that this post alone can bring; None: the dose grows in proportion to hours.
    """

    post: I64
    cell: I64
    rate: F64
    ceiling: F64 | None = None

    def __post_init__(self) -> None:
        """Refuse links that are not what is said.

        Raises:
            AllocationError: An invariant does not hold.
        """
        if not (np.isfinite(self.rate) & (self.rate > 0)).all():
            raise AllocationError("a rate is not a positive number", place="links", fix="give minutes above 0")
        if self.ceiling is not None and not ((self.ceiling > 0) & (self.ceiling < 1)).all():
            raise AllocationError("an effect is not above 0 and below 1", place="links", fix="give a share such as 0.2")

    def doses(self, hours: F64) -> F64:
        """Return what each link adds, float64[link], for hours float64[post]."""
        visits: F64 = self.rate * hours[self.post]
        if self.ceiling is None:
            return visits
        result: F64 = -np.log1p(-self.ceiling * visits / (visits + 1.0))
        return result

    def slopes(self, link: I64, begin: F64, width: F64) -> F64:
        """Return the mean slope of phi of links over pieces of their posts' hours, float64[piece]."""
        rate = self.rate[link]
        if self.ceiling is None:
            return rate
        ceiling = self.ceiling[link]
        # -log(1 - c v / (v + 1)) = log(1 + c v / ((1 - c) v + 1)), which keeps its digits where v is small.
        first, last = rate * begin, rate * (begin + width)
        rise = np.log1p((last - first) / (first + 1)) - np.log1p(
            (1 - ceiling) * (last - first) / ((1 - ceiling) * first + 1)
        )
        at_once: F64 = ceiling * rate / ((first + 1) * ((1 - ceiling) * first + 1))
        result: F64 = np.where(width > 0, rise / np.where(width > 0, width, 1.0), at_once)
        return result

    def dose(self, hours: F64, cells: int) -> F64:
        """Return the dose of each of `cells` cells."""
        return np.bincount(self.cell, weights=self.doses(hours), minlength=cells).astype(np.float64)
