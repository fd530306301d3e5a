"""How an incident is spread over the cells around its own, and the incidents in the order that makes this quick."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.areas.grids import Grid
from models.hotspots.loops import Entries, inside_mass
from models.hotspots.points import F64, I64, Points

# Same cell, first and second ring of cells around it, and two normal surfaces.
BANDS = ("same cell", "next cells", "cells after", "near", "district")
NEAR_METRES, FAR_METRES = 300.0, 900.0
# In cells wider than that the surfaces reach over so many of them.
_LEAST_NEAR_CELLS, _LEAST_FAR_CELLS = 2.0, 6.0
_CUT_AT = 3.0  # standard deviations


@dataclass(frozen=True, eq=False)
class Spread:
    """Weights with which an incident counts in the cells around it.

    Attributes:
        table: float64[parity of the incident's row, rows away, columns away, band]; each band sums to 1.
        reach: Rows and columns that the table reaches to each side.
    """

    table: F64
    reach: int

    @classmethod
    def of(cls, grid: Grid) -> "Spread":
        """Return the weights for a grid's cells."""
        cell = grid.cell_metres
        near, far = max(NEAR_METRES, _LEAST_NEAR_CELLS * cell), max(FAR_METRES, _LEAST_FAR_CELLS * cell)
        square = grid.shape == "square"
        up = 1.0 if square else np.sqrt(3) / 2
        reach = int(np.ceil(_CUT_AT * far / cell / up))
        steps = np.arange(-reach, reach + 1)
        tables = []
        for parity in (0, 1):
            rows = steps[:, None]
            # In a hexagonal lattice every second row is half a cell further to the right.
            shift = 0.0 if square else ((rows + parity) % 2 - parity) / 2
            across = steps[None, :] + shift
            along = rows * up
            away = np.hypot(across, along + np.zeros_like(across)) * cell
            ring = np.maximum(abs(across), abs(along)) if square else np.ceil(away / cell - 1e-9)
            rings = [(ring == number).astype(np.float64) for number in (0, 1, 2)]
            normal = [np.exp(-0.5 * (away / sd) ** 2) * (away <= _CUT_AT * sd) for sd in (near, far)]
            tables.append(np.stack([band / band.sum() for band in (*rings, *normal)], axis=-1))
        return cls(np.ascontiguousarray(np.stack(tables)), reach)


@dataclass(frozen=True, eq=False)
class Sources:
    """Incidents in the cells of a grid, by cell, place and day.

    Attributes:
        grid: The grid.
        spread: How incidents count in the cells around.
        cell: Cell of the grid's lattice.
        place: Number of the place, unique over all cells.
        day: Day.
        own: 0 for the strand that is forecast, 1 for the others.
        count: Incidents.
    """

    grid: Grid
    spread: Spread
    cell: I64
    place: I64
    day: I64
    own: I64
    count: F64

    @classmethod
    def of(cls, points: Points, grid: Grid, spread: Spread) -> "Sources":
        """Place points into a grid; those outside all cells are left out."""
        index = grid.place(points.x, points.y)
        inside = index >= 0
        cell = grid.cells[index[inside]]
        kept = points.chosen(inside)
        place = kept.places(grid.plane)
        other = (~kept.own).astype(np.int64)
        order = np.lexsort((other, kept.day, place, cell))
        return cls(
            grid,
            spread,
            cell[order],
            place[order],
            kept.day[order],
            other[order],
            np.ascontiguousarray(kept.count[order]),
        )

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.cell)

    @property
    def entries(self) -> Entries:
        """Cell, day, side and count of each entry."""
        return self.cell, self.day, self.own, self.count

    @cached_property
    def kept_cells(self) -> NDArray[np.bool_]:
        """Which cells of the lattice are cells of the grid."""
        kept = np.zeros(self.grid.rows * self.grid.columns, dtype=np.bool_)
        kept[self.grid.cells] = True
        return kept

    @cached_property
    def mass(self) -> F64:
        """Share of each incident's weights that falls on cells of the grid; float64[entry, band]."""
        occupied, entry = np.unique(self.cell, return_inverse=True)
        mass = inside_mass(occupied, self.kept_cells, self.grid.rows, self.grid.columns, self.spread.table)
        result: F64 = mass[entry]
        return result
