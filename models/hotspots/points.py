"""Incidents as dated points, netted and in one order, whatever the order of the rows that told of them."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from features.areas.grids import Grid
from features.areas.plane import Plane

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
# Coordinates that agree to a metre are one place: the same address, geocoded again.
_METRES_OF_A_PLACE = 1.0


@dataclass(frozen=True, eq=False)
class Points:
    """Dated points.

    Invariants: one entry a day, place and side, sorted; every count is above 0.

    Attributes:
        day: int64, days since 1970-01-01.
        x: First coordinate, longitude or easting.
        y: Second coordinate, latitude or northing.
        own: Whether the incidents are of the strand that is forecast; the others only help to place it.
        count: Incidents.
    """

    day: I64
    x: F64
    y: F64
    own: NDArray[np.bool_]
    count: F64

    @classmethod
    def of(cls, day: I64, x: F64, y: F64, own: NDArray[np.bool_], count: F64) -> "Points":
        """Return the points of rows; a negative count takes back, and what is taken back whole is gone."""
        order = np.lexsort((own, y, x, day))
        keys = np.stack([column[order].astype(np.float64) for column in (day, x, y, own)])
        begins = np.ones(len(order), dtype=np.bool_)
        begins[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
        first = np.flatnonzero(begins)
        net = np.add.reduceat(count[order].astype(np.float64), first) if len(first) else np.zeros(0)
        kept = order[first][net > 0]
        return cls(day[kept], x[kept], y[kept], own[kept], net[net > 0])

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.day)

    def before(self, day: int) -> "Points":
        """Return the points of the days before one."""
        return self.chosen(self.day < day)

    def chosen(self, kept: NDArray[np.bool_]) -> "Points":
        """Return some of the points."""
        return Points(self.day[kept], self.x[kept], self.y[kept], self.own[kept], self.count[kept])

    def places(self, plane: Plane) -> I64:
        """Return a number for each point's place, the same for points less than about a metre apart."""
        metres = np.column_stack(plane.to_metres(self.x, self.y))
        rounded = np.round(metres / _METRES_OF_A_PLACE).astype(np.int64)
        return cast("I64", np.unique(rounded, axis=0, return_inverse=True)[1].reshape(-1))

    def counted(self, grid: Grid, first: int, end: int) -> F64:
        """Return the own incidents in each cell of a grid, of the days from `first` to before `end`; float64[cell]."""
        kept = self.own & (self.day >= first) & (self.day < end)
        cell = grid.place(self.x[kept], self.y[kept])
        counts: F64 = np.bincount(cell[cell >= 0], self.count[kept][cell >= 0], len(grid)).astype(np.float64)
        return counts
